/// Who is told of what becomes of the groups, and of what.
package struct NotificationConfiguration: Sendable, Hashable {
    /// An HTTP POST.
    package struct Post: Sendable, Hashable {
        /// With `http://` or `https://`; may hold a secret, so that no more than its host is ever logged.
        package var url: String
        /// In the order to be sent.
        package var headers: [Header] = []
        /// How the server's certificate is checked.
        package var tls = TLS()
    }

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

    /// What a template may hold.
    package static let placeholders = ["group", "namespace", "reason", "message", "from", "to", "time", "count"]

    /// Where to.
    package var post: Post
    /// What is told; not empty.
    package var reasons: [NotificationReason]
    /// The body, with placeholders; nil: a JSON object of all of them.
    package var template: String?
    /// How long one request may take, 0.05...300 s.
    package var timeout: Duration = .seconds(5)
}

extension NotificationConfiguration {
    /// The fields of an entry of `notifications`.
    static let fields = FieldTable("notification", NotificationConfiguration(post: Post(url: ""), reasons: [])) {
        Field.required("httpPost", \.post, .object(Post.fields)).says("The request that tells it")
        Field.required("on", \.reasons, .list(.choice, isEmptyAllowed: false))
            .says(
                "Of what it tells: reasons of Events; Failover: FailingOver and FailedOver; NoActive: NoHealthyCandidate and ScoresRefused"
            )
        Field.optional("template", \.template, .string(.template))
            .says(
                "The body, in which $(group), $(namespace), $(reason), $(message), $(from), $(to), $(time) and $(count) are"
                    + " replaced; default: a JSON object of these"
            )
        Field.defaulted("timeoutSeconds", \.timeout, .seconds(0.05...300)).says("How long one request may take")
    }
}

extension NotificationConfiguration.Post {
    /// The fields of `httpPost`.
    fileprivate static let fields = FieldTable("notificationPost", NotificationConfiguration.Post(url: "")) {
        Field.required("url", \.url, .string(.url)).says("Where to; http:// or https://")
        Field.defaulted("headers", \.headers, .list(.object(NotificationConfiguration.Header.fields)))
            .says("Headers to send; Content-Type is application/json unless one of them says otherwise")
        Field.defaulted("tls", \.tls, .object(NotificationConfiguration.TLS.fields))
            .says("How the server's certificate is checked")
    }
}

extension NotificationConfiguration.Header {
    /// The fields of an entry of `headers`; exactly one of the last two is given.
    static let fields = FieldTable("secretHeader", NotificationConfiguration.Header(name: "", value: .literal(""))) {
        Field.required("name", \.name, .string(.headerName)).says("The header's name")
        Field.alternative("value", \.value, .string(.printable), as: Value.literal) {
            if case .literal(let text) = $0 { text } else { nil }
        }
        .says("The header's value")
        Field.alternative("valueFile", \.value, .string(.nonEmpty), as: Value.file) {
            if case .file(let path) = $0 { path } else { nil }
        }
        .says("A file that has the value, read for each request; one line end at its end does not count")
    }
}

extension NotificationConfiguration.TLS {
    /// The fields of `tls`.
    fileprivate static let fields = FieldTable("verifiedTLS", NotificationConfiguration.TLS()) {
        Field.defaulted("verify", \.isVerified, .bool).says("Whether the certificate must be valid")
        Field.optional("caFile", \.caFile, .string(.nonEmpty))
            .says("The authorities to trust, PEM; default: the system's")
        Field.optional("serverName", \.serverName, .string(.host))
            .says("The name that the certificate must have; default: the host")
    }
}
