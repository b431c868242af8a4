/// The moves of a group, from its records and this process: what cooldowns, flap limits and patience are counted from.
struct MoveHistory: Sendable, Hashable {
    /// A move, by this supervisor or another.
    private struct Move: Sendable, Hashable {
        var at: MonotonicTime
        /// When its last write was acknowledged, as far as that is known; else when it was announced.
        var end: MonotonicTime
        /// Whether it is known when that was.
        var isEndKnown = false
        var countsAsFlapping: Bool
        /// Whether its target was seen active at its epoch.
        var wasSeenMade = false
    }

    private struct Withdrawals: Sendable, Hashable {
        var count: Int
        var last: MonotonicTime
    }

    /// Moves that are remembered at most; the file's bound of `maxSwitches`.
    private static let moveLimit = 1000
    /// How often a cooldown is doubled at most.
    private static let mostDoublings = 7

    /// Since when the record is of the epoch that it is; nil before one was seen.
    private(set) var recordSince: MonotonicTime?
    private var moves: [Epoch: Move] = [:]
    /// Voluntary moves that were withdrawn since one was made, and when the last one was.
    private var withdrawals: Withdrawals?

    /// The record is of another epoch than before.
    mutating func epochChanged(at now: MonotonicTime) {
        recordSince = now
    }

    /// Takes in what the record remembers: each move once, at the time that it is first read, less its age.
    ///
    /// `found`: the pod that the record says was found active after the last of them; nil: it says none.
    mutating func recorded(_ entries: [MoveEntry], found: String? = nil, at now: MonotonicTime) {
        for entry in entries where moves[entry.epoch] == nil {
            let at = MonotonicTime(nanoseconds: now.nanoseconds - min(now.nanoseconds, entry.age.wholeNanoseconds))
            moves[entry.epoch] = Move(at: at, end: at, countsAsFlapping: entry.cause.countsAsFlapping)
        }
        // When a move ended may be told later than that it was announced.
        for entry in entries {
            guard let duration = entry.duration, let move = moves[entry.epoch], !move.isEndKnown else { continue }
            moves[entry.epoch]?.end = move.at + duration
            moves[entry.epoch]?.isEndKnown = true
        }
        for (index, entry) in entries.enumerated() {
            let isLast = index + 1 == entries.count
            let isInVain = isLast ? entry.wasNotMade(as: found) : entry.wasNotMade(before: entries[index + 1])
            moves[entry.epoch]?.countsAsFlapping = entry.cause.countsAsFlapping && !isInVain
        }
        while moves.count > Self.moveLimit, let oldest = moves.keys.min() { moves[oldest] = nil }
    }

    /// A move of this supervisor is complete.
    ///
    /// `isRedirected`: it went to another member than was chosen first.
    mutating func completed(_ epoch: Epoch, isRedirected: Bool, at now: MonotonicTime) {
        moves[epoch]?.end = now
        moves[epoch]?.isEndKnown = true
        if !isRedirected { withdrawals = nil }
    }

    /// The target of a move is active, at its epoch, whether or not the record holds its end.
    mutating func sawMade(_ epoch: Epoch) {
        moves[epoch]?.wasSeenMade = true
    }

    /// Whether that was seen.
    func wasSeenMade(_ epoch: Epoch) -> Bool { moves[epoch]?.wasSeenMade ?? false }

    /// A move that was announced is not made.
    mutating func withdraw(_ epoch: Epoch) {
        moves[epoch] = nil
    }

    /// A voluntary move was withdrawn.
    mutating func withdrewVoluntaryMove(at now: MonotonicTime) {
        withdrawals = Withdrawals(count: min((withdrawals?.count ?? 0) + 1, Self.mostDoublings), last: now)
    }

    /// When the next voluntary move may be tried after one that was withdrawn: a cooldown later, doubling; nil: none was.
    func nextTrial(cooldown: Duration, isDoubling: Bool = true) -> MonotonicTime? {
        withdrawals.map { $0.last + cooldown * (isDoubling ? 1 << ($0.count - 1) : 1) }
    }

    /// When a move was announced, as far as is known; nil if the move is not known.
    func beginning(of epoch: Epoch) -> MonotonicTime? { moves[epoch]?.at }

    /// When a move was complete, as far as that is known; nil if the move is not known.
    func end(of epoch: Epoch) -> MonotonicTime? { moves[epoch]?.end }

    /// When the group moved last, as far as this process knows.
    var lastMove: MonotonicTime? { moves.values.lazy.map(\.at).max() }

    /// When it moved in a way that may be flapping, above an epoch.
    func flaps(after epoch: Epoch?) -> [MonotonicTime] {
        moves.filter { move in move.value.countsAsFlapping && (epoch.map { $0 < move.key } ?? true) }.map(\.value.at)
    }
}
