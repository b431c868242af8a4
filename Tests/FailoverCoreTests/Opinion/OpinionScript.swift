@testable import FailoverCore

/// A group of three of which `a` is active and on record, and what others say of it.
extension GroupScript {
    /// `isProbedByKubelet`: whether Ready says something of the pods.
    static func asking(
        _ opinion: SecondOpinion,
        isProbedByKubelet: Bool = false,
        _ policy: GroupPolicy = .init()
    )
        -> GroupScript
    {
        var policy = policy
        policy.secondOpinion = opinion
        var script = GroupScript.three(policy)
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 1) { $0.hasReadinessProbe = isProbedByKubelet }
        }
        _ = script.observe()
        return script
    }

    /// The pod condition Ready of a member changes.
    mutating func ready(_ name: String, _ isReady: Bool) -> [Effect] {
        let before = member(name)
        place(name, before.role, epoch: before.epoch?.number) { member in
            let version = member.version
            member = before
            member.version = version
            member.isReady = isReady
        }
        return observe()
    }

    /// Standbys answer the question of now; `age`: of their evidence, in milliseconds.
    mutating func hear(
        _ answers: [(replica: String, health: Health)],
        of standbys: Int,
        about name: String = "a",
        question: String? = nil,
        age: Int = 0
    ) -> [Effect] {
        let question = question ?? machine.question?.id ?? ""
        let given = answers.map { replica, health in
            OpinionAnswer(
                replica: replica,
                question: question,
                member: member(name).id,
                health: health,
                age: .milliseconds(age)
            )
        }
        return machine.opinionsHeard(given, standbys: standbys, at: now)
    }
}
