import FailoverCore
import StandbyConfiguration

/// How a probed peer behaves, and what a prober must make of it.
enum PeerBehaviour: CaseIterable, Sendable {
    case healthy, failing
    /// Accepts, and never answers; or stops in the middle.
    case silent, silentInHead, silentInBody
    /// One byte at a time, too slowly to come to an end.
    case dripping
    case hugeHead, endlessBody, noHTTP
    /// Resets the connection when it is asked; closes it at once.
    case resetting, closing
    /// Nothing listens.
    case refusing
    /// TLS, its certificate not looked at; looked at, and not trusted; TLS asked of one who speaks none.
    case encrypted, untrusted, plainForTLS

    /// What the port is that the peer is asked at, from the server's first.
    var portOffset: Int {
        switch self {
        case .encrypted, .untrusted: 1
        case .refusing: 2
        default: 0
        }
    }

    private var isEncrypted: Bool { [.encrypted, .untrusted, .plainForTLS].contains(self) }

    /// The probe that asks it, at a server that listens from `port` on.
    func probe(port: Int, keepAlive: Bool) -> HTTPProbe {
        var probe = HTTPProbe(port: .number(port + portOffset))
        probe.path = "/healthz"
        probe.keepAlive = keepAlive
        probe.scheme = isEncrypted ? .https : .http
        probe.tls.isVerified = self == .untrusted
        return probe
    }

    /// The verdict that must be reached.
    var expectedHealth: Health {
        switch self {
        case .healthy, .endlessBody, .encrypted: .healthy
        default: .unhealthy
        }
    }

    /// How the reason must begin; one of these.
    var expectedReasons: [String] {
        switch self {
        case .healthy, .endlessBody, .encrypted: ["HTTP 200"]
        case .failing: ["HTTP 500"]
        case .silent, .silentInHead, .silentInBody, .dripping: ["no answer in time"]
        case .hugeHead: ["answer too large"]
        case .noHTTP: ["not HTTP"]
        case .resetting, .closing: ["connection lost", "connection refused"]
        case .refusing: ["connection refused"]
        case .untrusted: ["certificate not trusted"]
        case .plainForTLS: ["TLS failed"]
        }
    }
}
