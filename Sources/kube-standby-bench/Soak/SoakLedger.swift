import Coordination
import FailoverCore
import Probing
import Transport

/// What is expected of each peer's verdict, what the engine says, and where the two differ.
final class SoakLedger: Sendable {
    /// One peer.
    private struct Entry: Sendable {
        var behaviour = PeerBehaviour.healthy
        var health = Health.unknown
        var reason = ""
        /// What became of it last, the newest at the end.
        var lines: [String] = []

        /// Lines that are kept.
        private static let limit = 12

        mutating func add(_ line: String) {
            lines.append("\(EventLoop.now / 1_000_000) ms: \(line)")
            if lines.count > Self.limit { lines.removeFirst() }
        }

        var isRight: Bool {
            health == (behaviour.expectedHealth ?? health)
                && behaviour.expectedReasons.contains(where: reason.hasPrefix)
        }
    }

    private struct State: Sendable {
        var entries: [Entry]
        var violations: [String] = []
    }

    private let state: Locked<State>

    /// `count`: how many peers there are.
    init(count: Int) {
        state = Locked(State(entries: Array(repeating: Entry(), count: count)))
    }

    /// From now on this is expected.
    func expect(_ behaviour: PeerBehaviour, of peer: Int) {
        state.withLock { state in
            state.entries[peer].behaviour = behaviour
            state.entries[peer].add("becomes \(behaviour)")
        }
    }

    /// What a peer does now.
    func behaviour(of peer: Int) -> PeerBehaviour {
        state.withLock { $0.entries[peer].behaviour }
    }

    /// Takes in a report; a change to a health that is not expected is wrong whenever it comes.
    func note(_ report: ProbeReport, of peer: Int) {
        state.withLock { state in
            state.entries[peer].health = report.health
            state.entries[peer].reason = report.detail
            state.entries[peer].add("\(report.health), \(report.detail)")
            let expected = state.entries[peer].behaviour
            guard report.isChange, report.health != .unknown, let health = expected.expectedHealth,
                report.health != health
            else { return }
            let lines = state.entries[peer].lines.joined(separator: "\n  ")
            state.violations.append("peer \(peer), \(expected), turned \(report.health):\n  \(lines)")
        }
    }

    /// What was wrong until now.
    var violations: [String] { state.withLock { $0.violations } }

    /// The peers that are not seen as they are, in words.
    var differences: [String] {
        state.withLock { state in
            state.entries.enumerated().filter { !$1.isRight }.map { peer, entry in
                "peer \(peer), \(entry.behaviour): \(entry.health), \"\(entry.reason)\""
            }
        }
    }
}
