/// An HTTP POST to somebody outside of the cluster's API: what a notification or a hook sends.
package struct PostConfiguration: Sendable, Hashable {
    /// A header to send, of which the value is a secret.
    package struct Header: Sendable, Hashable {
        /// Where the value is from.
        package enum Value: Sendable, Hashable {
            /// It stands in the configuration.
            case literal(String)
            /// A file has it, and is read for each request.
            case file(String)
        }

        /// An HTTP field name.
        package var name: String
        /// Where the value is from.
        package var value: Value
    }

    /// How the server's certificate is checked.
    package struct TLS: Sendable, Hashable {
        /// Whether it must be valid.
        package var isVerified = true
        /// The authorities to trust, PEM; nil: the system's.
        package var caFile: String?
        /// The name that the certificate must have; nil: the host.
        package var serverName: String?
    }

    /// With `http://` or `https://`; may hold a secret, so that no more than its host is ever logged.
    package var url: String
    /// In the order to be sent.
    package var headers: [Header] = []
    /// How the server's certificate is checked.
    package var tls = TLS()
}

extension PostConfiguration {
    /// What is filled in before it is used.
    static let blank = PostConfiguration(url: "")

    /// The fields of `httpPost`.
    static let fields = FieldTable("post", blank) {
        Field.required("url", \.url, .string(.url)).says("Where to; http:// or https://")
        Field.defaulted("headers", \.headers, .list(.object(Header.fields)))
            .says("Headers to send; Content-Type is application/json unless one of them says otherwise")
        Field.defaulted("tls", \.tls, .object(TLS.fields)).says("How the server's certificate is checked")
    }
}

extension PostConfiguration.Header {
    /// The fields of an entry of `headers`; exactly one of the last two is given.
    static let fields = FieldTable("secretHeader", PostConfiguration.Header(name: "", value: .literal(""))) {
        Field.required("name", \.name, .string(.headerName)).says("The header's name")
        Field.alternative("value", \.value, .string(.headerValue), as: Value.literal) {
            if case .literal(let text) = $0 { text } else { nil }
        }
        .says("The header's value")
        Field.alternative("valueFile", \.value, .string(.nonEmpty), as: Value.file) {
            if case .file(let path) = $0 { path } else { nil }
        }
        .says("A file that has the value, read for each request; one line end at its end does not count")
    }
}

extension PostConfiguration.TLS {
    /// The fields of `tls`.
    fileprivate static let fields = FieldTable("verifiedTLS", PostConfiguration.TLS()) {
        Field.defaulted("verify", \.isVerified, .bool).says("Whether the certificate must be valid")
        Field.optional("caFile", \.caFile, .string(.nonEmpty))
            .says("The authorities to trust, PEM; default: the system's")
        Field.optional("serverName", \.serverName, .string(.host))
            .says("The name that the certificate must have; default: the host")
    }
}
