package import Patterns

/// An HTTP request whose answer tells the health.
package struct HTTPProbe: Sendable, Hashable {
    package enum Scheme: String, Sendable, Hashable, CaseIterable {
        case http = "HTTP"
        case https = "HTTPS"
    }

    package enum Method: String, Sendable, Hashable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
    }

    /// A header to send.
    package struct Header: Sendable, Hashable {
        package var name: String
        /// May be empty.
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// How the server's certificate is checked.
    package struct TLS: Sendable, Hashable {
        package var isVerified = false
        package var caFile: String?
        package var serverName: String?

        package init() {}
    }

    package var path = "/"
    package var port: PortReference
    /// The container that has the port; nil: the only one that has it.
    package var container: String?
    package var scheme: Scheme = .http
    /// Nil: the pod's IP.
    ///
    /// Sent as Host header and server name.
    package var host: String?
    package var headers: [Header] = []
    package var expectedStatus = [StatusRange(200...399)]
    /// What is sought in the first 10 KiB of the body; nil: any body.
    package var expectedBody: Pattern?
    package var method: Method = .get
    /// Whether a connection is used again, every tenth probe excepted.
    package var keepAlive = false
    package var tls = TLS()

    package init(port: PortReference) {
        self.port = port
    }
}
