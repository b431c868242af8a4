import Testing

@testable import FailoverCore

/// Rule 3: a start moves no label.
@Suite struct AdoptionTests {
    @Test func adoptsTheActiveMemberItFinds() {
        var script = GroupScript()
        script.place("a", .active)
        script.place("b")
        let effects = script.start(record: nil)
        #expect(effects.moves.isEmpty)
        #expect(script.settle(effects).isEmpty)
        #expect(script.machine.record?.record.holder?.name == "a")
        #expect(script.machine.record?.record.origin == .adopted)
    }

    @Test func asksForNothingWhenTheRecordAgrees() {
        var script = GroupScript()
        script.place("a", .active, epoch: 4)
        script.place("b", .passive, epoch: 4)
        let effects = script.start(
            record: script.record("a", epoch: 4, origin: .intended, writer: "other"),
            healthy: ["a", "b"]
        )
        #expect(effects.operations.isEmpty)
    }

    @Test func labelsMembersWithoutARolePassive() {
        var script = GroupScript()
        script.place("a", .active)
        script.place("b", nil)
        let writes = script.settle(script.start(record: nil))
        #expect(writes == ["b=passive@1"])
    }

    @Test func writesNoPassiveLabelWhereThereIsNone() {
        var script = GroupScript(GroupPolicy(labelsPassiveMembers: false))
        script.place("a", .active)
        script.place("b", nil)
        #expect(script.settle(script.start(record: nil)).isEmpty)
    }

    @Test func adoptsAMoveMadeByHand() {
        var script = GroupScript()
        script.place("a", .passive, epoch: 2)
        script.place("b", .active, epoch: 2)
        let effects = script.start(record: script.record("a", epoch: 2, origin: .intended))
        #expect(script.settle(effects).isEmpty)
        #expect(script.machine.record?.record.holder?.name == "b")
        #expect(script.machine.record?.record.epoch == Epoch(3))
    }

    @Test func carriesOutNothingWhilePaused() {
        var script = GroupScript(GroupPolicy(isPaused: true))
        script.place("a", .active)
        script.place("b")
        var effects = script.start(record: nil, healthy: ["a", "b"])
        effects += script.health("a", .unhealthy)
        #expect(effects.operations.isEmpty)
        #expect(
            effects.contains {
                if case .report(.withheld(to: "b", .activeUnhealthy, .paused, _)) = $0 { true } else { false }
            }
        )
    }

    /// Whoever must not write says so, and says it anew when that is for another reason.
    @Test func whyAMoveIsNotMadeIsToldForEachReasonOnce() {
        var script = GroupScript(GroupPolicy(isObserving: true))
        script.place("a", .active)
        script.place("b")
        var effects = script.start(record: nil, healthy: ["a", "b"]) + script.health("a", .unhealthy)
        for policy in [GroupPolicy(isPaused: true, isObserving: true), GroupPolicy(isPaused: true)] {
            effects += script.machine.policyChanged(policy, at: script.now)
        }
        let reasons = effects.compactMap { effect -> Withholding? in
            if case .report(.withheld(_, _, let reason, _)) = effect { reason } else { nil }
        }
        #expect(reasons == [.observed, .paused] && effects.operations.isEmpty)
    }
}
