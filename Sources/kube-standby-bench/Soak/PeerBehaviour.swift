import FailoverCore
import Patterns
import StandbyConfiguration

/// How a probed peer behaves, and what a prober must make of it.
enum PeerBehaviour: CaseIterable, Sendable {
    /// It answers at once: 200, or an error.
    case healthy, failing
    /// Accepts, and never answers; or stops in the middle.
    case silent, silentInHead, silentInBody
    /// One byte at a time, too slowly to come to an end.
    case dripping
    /// It answers what no probe may take in whole, or what is no HTTP.
    case hugeHead, endlessBody, noHTTP
    /// Resets the connection when it is asked; closes it at once.
    case resetting, closing
    /// Nothing listens.
    case refusing
    /// TLS, its certificate not looked at; looked at, and not trusted; TLS asked of one who speaks none.
    case encrypted, untrusted, plainForTLS
    /// A body on which the pattern that it is sought by backtracks for longer than the sun will shine.
    case trapping
    /// Asked under a name whose name server is silent.
    case unnamed

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
    func probe(of peer: Int, port: Int, keepAlive: Bool) -> HTTPProbe {
        var probe = HTTPProbe(port: .number(port + portOffset))
        probe.path = "/healthz"
        probe.keepAlive = keepAlive
        probe.scheme = isEncrypted ? .https : .http
        probe.tls.isVerified = self == .untrusted
        if self == .trapping { probe.expectedBody = try? Pattern.shared(#"^(\w+\s?)*$"#) }
        if self == .unnamed { probe.host = "silent-\(peer % 200).example" }
        return probe
    }

    /// The verdict that must be reached; nil: the one that was, for it cannot be probed.
    var expectedHealth: Health? {
        switch self {
        case .unnamed: nil
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
        case .trapping: ["HTTP 200, body does not match: expectedBody was not found within"]
        case .unnamed: ["name not resolved"]
        }
    }
}
