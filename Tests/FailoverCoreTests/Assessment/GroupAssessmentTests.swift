import Testing

@testable import FailoverCore

/// What status and metrics show of a group.
@Suite struct GroupAssessmentTests {
    private typealias Condition = GroupAssessment.Condition

    private func assessed(_ script: GroupScript) -> GroupAssessment { script.machine.assessment(at: script.now) }

    @Test func aHealthyGroupIsAvailableAndKnowsWhoIsNext() {
        let found = assessed(GroupScript.three())
        #expect(found.conditions == [.available])
        #expect(found.actives == ["a"] && found.next?.name == "b")
        #expect(found.lines.map(\.member.name) == ["a", "b", "c"] && found.lines.allSatisfy { $0.health == .healthy })
        #expect(found.epoch == Epoch(1) && found.progress == nil && found.withheld == nil && found.finding == nil)
    }

    @Test func whoIsNextIsAsked() {
        var script = GroupScript.three()
        _ = script.settle(script.health("b", .unhealthy))
        #expect(assessed(script).next?.name == "c")
        _ = script.settle(script.health("c", .unknown))
        #expect(assessed(script).next == nil)
        #expect(assessed(script).conditions == [.available, .noHealthyCandidate])
    }

    @Test func anActiveMemberThatIsNotReadyServesNobody() {
        var script = GroupScript.three()
        script.place("a", .active) { $0.isReady = false }
        _ = script.settle(script.observe())
        #expect(assessed(script).conditions == [.activeNotReady])
    }

    @Test func whyAMemberIsNoCandidateIsTold() {
        var script = GroupScript.three()
        script.place("b") { $0.priority = 0 }
        _ = script.settle(script.observe())
        #expect(assessed(script).lines[1].candidacy == .refused(.priorityZero))
        #expect(assessed(script).next?.name == "c")
    }

    @Test func aPausedGroupTellsWhatItWithholds() {
        var script = GroupScript.three()
        _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: nil) })
        #expect(assessed(script).conditions == [.available, .paused])
        _ = script.settle(script.health("a", .unhealthy))
        let found = assessed(script)
        #expect(found.conditions == [.paused, .holding])
        #expect(found.withheld?.target?.name == "b" && found.withheld?.cause == .activeUnhealthy)
    }

    @Test func aGroupThatMovedTooOftenHolds() {
        var script = GroupScript.three(GroupPolicy(flap: FlapLimit(maxMoves: 1)))
        _ = script.settle(script.health("a", .unhealthy))
        #expect(assessed(script).conditions == [.available, .flapping])
        _ = script.settle(script.health("a", .healthy) + script.health("b", .unhealthy))
        #expect(assessed(script).conditions == [.holding, .flapping])
        #expect(assessed(script).finding == .flapping)
    }

    @Test func aDoubtOfItsOwnProbesIsSeen() {
        var script = GroupScript.three()
        let suspension = Suspension(until: script.now + .seconds(30), reason: .massFailure)
        _ = script.settle(script.machine.automaticMovesSuspended(suspension, at: script.now))
        #expect(assessed(script).conditions == [.available, .selfDoubt])
        script.at(30_000)
        #expect(assessed(script).conditions == [.available])
    }

    @Test func aMoveThatCannotBeAnnouncedIsHeld() throws {
        var script = GroupScript.three()
        script.holds = { $0.recordWrite != nil }
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.release { script, effect in
            let id = effect.recordWrite.map(\.id) ?? OperationID(number: 1)
            return script.machine.recordWritten(id, .failed(OperationFailure("403")), at: script.now)
        }
        #expect(assessed(script).conditions == [.holding, .recordUnavailable])
    }

    @Test func whoOnlyObservesWithholdsNothing() {
        var script = GroupScript.three(GroupPolicy(isObserving: true))
        _ = script.settle(script.health("a", .unhealthy))
        #expect(assessed(script).conditions.isEmpty && assessed(script).withheld?.target?.name == "b")
    }

    @Test func aSwitchTellsHowFarItIsAndWhatItWaitsFor() throws {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        _ = script.settle(script.health("a", .unhealthy))
        let found = assessed(script)
        let progress = try #require(found.progress)
        #expect(progress.target == "b" && progress.cause == .activeUnhealthy && progress.step == "sealing")
        #expect(progress.obstacle == "c" && progress.refusal == OperationFailure("denied", isLasting: true))
        #expect(found.conditions.contains(.sealBlocked) && !found.conditions.contains(.available))
    }

    @Test func theLastMoveIsToldWhileItsTargetIsActive() {
        var script = GroupScript.three()
        _ = script.settle(script.health("a", .unhealthy))
        #expect(assessed(script).lastMove?.target == "b")
        script.remove("b")
        _ = script.observe()
        #expect(assessed(script).lastMove == nil)
    }
}
