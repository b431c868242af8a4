import FailoverCore
import Foundation
package import KubernetesClient

/// One move in the history on a group's Lease.
package struct StoredMove: Codable, Sendable, Hashable {
    /// When it was announced.
    package var time: MicroTime
    /// The pods that were active.
    package var from: [String]
    /// Nil: nobody.
    package var to: String?
    /// One of `SwitchCause`.
    package var cause: String
    package var epoch: Int
    /// From the decision to the last write; nil: not finished, or not told.
    package var durationSeconds: Double?
    /// How long nobody was active; nil: nobody was active before, nobody is now, or not told.
    package var nobodyActiveSeconds: Double?

    init(_ entry: MoveEntry, now: Date) {
        time = entry.startedAt.map { MicroTime(microseconds: $0) } ?? MicroTime(now)
        from = entry.from
        to = entry.target
        cause = entry.cause.rawValue
        epoch = entry.epoch.number
        durationSeconds = entry.duration?.inSeconds
        nobodyActiveSeconds = entry.gap?.inSeconds
    }

    /// Nil for a cause of another version.
    func entry(now: Date) -> MoveEntry? {
        guard let cause = SwitchCause(rawValue: cause) else { return nil }
        return MoveEntry(
            epoch: Epoch(epoch),
            from: from,
            target: to,
            cause: cause,
            startedAt: time.microseconds,
            age: .microseconds(max(0, MicroTime(now).microseconds - time.microseconds)),
            duration: durationSeconds.flatMap(Duration.init(readSeconds:)),
            gap: nobodyActiveSeconds.flatMap(Duration.init(readSeconds:))
        )
    }

    /// Why, in words.
    package var reason: String { SwitchCause(rawValue: cause)?.description ?? cause }
}

extension Duration {
    /// Seconds as somebody wrote them; nil for what is no duration of a move or a pause.
    init?(readSeconds seconds: Double) {
        guard (0...1e9).contains(seconds) else { return nil }
        self = .microseconds(Int64(seconds * 1e6))
    }
}
