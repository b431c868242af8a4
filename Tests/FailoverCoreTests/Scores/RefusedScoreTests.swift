import Testing

@testable import FailoverCore

/// Whom a score keeps from the role, and what becomes of the group meanwhile.
@Suite struct RefusedScoreTests {
    @Test func aScoreOutOfBoundsIsNoCandidate() {
        var script = GroupScript.scored(ScorePolicy(refuseAbove: 100))
        let asked = script.failA()
        #expect(script.answer(["b": .number(120), "c": .number(99)], to: asked).targets == ["c"])
    }

    @Test func ifAllAreRefusedItIsSaidOnceAndTheyAreAskedAgain() {
        var script = GroupScript.scored(ScorePolicy(refuseAbove: 100))
        script.at(1000)
        script.remove("a")
        var asked = script.observe()
        let refused: KeyValuePairs<String, CandidateScore> = ["b": .number(120), "c": .number(130)]
        let effects = script.answer(refused, to: asked)
        #expect(effects.moves.isEmpty && effects.findings == [.refusedByScore])
        let trace = script.machine.situation(at: script.now).trace.description
        #expect(trace.contains("b: passive, healthy, score 120, no candidate (its score 120 is above 100)"))
        for second in [3, 5, 7] {
            script.at(second * 1000)
            asked = script.fireTimers()
            #expect(asked.scoreQuestion?.members == ["b", "c"])
            let again = script.answer(refused, to: asked)
            #expect(
                again.moves.isEmpty
                    && (asked + again).words.allSatisfy { !$0.hasPrefix("over") && !$0.hasPrefix("found") }
            )
        }
        script.at(9000)
        let end = script.answer(["b": .number(120), "c": .number(7)], to: script.fireTimers())
        #expect(end.targets == ["c"] && end.words.contains("over: \(Decision.Finding.refusedByScore)"))
    }

    @Test func withoutARequiredScoreNobodyIsPromoted() {
        var script = GroupScript.scored(ScorePolicy(isRequired: true))
        let asked = script.failA()
        let effects = script.answer(["b": .missing("HTTP 500"), "c": .missing("text")], to: asked)
        #expect(effects.moves.isEmpty && effects.findings == [.refusedByScore])
        #expect(script.machine.assessment(at: script.now).conditions.isSuperset(of: [.holding, .noHealthyCandidate]))
        script.at(3000)
        let again = script.answer(["b": .missing("HTTP 500"), "c": .number(3)], to: script.fireTimers())
        #expect(again.targets == ["c"])
    }

    @Test func whoIsNotHealthyDoesNotTakeThePlaceOfWhoIsRefused() {
        var policy = GroupPolicy()
        policy.score = ScorePolicy(refuseAbove: 100)
        var script = GroupScript.three(policy, healthy: ["a", "b"])
        script.at(1000)
        _ = script.health("c", .unhealthy)
        script.at(2000)
        script.remove("a")
        let effects = script.answer(["b": .number(120)], to: script.observe())
        #expect(effects.moves.isEmpty && effects.findings == [.refusedByScore])
    }

    @Test func theOnlyCandidateIsAskedIfItCouldBeRefused() {
        var policy = GroupPolicy()
        policy.score = ScorePolicy(refuseBelow: 5)
        var script = GroupScript.three(policy, healthy: ["a", "b"])
        let asked = script.failA()
        #expect(asked.scoreQuestion?.members == ["b"])
        #expect(script.answer(["b": .number(5)], to: asked).targets == ["b"])
    }

    @Test func whoComesWhileAllAreRefusedIsAskedAtOnce() {
        var policy = GroupPolicy()
        policy.score = ScorePolicy(refuseAbove: 100)
        var script = GroupScript.three(policy, healthy: ["a", "b"])
        _ = script.answer(["b": .number(120)], to: script.failA())
        script.at(1500)
        let asked = script.health("c", .healthy)
        #expect(asked.scoreQuestion?.members == ["b", "c"] && asked.moves.isEmpty)
        #expect(script.answer(["b": .number(120), "c": .number(1)], to: asked).targets == ["c"])
    }
}
