import Testing

@testable import FailoverCore

/// Rules 4 to 8: when the role moves, and to whom.
@Suite struct FailoverTests {
    /// Three members, `a` active and on record, all healthy.
    private func healthyGroup(
        _ policy: GroupPolicy = GroupPolicy(),
        members: [String] = ["a", "b", "c"]
    ) -> GroupScript {
        var script = GroupScript(policy)
        for name in members { script.place(name, name == "a" ? .active : .passive) }
        _ = script.settle(script.start(record: nil, healthy: members))
        return script
    }

    @Test func movesFromAnUnhealthyMemberToTheBest() {
        var script = healthyGroup()
        let effects = script.health("a", .unhealthy)
        #expect(effects.moves == [.activeUnhealthy])
        #expect(script.settle(effects) == ["c=passive@2", "a=passive@2", "b=active@2"])
    }

    @Test func staysWhenNobodyIsHealthy() {
        var script = healthyGroup()
        var effects = script.health("b", .unhealthy)
        effects += script.health("c", .unknown)
        effects += script.health("a", .unhealthy)
        #expect(effects.moves.isEmpty)
        #expect(effects.findings == [.noHealthyCandidate])
    }

    @Test func reportsAFindingOnce() {
        var script = healthyGroup(members: ["a"])
        var effects = script.health("a", .unhealthy)
        effects += script.observe() + script.observe()
        #expect(effects.findings.count == 1)
        #expect(script.health("a", .healthy).contains(.report(.findingEnded(.noHealthyCandidate))))
    }

    @Test func movesFromATerminatingMemberAtOnce() {
        var script = healthyGroup()
        script.place("a", .active, epoch: nil) { $0.lifecycle = .terminating }
        #expect(script.observe().moves == [.activeTerminating])
    }

    @Test func keepsATerminatingMemberWithoutReplacement() {
        var script = healthyGroup(members: ["a"])
        script.place("a", .active) { $0.lifecycle = .terminating }
        let effects = script.observe()
        #expect(effects.moves.isEmpty)
        #expect(effects.findings == [.noHealthyCandidate])
    }

    @Test(arguments: [true, false]) func movesWhenTheActiveMemberIsGone(isDeleted: Bool) {
        var script = healthyGroup()
        if isDeleted { script.remove("a") } else { script.place("a", .active) { $0.lifecycle = .finished } }
        #expect(script.observe().moves == [.activeGone])
    }

    @Test func movesFromAMemberWithoutAddress() {
        var script = healthyGroup()
        script.place("a", .active) { $0.hasAddress = false }
        #expect(script.observe().moves == [.activeWithoutAddress])
    }

    @Test func waitsForTheConfiguredDelay() {
        var script = healthyGroup(GroupPolicy(delay: .seconds(5)))
        script.at(1000)
        let effects = script.health("a", .unhealthy)
        #expect(effects.moves.isEmpty)
        #expect(effects.deadlines == [MonotonicTime(nanoseconds: 6_000_000_000)])
        script.at(6000)
        #expect(script.fireTimers(effects).moves == [.activeUnhealthy])
    }

    @Test func forgetsTheDelayWhenTheMemberRecovers() {
        var script = healthyGroup(GroupPolicy(delay: .seconds(5)))
        let effects = script.health("a", .unhealthy)
        #expect(effects.deadlines.count == 1)
        _ = script.health("a", .healthy)
        script.at(6000)
        #expect(script.fireTimers(effects).moves.isEmpty)
    }

    @Test func appliesNoDelayWhenTheMemberIsGone() {
        var script = healthyGroup(GroupPolicy(delay: .seconds(3600)))
        script.remove("a")
        #expect(script.observe().moves == [.activeGone])
    }

    @Test func waitsForACandidateThatBeginsToFail() {
        var script = healthyGroup(members: ["a", "b"])
        _ = script.health("b", .healthy, isContradicted: true)
        #expect(script.health("a", .unhealthy).moves.isEmpty)
        #expect(script.health("b", .unhealthy).moves.isEmpty)
    }

    @Test func movesOnceTheCandidateProvesHealthy() {
        var script = healthyGroup(members: ["a", "b"])
        _ = script.health("b", .healthy, isContradicted: true)
        _ = script.health("a", .unhealthy)
        #expect(script.health("b", .healthy).targets == ["b"])
    }

    @Test func waitsForDoubtNoLongerThanOneRound() {
        var script = healthyGroup(GroupPolicy(verdictWindow: .seconds(3)), members: ["a", "b"])
        _ = script.health("b", .healthy, isContradicted: true)
        guard case .startTimer(let id, let due) = script.health("a", .unhealthy).first else {
            Issue.record("no timer")
            return
        }
        #expect(due == MonotonicTime(nanoseconds: 3_000_000_000))
        script.at(3000)
        #expect(script.machine.timerFired(id, at: script.now).targets == ["b"])
    }

    @Test func ignoresStaleTimers() {
        var script = healthyGroup()
        #expect(script.machine.timerFired(OperationID(number: 999), at: script.now).isEmpty)
    }

    @Test func demotesWithoutReplacementIfAskedTo() {
        var script = healthyGroup(GroupPolicy(whenNoneHealthy: .demoteActive), members: ["a", "b"])
        _ = script.health("b", .unhealthy)
        let effects = script.health("a", .unhealthy)
        #expect(effects.targets == [nil])
        #expect(script.settle(effects) == ["b=passive@2", "a=passive@2"])
        #expect(script.health("b", .healthy).targets == ["b"])
    }

    @Test func demotesNobodyWhenItNeverSawAnybodyHealthy() {
        var script = GroupScript(GroupPolicy(whenNoneHealthy: .demoteActive))
        script.place("a", .active)
        _ = script.settle(script.start(record: nil))
        let effects = script.health("a", .unhealthy)
        #expect(effects.moves.isEmpty)
        #expect(effects.findings == [.noHealthyCandidate])
    }

    @Test func returnsALostLabelToItsOwner() {
        var script = healthyGroup()
        script.place("a", .passive) { $0.priority = 1 }
        let effects = script.observe()
        #expect(effects.moves == [.labelLost])
        #expect(effects.targets == ["a"])
    }
}
