import StandbyConfiguration
import Transport

/// A probe that is one exchange on the event loop.
protocol ExchangeProbe: Sendable {
    /// The request that probes `target`; nil if its port cannot be resolved.
    func request(for target: ProbeTarget) -> HTTPRequest?

    /// The verdict on an answer.
    func outcome(of response: HTTPResponse) -> ProbeOutcome

    /// Whether the verdict needs the body's beginning.
    var keepsBody: Bool { get }
    /// Whether the verdict needs headers.
    var keepsHeaders: Bool { get }
}

extension ExchangeProbe {
    /// Unless it says otherwise, a probe needs no body.
    var keepsBody: Bool { false }
    /// Unless it says otherwise, a probe needs no headers.
    var keepsHeaders: Bool { false }
}

extension ProbeConfiguration.Handler {
    /// How a probe comes to its result.
    enum Way {
        /// By one exchange on the event loop.
        case exchange(any ExchangeProbe)
        /// By the exit code of a command.
        case command(ExecProbe)
    }

    /// How the handler comes to its result.
    var way: Way {
        switch self {
        case .httpGet(let probe): .exchange(probe)
        case .tcpSocket(let probe): .exchange(probe)
        case .grpc(let probe): .exchange(probe)
        case .exec(let probe): .command(probe)
        }
    }

    /// The handler as an exchange; nil if it is a command.
    var exchange: (any ExchangeProbe)? {
        if case .exchange(let probe) = way { probe } else { nil }
    }
}

/// Hosts in URLs.
enum URLHost {
    /// An IPv6 address gets its brackets.
    static func text(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
