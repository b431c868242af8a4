import Testing

@testable import FailoverCore

/// Where the role goes when candidates are asked for their scores, and what keeps it.
@Suite struct ScoredMoveTests {
    // MARK: Who gets the role

    @Test func theBetterScoreWins() {
        var script = GroupScript.scored(ScorePolicy())
        let asked = script.failA()
        #expect(asked.scoreQuestion?.members == ["b", "c"] && asked.moves.isEmpty)
        let effects = script.answer(["b": .number(50), "c": .number(10)], to: asked)
        #expect(effects.targets == ["c"])
        #expect(
            effects.moveTraces == [
                "a: active, unhealthy; b: passive, healthy, score 50; c: passive, healthy, score 10"
            ]
        )
        #expect(script.play(effects).contains("moved to c"))
        #expect(script.member("c").role == .active && script.member("a").role == .passive)
    }

    @Test func theHigherScoreWinsWhereThatIsPreferred() {
        var script = GroupScript.scored(ScorePolicy(prefer: .highest))
        let asked = script.failA()
        #expect(script.answer(["b": .number(10), "c": .number(50)], to: asked).targets == ["c"])
    }

    @Test func revisionAndNodeCountForMoreThanTheScore() {
        var policy = GroupPolicy()
        policy.score = ScorePolicy()
        var script = GroupScript.three(policy)
        for (name, node) in [("a", "x"), ("b", "y"), ("c", "x")] {
            script.place(name, script.member(name).role, epoch: 1) { $0.node = node }
        }
        _ = script.observe()
        let asked = script.failA()
        #expect(script.answer(["b": .number(50), "c": .number(10)], to: asked).targets == ["b"])
    }

    @Test func itIsWaitedForAllAnswers() {
        var script = GroupScript.scored(ScorePolicy())
        let asked = script.failA()
        #expect(script.answer(["c": .number(10)], to: asked).moves.isEmpty)
        #expect(script.answer(["b": .number(5)], to: asked).targets == ["b"])
    }

    @Test func whoDoesNotAnswerInTimeIsTheLastChoice() {
        var script = GroupScript.scored(ScorePolicy(timeout: .seconds(1)))
        let asked = script.failA()
        #expect(script.answer(["c": .number(900)], to: asked).moves.isEmpty)
        script.at(1999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(2000)
        let effects = script.fireTimers()
        #expect(effects.targets == ["c"])
        #expect(effects.moveTraces.first?.contains("b: passive, healthy, no score (no answer in time)") == true)
    }

    @Test func nobodyAnswersAndTheRoleMovesAllTheSame() {
        var script = GroupScript.scored(ScorePolicy())
        _ = script.failA()
        script.at(2000)
        #expect(script.fireTimers().targets == ["b"])
    }

    @Test func anAnswerThatComesLateChangesNothing() {
        var script = GroupScript.scored(ScorePolicy())
        let asked = script.failA()
        _ = script.answer(["c": .number(900)], to: asked)
        script.at(2000)
        let effects = script.fireTimers()
        #expect(script.answer(["b": .number(0)], to: asked).isEmpty)
        #expect(script.play(effects).contains("moved to c"))
    }

    @Test func aloneACandidateIsNotAsked() {
        var policy = GroupPolicy()
        policy.score = ScorePolicy()
        var script = GroupScript.three(policy, healthy: ["a", "b"])
        let effects = script.failA()
        #expect(effects.scoreQuestion == nil && effects.targets == ["b"])
    }

    @Test func anActivePodThatIsGoneCostsTheTimeoutAtMost() {
        var script = GroupScript.scored(ScorePolicy(timeout: .milliseconds(300)))
        script.at(1000)
        script.remove("a")
        #expect(script.observe().scoreQuestion?.members == ["b", "c"])
        script.at(1300)
        let effects = script.fireTimers()
        #expect(effects.moves == [.activeGone] && effects.targets == ["b"])
    }

    @Test func answersFromBeforeTheNeedDoNotCount() {
        var policy = GroupPolicy()
        policy.score = ScorePolicy()
        var script = GroupScript.three(policy)
        script.at(10_000)
        let status = script.fireTimers()
        #expect(status.scoreQuestion?.members == ["b", "c"])
        let asked = script.failA(at: 10_100)
        #expect(asked.scoreQuestion != nil)
        #expect(script.answer(["b": .number(1), "c": .number(0)], to: status).moves.isEmpty)
        #expect(script.answer(["b": .number(1), "c": .number(2)], to: asked).targets == ["b"])
    }

    @Test func aSliceFollowsTheScoreJustSo() {
        var script = GroupScript.slicedPair(
            GroupPolicy(
                verdictWindow: .seconds(5),
                ownsEndpoints: true,
                score: ScorePolicy(refuseAbove: 100)
            )
        )
        let asked = script.failA()
        #expect(asked.scoreQuestion?.members == ["b"])
        let effects = script.answer(["b": .number(7)], to: asked)
        #expect(effects.targets == ["b"])
        #expect(script.play(effects).contains("moved to b"))
    }

    // MARK: What moves nothing

    @Test func scoresAloneMoveNothing() {
        var script = GroupScript.scored(ScorePolicy(refuseAbove: 100))
        var questions = 0
        for second in 1...60 {
            script.at(second * 1000)
            let effects = script.fireTimers()
            if effects.scoreQuestion != nil { questions += 1 }
            let answers = script.answer(["b": .number(Double(second * 7 % 300)), "c": .number(-1)], to: effects)
            #expect((effects + answers).moves.isEmpty && (effects + answers).findings.isEmpty)
        }
        #expect(questions == 6)
    }

    @Test func whatAnotherLeadsAsksNobody() {
        var script = GroupScript.scored(ScorePolicy(), GroupPolicy(isObserving: true))
        #expect(script.pass(1...30).allSatisfy { !$0.hasPrefix("ask scores") })
        #expect(script.failA(at: 31_000).scoreQuestion == nil)
    }

    @Test func aPausedGroupAsksForPeopleOnly() {
        var script = GroupScript.scored(ScorePolicy(isRequired: true), GroupPolicy(isPaused: true))
        let effects = script.failA()
        #expect(effects.scoreQuestion == nil && effects.moves.isEmpty)
        let asked = script.pass(2...30).filter { $0.hasPrefix("ask scores") }
        #expect(asked.count == 3)
    }

    // MARK: What operators ask for

    @Test func whomAnOperatorNamesIsNotAsked() {
        var script = GroupScript.scored(ScorePolicy(refuseAbove: 0, isRequired: true))
        script.at(1000)
        let effects = script.annotate { $0.request = GroupScript.toB }
        #expect(effects.scoreQuestion == nil && effects.targets == ["b"])
        #expect(script.play(effects).contains("moved to b"))
    }

    @Test(arguments: [
        OperatorRequest.Action.switchover(to: nil, isForced: false), .fence("a"),
    ])
    func aMoveToAnybodyGoesToTheBestScore(action: OperatorRequest.Action) {
        var script = GroupScript.scored(ScorePolicy())
        script.at(1000)
        let asked = script.annotate { $0.request = GroupScript.request(action) }
        #expect(asked.scoreQuestion?.members == ["b", "c"] && asked.moves.isEmpty)
        let effects = script.answer(["b": .number(50), "c": .number(10)], to: asked)
        #expect(effects.targets == ["c"])
        #expect(script.play(effects).contains("moved to c"))
        #expect(script.answers.map(\.outcome) == [.done])
    }

    @Test func aMoveToAnybodyIsRefusedWithTheScores() {
        var script = GroupScript.scored(ScorePolicy(refuseAbove: 100))
        script.at(1000)
        let action = OperatorRequest.Action.switchover(to: nil, isForced: false)
        let asked = script.annotate { $0.request = GroupScript.request(action) }
        _ = script.play(script.answer(["b": .number(120), "c": .number(130)], to: asked))
        #expect(script.answers.map(\.outcome) == [.refused])
        #expect(script.answers.first?.explanation.contains("its score 130 is above 100") == true)
    }

    // MARK: Reloads and failures

    @Test func aReloadForgetsWhatWasAnswered() {
        var script = GroupScript.scored(ScorePolicy(question: 1))
        let asked = script.failA()
        var policy = script.machine.policy
        policy.score = ScorePolicy(question: 2)
        let next = script.machine.policyChanged(policy, at: script.now)
        #expect(next.scoreQuestion?.members == ["b", "c"])
        #expect(script.answer(["b": .number(9), "c": .number(1)], to: asked).isEmpty)
        #expect(script.answer(["b": .number(1), "c": .number(9)], to: next).targets == ["b"])
    }

    @Test func withoutTheFieldItIsDecidedAtOnce() {
        var script = GroupScript.scored(ScorePolicy())
        _ = script.failA()
        var policy = script.machine.policy
        policy.score = nil
        #expect(script.machine.policyChanged(policy, at: script.now).targets == ["b"])
    }

    @Test func aMoveThatCouldNotBeAnnouncedForLongAsksAnew() {
        var script = GroupScript.scored(ScorePolicy())
        script.holds = { $0.recordWrite != nil }
        _ = script.settle(script.answer(["b": .number(1), "c": .number(9)], to: script.failA()))
        script.at(20_000)
        let effects = script.release { script, effect in
            script.end(effect, record: .failed(OperationFailure("away")))
        }
        guard let backoff = effects.compactMap(\.backoffID).first else { return #expect(Bool(false)) }
        let reads = script.machine.timerFired(backoff, at: script.now)
        let asked = reads.flatMap { script.follow($0) }
        #expect(asked.scoreQuestion != nil && asked.moves.isEmpty)
        #expect(script.answer(["b": .number(9), "c": .number(1)], to: asked).targets == ["c"])
    }

    @Test func peopleSeeWhatWasAnsweredLast() {
        var script = GroupScript.scored(ScorePolicy(refuseAbove: 100))
        script.at(10_000)
        _ = script.answer(["b": .number(120), "c": .number(7)], to: script.fireTimers())
        var assessment = script.machine.assessment(at: script.now)
        #expect(assessment.lines.map(\.score) == [nil, .number(120), .number(7)])
        #expect(assessment.lines[1].candidacy == .refused(.scoreAbove(120, limit: 100)))
        #expect(assessment.next?.name == "c")
        script.at(21_500)
        assessment = script.machine.assessment(at: script.now)
        #expect(assessment.lines.allSatisfy { $0.score == nil && $0.candidacy == .candidate })
    }
}

extension [Effect] {
    var words: [String] { map(\.words) }
}
