/// The two messages of grpc.health.v1, in protobuf's wire format: a string one way, an enumeration the other.
///
/// https://protobuf.dev/programming-guides/encoding/
enum HealthCheckMessage {
    /// What a server says of a service.
    enum ServingStatus: Int, CustomStringConvertible {
        /// The server does not know yet.
        case unknown
        /// It takes requests.
        case serving
        /// It takes none.
        case notServing
        /// The server has no such service.
        case serviceUnknown

        var description: String {
            switch self {
            case .unknown: "UNKNOWN"
            case .serving: "SERVING"
            case .notServing: "NOT_SERVING"
            case .serviceUnknown: "SERVICE_UNKNOWN"
            }
        }
    }

    /// HealthCheckRequest: field 1, the service's name; a default is not sent.
    static func request(service: String) -> [UInt8] {
        let name = Array(service.utf8)
        return name.isEmpty ? [] : [0x0A] + varint(name.count) + name
    }

    /// HealthCheckResponse: field 1, the status; other fields are passed over.
    ///
    /// - Returns: nil if the bytes are no message, or the status is one that we do not know.
    static func status(of message: ArraySlice<UInt8>) -> ServingStatus? {
        var rest = message
        var status = 0
        while !rest.isEmpty {
            guard let key = takeVarint(&rest) else { return nil }
            switch key & 7 {
            case 0:
                guard let value = takeVarint(&rest) else { return nil }
                if key >> 3 == 1 { status = value }
            case 1, 5:
                let length = key & 7 == 1 ? 8 : 4
                guard rest.count >= length else { return nil }
                rest = rest.dropFirst(length)
            case 2:
                guard let length = takeVarint(&rest), length <= rest.count else { return nil }
                rest = rest.dropFirst(length)
            default: return nil
            }
        }
        return ServingStatus(rawValue: status)
    }

    private static func varint(_ number: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// A number of at most 35 bits: lengths and enumerations; nil if there is none.
    private static func takeVarint(_ rest: inout ArraySlice<UInt8>) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= Int(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
