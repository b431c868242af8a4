/// Why an exchange did not produce an answer.
package struct TransportError: Error, Sendable, Hashable {
    /// What kind of failure; each kind calls for its own reaction.
    package enum Kind: Sendable, Hashable {
        /// The deadline passed.
        case timedOut
        /// A stream was silent for longer than its idle limit.
        case idle
        /// The peer refused the connection.
        case refused
        /// No route, or the network is down.
        case unreachable
        /// The name could not be resolved.
        case unresolved
        /// The server's certificate is not signed by whom we trust.
        case untrusted
        /// The server's certificate is not valid any more, or not yet.
        case expired
        /// The server's certificate is for another name or address.
        case otherHost
        /// TLS failed for another reason.
        case tls
        /// The connection ended in the middle of the exchange.
        case connectionLost
        /// The peer does not speak HTTP.
        case notHTTP
        /// The body is longer than allowed.
        case bodyTooLarge
        /// The request itself cannot be made: a bad URL, an unreadable file.
        case badRequest
        /// We ran out of something: descriptors, memory, ports.
        case localResource
        /// The task was cancelled.
        case cancelled
        /// The event loop was stopped.
        case stopped
    }

    /// What went wrong.
    package var kind: Kind
    /// Details for people, from libcurl.
    package var detail: String

    /// `detail`: in words; empty: the kind says it all.
    package init(_ kind: Kind, _ detail: String = "") {
        self.kind = kind
        self.detail = detail
    }

    /// Libcurl takes a connection that ends in the middle of the headers for the end of an answer without a body.
    static let endInHead = TransportError(.connectionLost, "the answer ends within its headers")

    /// More headers than a probe takes.
    static let headersTooLarge = TransportError(.bodyTooLarge, "over \(CheckTemplate.headerLimit) bytes of headers")

    /// Whether the failure is ours and says nothing of the peer.
    package var isOurOwn: Bool {
        switch kind {
        case .localResource, .cancelled, .stopped, .badRequest, .unresolved: true
        case .timedOut, .idle, .refused, .unreachable, .untrusted, .expired, .otherHost, .tls,
            .connectionLost, .notHTTP, .bodyTooLarge:
            false
        }
    }
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        let words =
            switch kind {
            case .timedOut: "no answer in time"
            case .idle: "silent for too long"
            case .refused: "connection refused"
            case .unreachable: "unreachable"
            case .unresolved: "name not resolved"
            case .untrusted: "certificate not trusted"
            case .expired: "certificate not valid today"
            case .otherHost: "certificate of another host"
            case .tls: "TLS failed"
            case .connectionLost: "connection lost"
            case .notHTTP: "not HTTP"
            case .bodyTooLarge: "answer too large"
            case .badRequest: "request not possible"
            case .localResource: "out of a local resource"
            case .cancelled: "cancelled"
            case .stopped: "stopped"
            }
        return detail.isEmpty ? words : "\(words): \(detail)"
    }
}
