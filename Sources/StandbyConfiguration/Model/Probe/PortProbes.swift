/// A TCP connection that proves health once it is established.
package struct TCPProbe: Sendable, Hashable {
    /// Of the member or, if there is a `host`, of that.
    package var port: PortReference
    /// The container that has the port; nil: the only one that has it.
    package var container: String?
    /// Nil: the pod's IP.
    package var host: String?

    /// To the pod's IP, unless said otherwise.
    package init(port: PortReference, container: String? = nil, host: String? = nil) {
        self.port = port
        self.container = container
        self.host = host
    }
}

extension TCPProbe {
    /// The fields of `tcpSocket`.
    static let fields = FieldTable("tcpSocket", TCPProbe(port: .number(0))) {
        Field.required("port", \.port, .port).says("A port number, or the name of a container port")
        Field.optional("container", \.container, .string(.dnsLabel)).absentIfEmpty.says(PortReference.containerSummary)
        Field.optional("host", \.host, .string(.host)).absentIfEmpty.says("Whom to connect to; default: the pod's IP")
    }
}

/// A call of grpc.health.v1.Health/Check whose answer decides the health.
package struct GRPCProbe: Sendable, Hashable {
    /// 1...65535.
    package var port: Int
    /// Whose health is asked for; empty: the server's.
    package var service: String

    /// The server as a whole, unless said otherwise.
    package init(port: Int, service: String = "") {
        self.port = port
        self.service = service
    }
}

extension GRPCProbe {
    /// The fields of `grpc`.
    static let fields = FieldTable("grpc", GRPCProbe(port: 0)) {
        Field.required("port", \.port, .portNumber).says("The port's number")
        Field.defaulted("service", \.service, .string(.printable)).says("The service whose health is asked for")
    }
}

/// A port as a probe names it.
package enum PortReference: Sendable, Hashable {
    /// 1...65535.
    case number(Int)
    /// The name of a port of one of the pod's containers.
    case named(String)

    /// What the field `container` beside a port says.
    static let containerSummary =
        "The container that has the port; needed only where two have a port of that name"

    /// As the file writes it.
    var value: ConfigurationValue {
        switch self {
        case .number(let number): .integer(number)
        case .named(let name): .string(name)
        }
    }

    /// Whether `text` can name a container port: an IANA service name, at most 15 of a-z, 0-9 and "-", at least one
    /// letter.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports
    static func isPortName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let hyphen = UInt8(ascii: "-")
        let isLetter = { (byte: UInt8) in (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        return bytes.count <= 15 && bytes.contains(where: isLetter) && bytes.first != hyphen && bytes.last != hyphen
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == hyphen } && !text.contains("--")
    }
}
