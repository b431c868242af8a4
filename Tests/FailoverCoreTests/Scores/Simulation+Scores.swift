@testable import FailoverCore

/// What candidates say of themselves, in time, late or never, and what may come of it.
extension Simulation {
    /// Scores are out of bounds or missing until faults end.
    private static let bound = 80.0

    mutating func makeScorePolicy() -> ScorePolicy {
        ScorePolicy(
            prefer: random.once(in: 2) ? .lowest : .highest,
            refuseAbove: random.once(in: 2) ? Self.bound : nil,
            isRequired: random.once(in: 3),
            timeout: .nanoseconds(Int64(between(Self.second / 20, 3 * Self.second)))
        )
    }

    /// Everybody answers something else each time.
    mutating func askScores(_ id: OperationID, of members: [Member.ID], by index: Int, in group: Int) {
        for member in members {
            guard let application = groups[group].applications[member], application.behaviour != .hanging,
                now >= max(nodes[application.node], processes[index]?.blindUntil ?? 0)
            else { continue }
            let isCalm = now >= Self.calm
            if !isCalm, random.once(in: 5) { continue }
            let score: CandidateScore =
                !isCalm && random.once(in: 8)
                ? .missing("no number") : .number(Double(between(0, isCalm ? UInt64(Self.bound) : 100)))
            let delay = between(1_000_000, isCalm ? Self.second / 25 : 2 * Self.second)
            schedule(.scored(group: group, id, member, score), of: index, at: now + delay)
        }
    }

    mutating func scored(_ id: OperationID, _ member: Member.ID, _ score: CandidateScore, in group: Int, of index: Int)
    {
        let policy = groups[group].policy.score
        if let number = score.number, policy?.refuseAbove.map({ number <= $0 }) ?? true {
            processes[index]?.scores[group][member] = now
        }
        tell("process \(index) hears \(score) of \(member)")
        hear(index, group) { $0.scoreAnswered(id, member, score, at: $1) }
    }

    /// Whoever gets the role by rank where a score is required has shown one of late, within its bounds.
    mutating func checkScore(of target: String?, _ cause: SwitchCause, by index: Int, in group: Int) {
        guard let policy = groups[group].policy.score, policy.isRequired, let target,
            cause.isFailover || cause == .preempted, let pod = groups[group].pod(target)
        else { return }
        guard let last = processes[index]?.scores[group][pod.id], now < last + 20 * Self.second else {
            return fail("group \(group): \(target) gets the role in spite of its score")
        }
    }

    /// Whether scores may keep the role where it is.
    func mayBeRefused(_ group: SimulatedGroup) -> Bool {
        guard let policy = group.policy.score, policy.isRequired || policy.refuseAbove != nil else { return false }
        return now < Self.calm + 20 * Self.second
    }
}
