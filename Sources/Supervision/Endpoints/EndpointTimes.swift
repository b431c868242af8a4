import Coordination
import FailoverCore

/// How long endpoints took to follow the last moves of a group, until a record that tells of them is written.
struct EndpointTimes: Sendable {
    private var times: [Epoch: Duration] = [:]

    /// The endpoint of a move followed.
    mutating func note(_ epoch: Epoch, _ time: Duration) {
        times[epoch] = time
        if times.count > MoveEntry.limit, let oldest = times.keys.min() { times[oldest] = nil }
    }

    /// The move with its time, if that is known here.
    func filling(_ move: StoredMove) -> StoredMove {
        guard let time = times[Epoch(move.epoch)] else { return move }
        var told = move
        told.endpointSeconds = time.inSeconds
        return told
    }
}

/// How long endpoints took to follow the moves of all groups since the start, and how many are awaited for long.
package struct EndpointCounts: Sendable, Hashable {
    /// Upper bounds of the buckets, in seconds; the last one has none.
    package static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    /// Moves whose endpoint followed, by bucket.
    package private(set) var buckets = [Int](repeating: 0, count: bounds.count + 1)
    /// Of all those, in seconds.
    package private(set) var seconds = 0.0
    /// Groups whose active pod is to be an endpoint, and has not been for long.
    package private(set) var lagging = 0

    /// Nothing has moved yet.
    package init() {}

    /// Takes in what is told of a group.
    package mutating func heard(_ notice: GroupNotice) {
        switch notice.content {
        case .endpointFollowed(_, let time, let wasLate):
            if let taken = time?.inSeconds {
                buckets[Self.bounds.firstIndex { taken <= $0 } ?? Self.bounds.count] += 1
                seconds += taken
            }
            if wasLate { lagging -= 1 }
        case .endpointLags: lagging += 1
        case .endpointDropped: lagging -= 1
        case .report, .withheld, .probe, .waiting, .ignored, .resumed, .leavesBehind: break
        }
    }
}
