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
