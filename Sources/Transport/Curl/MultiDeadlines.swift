/// When libcurl wants to be called for each multi, side by side, as all are looked at in every turn.
///
/// Confined to the loop's thread.
final class MultiDeadlines {
    /// Monotonic nanoseconds; `.max`: not before a socket is ready.
    @safe @exclusivity(unchecked) private var times: ContiguousArray<UInt64> = []

    /// The deadline of the multi with that index.
    subscript(index: Int) -> UInt64 {
        get { times[index] }
        set {
            if index >= times.count { times += repeatElement(.max, count: index + 1 - times.count) }
            times[index] = newValue
        }
    }

    /// The first of all; `.max`: there is none.
    var first: UInt64 {
        var first = UInt64.max
        for time in times where time < first { first = time }
        return first
    }

    /// The indices of those that are due.
    func due(at now: UInt64, into indices: inout [Int]) {
        for index in times.indices where times[index] <= now { indices.append(index) }
    }
}
