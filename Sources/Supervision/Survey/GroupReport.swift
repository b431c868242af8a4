import FailoverCore
package import KubernetesClient

/// How available a group was, by the moves that its Lease remembers.
///
/// What no move ended is not known: an active pod that fails now, a failure that passed by itself.
package struct GroupReport: Encodable, Sendable, Hashable {
    /// The group's.
    package var namespace: String
    /// The group's.
    package var name: String
    /// From when on it is counted: the beginning of the time that was asked for or, if the history reaches less far, of that.
    package var from: MicroTime
    /// Whether the history begins after the time that was asked for.
    package var isCutShort: Bool
    /// 0...1: the share of the time in which, by what is known, a pod served.
    package var availability: Double
    /// From first failures to the decisions to move.
    package var detectingSeconds: Double
    /// From these decisions to the last write, and of planned moves how long nobody was active.
    package var switchingSeconds: Double
    /// While nobody was active between two moves, because nobody could be.
    package var waitingSeconds: Double
    /// The moves that were made.
    package var moves: Int
    /// How many of them were made for which cause.
    package var causes: [String: Int]
    /// How many of them each asked for, by name.
    package var requesters: [String: Int]

    /// All of it.
    package var downSeconds: Double { detectingSeconds + switchingSeconds + waitingSeconds }

    /// `seconds`: how far back it goes, more than 0.
    package init(_ record: RecordedGroup, seconds: Double, now: MicroTime) {
        let begin = MicroTime(microseconds: now.microseconds - Int64(min(seconds, 1e9) * 1e6))
        // A history that is full may have forgotten moves from before its first.
        let isWhole = record.moves.count < MoveEntry.limit
        let reach = isWhole ? record.created ?? record.moves.first?.time : record.moves.first?.time
        (namespace, name) = (record.namespace, record.name)
        from = max(begin, min(reach ?? now, now))
        isCutShort = begin < from
        let start = from
        let made = record.moves.filter { $0.time >= start && $0.time <= now && $0.durationSeconds != nil }
        detectingSeconds = made.reduce(0) { $0 + ($1.failingSeconds ?? 0) }
        switchingSeconds = made.reduce(0) { $0 + $1.switchingSeconds }
        waitingSeconds = Self.waiting(record, from: from, until: now)
        moves = made.count
        causes = made.reduce(into: [:]) { $0[$1.cause, default: 0] += 1 }
        requesters = made.reduce(into: [:]) { counts, move in move.by.map { counts[$0, default: 0] += 1 } }
        availability = 1
        let whole = Double(now.microseconds - from.microseconds) / 1e6
        if whole > 0 { availability = max(0, 1 - downSeconds / whole) }
    }

    /// The time from moves to nobody until the next to somebody, or until now; what two of them share counts once.
    private static func waiting(_ record: RecordedGroup, from: MicroTime, until now: MicroTime) -> Double {
        var spans: [(start: MicroTime, end: MicroTime)] = []
        for (index, move) in record.moves.enumerated() where move.to == nil && move.durationSeconds != nil {
            let next = record.moves[(index + 1)...].first { $0.to != nil && $0.durationSeconds != nil }
            let end = min(next?.time ?? now, now)
            spans.append((max(move.end, from), end))
        }
        var total = 0.0
        var reached = from
        for span in spans.sorted(by: { $0.start < $1.start }) {
            total += max(0, Double(span.end.microseconds - max(span.start, reached).microseconds) / 1e6)
            reached = max(reached, span.end)
        }
        return total
    }
}

extension StoredMove {
    /// How long it kept users without a pod; of a move whose active pod served until then, only the gap.
    fileprivate var switchingSeconds: Double {
        let isOutage = failingSeconds != nil || SwitchCause(rawValue: cause).map(Self.outages.contains) ?? false
        return (isOutage ? durationSeconds : nobodyActiveSeconds) ?? 0
    }

    /// Moves before which nobody served.
    private static let outages: Set<SwitchCause> = [
        .noActive, .activeGone, .activeWithoutAddress, .activeUnhealthy, .activeUnknown, .activeNotReady,
        .unfinishedSwitch,
    ]

    /// When it was complete.
    fileprivate var end: MicroTime {
        MicroTime(microseconds: time.microseconds + Int64(min(durationSeconds ?? 0, 1e9) * 1e6))
    }
}
