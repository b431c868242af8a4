@testable import FailoverCore

/// What supervisors read from a wall clock that is set now and then, and what of it must not be seen in moves.
extension Simulation {
    /// What the wall clock shows, in nanoseconds.
    var wall: Int64 { 1_000_000 * Self.windowLength + Int64(now) + wallOffset }

    /// Voluntary moves are allowed for so long, and then not for as long.
    private static let windowLength = 20 * Int64(second)

    /// Whether they are at a time of the wall clock.
    private static func isOpen(at wall: Int64) -> Bool { (wall / windowLength) % 2 == 0 }

    /// As a supervisor does before and after each event.
    mutating func readCalendar(of index: Int, _ group: Int) {
        guard let machine = processes[index]?.machines[group], machine.awaitsCalendar(at: time) else { return }
        var policy = machine.policy
        if policy.window != nil {
            let rest = Self.windowLength - wall % Self.windowLength
            policy.window = MoveWindow(isOpen: Self.isOpen(at: wall), until: time + .nanoseconds(rest))
        }
        policy.due = machine.record?.record.request?.due.map { named in
            let rest = Duration.nanoseconds(max(0, named * 1000 - wall))
            return DueTime(named: named, at: time + rest, until: time + MoveWindow.validity)
        }
        take(index, group) { $0.policyChanged(policy, at: $1) }
    }

    /// Whether what a supervisor knows of the wall clock may be wrong: it was set less than a minute ago.
    private var isWallInDoubt: Bool { wallSetAt.map { time.since($0) <= MoveWindow.validity } ?? false }

    /// A voluntary move begins.
    mutating func checkWindow(of group: Int) {
        guard groups[group].policy.window != nil, !isWallInDoubt, !Self.isOpen(at: wall) else { return }
        fail("group \(group): a voluntary move begins outside of its windows")
    }

    /// A move for a request makes a pod active.
    mutating func checkDue(_ request: String, in group: Int) {
        guard let due = groups[group].promises.dues[request], !isWallInDoubt, wall < due * 1000 else { return }
        fail("group \(group): request \(request) was carried out before its time")
    }

    /// Whether a request waits for a time that has not come.
    func isWaiting(_ request: OperatorRequest) -> Bool {
        // The last minute may have passed before somebody looked.
        request.due.map { wall < $0 * 1000 + 60 * Int64(Self.second) } ?? false
    }
}
