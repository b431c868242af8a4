import Testing

@testable import FailoverCore

/// What is asked again, what is heard too late, and what a takeover makes of it.
@Suite struct RepeatedQuestionTests {
    private static let replicas = SecondOpinion(from: [.replica])

    // MARK: Asking again

    @Test func asksAgainWhenTheEvidenceChangesButNotAtOnce() {
        var script = GroupScript.asking(Self.replicas)
        let effects = script.health("a", .unhealthy)
        _ = script.hear([("r", .healthy)], of: 1)
        #expect(script.ready("a", false).questions.isEmpty)
        script.at(5000)
        let again = script.fireTimers(effects) + script.observe()
        #expect(again.questions.map(\.id) == ["me/2"] && again.moves.isEmpty)
        // What was answered before counts until there was time to answer again; it is no silence yet.
        script.at(9999)
        #expect(script.fireTimers(again).moves.isEmpty)
        #expect(script.hear([("r", .unhealthy)], of: 1).moves == [.activeUnhealthy])
    }

    /// A replica that is no more cannot take back what it said.
    @Test func oneThatDisagreedAndIsGoneHoldsNoMoveForEver() {
        var script = GroupScript.asking(Self.replicas)
        var effects = script.health("a", .unhealthy)
        effects += script.hear([("r", .healthy)], of: 1)
        var moves: [Int: [SwitchCause]] = [:]
        for second in 1...60 {
            script.at(second * 1000)
            effects = script.fireTimers(effects)
            if !effects.moves.isEmpty { moves[second] = effects.moves }
        }
        #expect(moves == [35: [.activeUnhealthy]])
    }

    @Test func aReplicaThatStaysAtItsOpinionHoldsTheMove() {
        var script = GroupScript.asking(Self.replicas)
        var effects = script.health("a", .unhealthy)
        var questions: Set<String> = []
        for second in 1...300 {
            script.at(second * 1000)
            if let question = script.machine.question, questions.insert(question.id).inserted {
                effects += script.hear([("r", .healthy)], of: 1)
            }
            effects = script.fireTimers(effects)
            #expect(effects.moves.isEmpty)
        }
        #expect((9...11).contains(questions.count), "\(questions.count)")
    }

    // MARK: Restarts and races

    @Test func aTakeoverAsksAnew() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        let old = script.machine.question?.id
        let record = script.record("a")
        script.machine = GroupStateMachine(policy: script.machine.policy, identity: "you", mark: 2)
        _ = script.settle(script.start(record: record, healthy: ["b", "c"]))
        let effects = script.health("a", .unhealthy)
        #expect(effects.questions.map(\.id) == ["you/1"])
        #expect(script.hear([("r", .unhealthy)], of: 1, question: old).moves.isEmpty)
        #expect(script.hear([("r", .unhealthy)], of: 1).moves == [.activeUnhealthy])
    }

    /// Nobody was demoted yet when somebody disagrees: the announcement is taken back.
    @Test func anAnswerThatArrivesBeforeTheFirstWriteTakesTheMoveBack() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        let effects = script.hear([("r", .unhealthy)], of: 2)
        script.holds = { if case .listMembers = $0 { true } else { false } }
        _ = script.settle(effects)
        #expect(script.hear([("r", .healthy), ("s", .healthy)], of: 2).isEmpty)
        let story = script.play(script.release())
        #expect(story.contains("record a@3 Adopted") && !story.contains { $0.contains("=active") }, "\(story)")
    }

    @Test func anAnswerThatArrivesAfterTheMoveMovesNothing() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        let question = script.machine.question?.id
        _ = script.settle(script.hear([("r", .unhealthy)], of: 2))
        #expect(script.hear([("s", .healthy)], of: 2, question: question).isEmpty)
        #expect(script.hear([("s", .unhealthy)], of: 2, about: "b", question: question).isEmpty)
        #expect(script.machine.actives.map(\.name) == ["b"])
    }

    @Test func theTraceSaysHowOpinionsStand() {
        let opinion = SecondOpinion(from: [.kubelet, .replica], atLeast: 2)
        var script = GroupScript.asking(opinion, isProbedByKubelet: true)
        _ = script.health("a", .unhealthy)
        _ = script.hear([("r", .unhealthy)], of: 3)
        let traces = script.hear([("s", .healthy), ("t", .healthy)], of: 3).compactMap { effect -> String? in
            if case .report(.found(_, let trace)) = effect { trace.description } else { nil }
        }
        #expect(
            traces == [
                "a: active, unhealthy, 1 of 2 opinions agree: the kubelet disagrees; standbys: 1 agree, 2 disagree, 0 silent; "
                    + "b: passive, healthy; c: passive, healthy"
            ]
        )
    }
}
