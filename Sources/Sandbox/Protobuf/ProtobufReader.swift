import Foundation

/// Reads the protobuf form in which kubectl sends what it builds itself, such as `kubectl create configmap`.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
enum ProtobufReader {
    /// The Content-Type of such a body.
    static let contentType = "application/vnd.kubernetes.protobuf"

    /// One field of a message on the wire.
    private enum Field {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// The object in a body; nil if it is none, or of a kind that is not in the schema.
    static func object(_ body: [UInt8]) -> JSONValue? {
        guard body.starts(with: [0x6B, 0x38, 0x73, 0x00]), let envelope = message(body.dropFirst(4), .envelope),
            let kind = envelope["typeMeta"]["kind"].string, let schema = ProtobufMessage.kinds[kind],
            case .bytes(let raw)? = fields(of: body.dropFirst(4))?.last(where: { $0.number == 2 })?.field,
            var object = message(raw, schema)
        else { return nil }
        object["kind"] = .string(kind)
        object["apiVersion"] = envelope["typeMeta"]["apiVersion"]
        return object
    }

    private static func message(_ bytes: ArraySlice<UInt8>, _ schema: ProtobufMessage) -> JSONValue? {
        guard let fields = fields(of: bytes) else { return nil }
        var result: JSONValue = [:]
        for (number, field) in fields {
            guard let known = schema.fields[number] else { continue }
            guard let value = value(field, known.type) else { return nil }
            if known.isRepeated {
                result[known.name] = .array((result[known.name].array ?? []) + [value])
            } else if case .map = known.type {
                for (key, entry) in value.object ?? [:] { result[known.name][key] = entry }
            } else if value != "" {
                // What was left out comes as an empty text.
                result[known.name] = value
            }
        }
        return result
    }

    private static func value(_ field: Field, _ type: ProtobufType) -> JSONValue? {
        switch (type, field) {
        case (.string, .bytes(let bytes)): .string(String(decoding: bytes, as: UTF8.self))
        case (.int, .number(let number)): .int(Int(truncatingIfNeeded: number))
        case (.bool, .number(let number)): .bool(number != 0)
        case (.message(let name), .bytes(let bytes)): ProtobufMessage.named(name).flatMap { message(bytes, $0) }
        case (.map(let isBinary), .bytes(let bytes)): entry(bytes, isBinary: isBinary)
        case (.intOrString, .bytes(let bytes)):
            message(bytes, .intOrString).map { $0["type"] == 1 ? $0["strVal"] : .int($0["intVal"].int ?? 0) }
        case (.time, .bytes(let bytes)):
            message(bytes, .time).map { time in
                time["seconds"].int.map { Timestamp.seconds(Date(timeIntervalSince1970: TimeInterval($0))) } ?? .null
            }
        default: nil
        }
    }

    /// One entry of a map; binary values become base64.
    private static func entry(_ bytes: ArraySlice<UInt8>, isBinary: Bool) -> JSONValue? {
        guard let fields = fields(of: bytes) else { return nil }
        var (key, text) = ("", "")
        for case (let number, .bytes(let bytes)) in fields {
            if number == 1 { key = String(decoding: bytes, as: UTF8.self) }
            if number == 2 {
                text = isBinary ? Data(bytes).base64EncodedString() : String(decoding: bytes, as: UTF8.self)
            }
        }
        return [key: .string(text)]
    }

    // MARK: The wire

    /// The fields of a message, in order; nil if it is none.
    ///
    /// https://protobuf.dev/programming-guides/encoding/
    private static func fields(of bytes: ArraySlice<UInt8>) -> [(number: Int, field: Field)]? {
        var rest = bytes
        var result: [(number: Int, field: Field)] = []
        while !rest.isEmpty {
            guard let tag = varint(&rest) else { return nil }
            let number = Int(truncatingIfNeeded: tag >> 3)
            switch tag & 7 {
            case 0:
                guard let value = varint(&rest) else { return nil }
                result.append((number, .number(value)))
            case 2:
                guard let count = varint(&rest), count <= UInt64(rest.count) else { return nil }
                result.append((number, .bytes(rest.prefix(Int(count)))))
                rest = rest.dropFirst(Int(count))
            case 1 where rest.count >= 8: rest = rest.dropFirst(8)
            case 5 where rest.count >= 4: rest = rest.dropFirst(4)
            default: return nil
            }
        }
        return result
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: 0, through: 63, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
