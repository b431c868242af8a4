@testable import FailoverCore

/// A group of three that asks candidates for their scores.
extension GroupScript {
    /// `a` is active and on record; all are healthy.
    static func scored(_ score: ScorePolicy, _ policy: GroupPolicy = GroupPolicy()) -> GroupScript {
        var policy = policy
        policy.score = score
        return .three(policy)
    }

    /// Members answer the question among the effects; tells what the machine makes of that, probes answered.
    mutating func answer(_ scores: KeyValuePairs<String, CandidateScore>, to effects: [Effect]) -> [Effect] {
        guard let id = effects.scoreQuestion?.id else { return [] }
        return scores.flatMap { name, score in
            answered(machine.scoreAnswered(id, .init("uid-\(name)"), score, at: now))
        }
    }

    /// `a` becomes unhealthy at a time; what is asked then.
    mutating func failA(at milliseconds: Int = 1000) -> [Effect] {
        at(milliseconds)
        return health("a", .unhealthy)
    }
}

extension [Effect] {
    /// The last question among them.
    var scoreQuestion: (id: OperationID, members: [String])? {
        for case .askScores(let id, let members) in reversed() {
            return (id, members.map { String($0.uid.dropFirst(4)) })
        }
        return nil
    }

    /// Why each move begins, as people read it.
    var moveTraces: [String] {
        compactMap { if case .report(.moveStarted(_, _, _, let trace)) = $0 { "\(trace)" } else { nil } }
    }
}
