/// One HTTP exchange to be made, or one TCP connection to be tried.
package struct HTTPRequest: Sendable, Hashable {
    /// A header, sent as given.
    package struct Header: Sendable, Hashable {
        /// As it is sent; compared without case.
        package var name: String
        /// Without line breaks.
        package var value: String

        /// A header of this name and value.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }

        /// Whether a text can be a header's name or value: a control character, like a line break, would end it, and begin
        /// another one.
        ///
        /// https://www.rfc-editor.org/rfc/rfc9110#section-5.5
        package static func canHold(_ text: String) -> Bool {
            text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
        }

        /// As libcurl wants it: a name with a colon and no value would take the header away.
        ///
        /// https://curl.se/libcurl/c/CURLOPT_HTTPHEADER.html
        fileprivate var line: String { value.isEmpty ? "\(name);" : "\(name): \(value)" }
    }

    /// Which protocol to speak.
    package enum Version: Sendable {
        /// HTTP/1.1.
        case http1
        /// HTTP/2 where TLS negotiates it, requests sharing one connection; else HTTP/1.1.
        case http2
        /// The same, but an exchange never waits for the connection of another.
        case http2Alone
        /// HTTP/2 from the first byte, without TLS to negotiate it.
        case http2Only
        /// No HTTP at all: the exchange is over once the connection stands.
        case connectOnly
    }

    /// Whether a connection may serve several exchanges.
    package enum ConnectionUse: Sendable {
        /// A new connection, closed afterwards.
        case single
        /// A kept connection if there is one; kept afterwards.
        case shared
    }

    /// What happens to a body that is longer than `bodyLimit`.
    package enum Overflow: Sendable {
        /// The exchange fails.
        case fail
        /// The exchange ends there, and the beginning is the result.
        case truncate
    }

    /// Absolute, `http` or `https`.
    package var url: String
    /// As it is sent, like `GET`.
    package var method: String
    /// One with an empty value is sent, too.
    package var headers: [Header] = []
    /// Headers that libcurl sends of its own accord and that are to be left out.
    package var omittedHeaders: [String] = []
    /// Nil: no body is sent.
    package var body: [UInt8]?
    /// How both sides prove who they are.
    package var tls = TLSConfiguration()
    /// Which HTTP is spoken.
    package var version: Version = .http1
    /// Whether the connection may be another's, and is kept.
    package var connection: ConnectionUse = .shared
    /// The whole exchange: name resolution, connect, TLS, headers and body.
    ///
    /// Nil: no limit, for streams.
    package var timeout: Duration?
    /// Until the answer's headers are in; for streams.
    ///
    /// Nil: only `timeout` counts.
    package var headTimeout: Duration?
    /// Without a byte of body, back-pressure not counted; for streams.
    ///
    /// Nil: no limit.
    package var idleTimeout: Duration?
    /// Unacknowledged bytes older than this end the connection (TCP_USER_TIMEOUT), and idle connections are probed at
    /// that rate.
    ///
    /// Nil: the kernel's defaults.
    package var deadPeerTimeout: Duration?
    /// Bytes of body that are kept.
    package var bodyLimit = 16 * 1024 * 1024
    /// What becomes of a body that is larger than `bodyLimit`.
    package var overflow: Overflow = .fail
    /// A proxy's URL; empty for none; nil for what the environment says.
    package var proxy: String?
    /// Exchanges of one pool share connections; pools are independent.
    package var pool = 0

    /// Filled with what happens; nil: nothing is recorded, which is cheaper.
    package var trace: TransferTrace?

    /// A request without headers and body.
    package init(_ method: String, _ url: String) {
        self.method = method
        self.url = url
    }

    /// The headers as libcurl wants them.
    var headerLines: [String] { headers.map(\.line) + omittedHeaders.map { "\($0):" } }
}
