package import Patterns

/// An HTTP request whose answer decides the health.
package struct HTTPProbe: Sendable, Hashable {
    /// Whether TLS is spoken.
    package enum Scheme: String, Sendable, Hashable, CaseIterable {
        /// Without TLS.
        case http = "HTTP"
        /// With TLS; HTTP/2 is offered.
        case https = "HTTPS"
    }

    /// What is asked for.
    package enum Method: String, Sendable, Hashable, CaseIterable {
        /// Head and body.
        case get = "GET"
        /// The head only.
        case head = "HEAD"
    }

    /// A header to send.
    package struct Header: Sendable, Hashable {
        /// An HTTP field name.
        package var name: String
        /// May be empty.
        package var value: String

        /// A header as it is sent.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// How the server's certificate is checked.
    package struct TLS: Sendable, Hashable {
        /// Whether it must be valid; the kubelet does not ask.
        package var isVerified = false
        /// The authorities to trust, PEM; nil: the system's.
        package var caFile: String?
        /// The name that the certificate must have; nil: the host.
        package var serverName: String?

        /// Not checked, as by the kubelet.
        package init() {}
    }

    /// Begins with a slash; with a query if need be.
    package var path = "/"
    /// Of the member or, if there is a `host`, of that.
    package var port: PortReference
    /// The container that has the port; nil: the only one that has it.
    package var container: String?
    /// Whether TLS is spoken.
    package var scheme: Scheme = .http
    /// Nil: the pod's IP.
    ///
    /// Sent as Host header and server name.
    package var host: String?
    /// In the order to be sent.
    package var headers: [Header] = []
    /// Not empty; of the last answer if redirects were followed.
    package var expectedStatus = [StatusRange(200...399)]
    /// What is sought in the first 10 KiB of the body; nil: any body.
    package var expectedBody: Pattern?
    /// What is asked for.
    package var method: Method = .get
    /// Whether a connection is used again, every tenth probe excepted.
    package var keepAlive = false
    /// Means nothing without HTTPS.
    package var tls = TLS()

    /// A GET of `/`, as the kubelet's.
    package init(port: PortReference) {
        self.port = port
    }
}

extension HTTPProbe {
    /// The fields of `httpGet`.
    static let fields = FieldTable("httpGet", HTTPProbe(port: .number(0))) {
        Field.defaulted("path", \.path, .path).says("The path, with a query if need be")
        Field.required("port", \.port, .port).says("A port number, or the name of a container port")
        Field.optional("container", \.container, .string(.dnsLabel)).absentIfEmpty.says(PortReference.containerSummary)
        Field.defaulted("scheme", \.scheme, .choice).absentIfEmpty.says("HTTP or HTTPS")
        Field.optional("host", \.host, .string(.host)).absentIfEmpty
            .says("Whom to connect to; sent as Host header and server name; default: the pod's IP")
        Field.defaulted("httpHeaders", \.headers, .list(.object(Header.fields))).says("Headers to send")
        Field.defaulted("expectedStatus", \.expectedStatus, .list(.statusRange, isEmptyAllowed: false))
            .says("Status codes, or ranges of them, that are a success; of the last answer if redirects were followed")
        Field.optional("expectedBody", \.expectedBody, .regularExpression)
            .says(
                "A regular expression that is sought in the first 10 KiB of the body: PCRE2's syntax without back-references and"
                    + " look-around, \\w, \\d and \\s in ASCII; default: any body"
            )
        Field.defaulted("method", \.method, .choice).says("The request's method")
        Field.defaulted("keepAlive", \.keepAlive, .bool)
            .says("Whether a connection is used again, every tenth probe excepted")
        Field.defaulted("tls", \.tls, .object(TLS.fields)).says("How the server's certificate is checked")
    }
}

extension HTTPProbe.Header {
    /// The fields of an entry of `httpHeaders`.
    fileprivate static let fields = FieldTable("httpHeader", HTTPProbe.Header(name: "", value: "")) {
        Field.required("name", \.name, .string(.headerName)).says("The header's name")
        Field.defaulted("value", \.value, .string(.headerValue))
            .says("The header's value; an empty one is sent, but leaves Accept and User-Agent out")
    }
}

extension HTTPProbe.TLS {
    /// The fields of `tls`.
    fileprivate static let fields = FieldTable("tls", HTTPProbe.TLS()) {
        Field.defaulted("verify", \.isVerified, .bool)
            .says("Whether the certificate must be valid; kubelet does not ask")
        Field.optional("caFile", \.caFile, .string(.nonEmpty))
            .says("The authorities to trust, PEM; default: the system's")
        Field.optional("serverName", \.serverName, .string(.host))
            .says("The name that the certificate must have; default: the host")
    }
}

/// HTTP status codes that count as success: one code or a range.
package struct StatusRange: Sendable, Hashable {
    /// Codes 100...599.
    package var codes: ClosedRange<Int>

    /// `codes`: within 100...599.
    package init(_ codes: ClosedRange<Int>) {
        self.codes = codes
    }

    /// Reads `200` or `200-399`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap {
            $0.utf8.count == 3 && $0.utf8.allSatisfy { (48...57).contains($0) } ? Int($0) : nil
        }
        guard numbers.count == parts.count, (1...2).contains(parts.count) else { return nil }
        let (low, high) = (numbers[0], numbers[parts.count - 1])
        guard low >= 100, high <= 599, low <= high else { return nil }
        codes = low...high
    }

    /// As the file writes it.
    var value: ConfigurationValue {
        codes.count == 1 ? .integer(codes.lowerBound) : .string("\(codes.lowerBound)-\(codes.upperBound)")
    }
}
