import Testing

@testable import FailoverCore

/// Rules 9 and 10: preemption, flapping, doubts of the supervisor about itself.
@Suite struct VoluntaryMoveTests {
    private static let preempting = GroupPolicy(preemption: Preemption(delay: .seconds(10), cooldown: .seconds(5)))

    /// `a` is active and healthy, `b` has a higher priority.
    private func script(_ policy: GroupPolicy) -> GroupScript {
        var script = GroupScript(policy)
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1) { $0.priority = 200 }
        _ = script.start(record: script.record("a"), healthy: ["a"])
        return script
    }

    @Test func returnsToTheHigherPriorityAfterUnbrokenHealth() {
        var script = script(Self.preempting)
        #expect(script.health("b", .healthy).moves.isEmpty)
        script.at(9999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(10_000)
        #expect(script.fireTimers().moves == [.preempted])
    }

    @Test(arguments: [(true, false, false), (true, true, true), (false, false, true)])
    func returnsToAMemberWithoutEndpointOnlyFromOne(isActiveReady: Bool, isBetterReady: Bool, moves: Bool) {
        var script = script(Self.preempting)
        script.place("a", .active, epoch: 1) { $0.isReady = isActiveReady }
        script.place("b", epoch: 1) {
            $0.priority = 200
            $0.isReady = isBetterReady
        }
        _ = script.observe()
        _ = script.health("b", .healthy)
        script.at(10_000)
        #expect(script.fireTimers().moves == (moves ? [.preempted] : []))
    }

    /// A newer version moved the role a moment ago, for a reason that this one does not know.
    @Test func aMoveOfAnotherVersionHasItsCooldown() {
        var script = GroupScript(GroupPolicy(preemption: Preemption(delay: .seconds(10), cooldown: .seconds(60))))
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1) { $0.priority = 200 }
        var record = script.record("a")
        record.history = [MoveEntry(epoch: Epoch(1), from: ["b"], target: "a", cause: .other)]
        _ = script.start(record: record, healthy: ["a"])
        _ = script.health("b", .healthy)
        script.at(59_999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(60_000)
        #expect(script.fireTimers().moves == [.preempted])
    }

    @Test func oneFailureBeginsTheDelayAnew() {
        var script = script(Self.preempting)
        _ = script.health("b", .healthy)
        script.at(9000)
        _ = script.health("b", .healthy, isContradicted: true)
        let effects = script.health("b", .healthy)
        script.at(10_000)
        #expect(script.fireTimers(effects).moves.isEmpty)
        script.at(19_000)
        #expect(script.machine.policyChanged(Self.preempting, at: script.now).moves == [.preempted])
    }

    @Test func aReloadDoesNotBeginTheDelayAnew() {
        var script = script(Self.preempting)
        _ = script.health("b", .healthy)
        script.at(6000)
        #expect(script.machine.policyChanged(Self.preempting, at: script.now).moves.isEmpty)
        script.at(10_000)
        #expect(script.machine.policyChanged(Self.preempting, at: script.now).moves == [.preempted])
    }

    @Test func staysWhereItIsUnlessAskedAndNeverForEqualPriority() {
        var script = script(GroupPolicy())
        _ = script.health("b", .healthy)
        script.at(1_000_000)
        #expect(script.machine.policyChanged(GroupPolicy(), at: script.now).moves.isEmpty)
        script.place("b", epoch: 1)
        _ = script.observe()
        #expect(script.machine.policyChanged(Self.preempting, at: script.now).moves.isEmpty)
    }

    @Test func isNotAppliedWhenNobodyIsActive() {
        var script = GroupScript(Self.preempting)
        script.place("a", epoch: 1)
        script.place("b", epoch: 1) { $0.priority = 200 }
        #expect(script.start(record: script.record(nil), healthy: ["a", "b"]).targets.contains("b"))
    }

    @Test func waitsForTheCooldownAfterAMove() {
        var policy = Self.preempting
        policy.preemption?.delay = .zero
        var script = script(policy)
        script.at(100_000)
        _ = script.settle(script.health("b", .healthy))
        #expect(script.machine.actives.map(\.name) == ["b"])
        _ = script.settle(script.health("b", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a"])
        #expect(script.health("b", .healthy).moves.isEmpty)
        script.at(104_999)
        #expect(script.machine.policyChanged(policy, at: script.now).moves.isEmpty)
        script.at(105_000)
        #expect(script.machine.policyChanged(policy, at: script.now).moves == [.preempted])
    }

    @Test func holdsWhenItMovedTooOftenAndSaysSo() {
        let flap = FlapLimit(maxMoves: 2, window: .seconds(60), hold: .seconds(60))
        var script = GroupScript(GroupPolicy(flap: flap))
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1)
        _ = script.start(record: script.record("a"), healthy: ["a", "b"])
        var active = "a"
        for (second, next) in [(1, "b"), (2, "a")] {
            script.at(second * 1000)
            _ = script.settle(script.health(active, .unhealthy))
            #expect(script.machine.actives.map(\.name) == [next])
            _ = script.settle(script.health(active, .healthy))
            active = next
        }
        script.at(3000)
        let held = script.health("a", .unhealthy)
        #expect(held.moves.isEmpty && held.findings == [.flapping])
        script.at(60_999)
        #expect(script.fireTimers(held).moves.isEmpty)
        script.at(62_000)
        #expect(script.fireTimers().targets == ["b"])
    }

    /// Two supervisors of one group announce the same move within milliseconds: it is one.
    @Test func aMoveThatAnotherAnnouncedAndNobodyMadeIsNoFlap() {
        var script = GroupScript.three(GroupPolicy(flap: FlapLimit(maxMoves: 2)))
        let announced = script.annotate { record in
            record.epoch = Epoch(2)
            record.writer = "another"
            record.origin = .intended
            record.holder = .init(name: "b", id: .init("uid-b"))
            record.remember(MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy), limit: 20)
        }
        _ = script.settle(announced)
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["b"])
        #expect(script.machine.record?.record.history.map(\.cause) == [.activeUnhealthy, .activeUnhealthy])
        #expect(script.settle(script.health("b", .unhealthy)).contains { $0.hasPrefix("c=active") })
    }

    @Test func aVanishedMemberIsReplacedEvenWhileFlapping() {
        let flap = FlapLimit(maxMoves: 1, window: .seconds(60), hold: .seconds(60))
        var script = GroupScript(GroupPolicy(flap: flap))
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1)
        _ = script.start(record: script.record("a"), healthy: ["a", "b"])
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.health("a", .healthy))
        #expect(script.health("b", .unhealthy).moves.isEmpty)
        script.remove("b")
        #expect(script.observe().targets == ["a"])
    }

    @Test func movesNothingForItsProbesWhileItDoubtsThem() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1)
        _ = script.start(record: script.record("a"), healthy: ["a", "b"])
        let until = script.now + .seconds(30)
        _ = script.machine.automaticMovesSuspended(Suspension(until: until, reason: .stall), at: script.now)
        let effects = script.health("a", .unhealthy)
        #expect(effects.moves.isEmpty && effects.findings == [.suspended(.stall)])
        script.at(29_999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(30_000)
        #expect(script.fireTimers().targets == ["b"])
    }

    @Test func movesFromAMemberThatIsGoneAlsoWhileItDoubtsItsProbes() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1)
        _ = script.start(record: script.record("a"), healthy: ["a", "b"])
        let suspension = Suspension(until: script.now + .seconds(30), reason: .massFailure)
        _ = script.machine.automaticMovesSuspended(suspension, at: script.now)
        script.remove("a")
        #expect(script.observe().targets == ["b"])
    }

    /// Nobody has moved the role from whom an operator chose.
    @Test(arguments: [false, true]) func whatIsAnnouncedInVainTakesNoChoiceAway(isInVain: Bool) {
        let policy = GroupPolicy(preemption: Preemption(delay: .seconds(1), cooldown: .seconds(1)))
        var script = GroupScript(policy)
        script.at(1_000_000)
        script.place("a", .passive, epoch: 2) { $0.priority = 200 }
        script.place("b", .active, epoch: 2)
        var record = script.record(
            "b",
            epoch: isInVain ? 4 : 2,
            origin: isInVain ? .adopted : .intended,
            writer: "another"
        )
        record.history = [
            MoveEntry(
                epoch: Epoch(2),
                from: ["a"],
                target: "b",
                cause: .switchover,
                age: .seconds(600),
                duration: .milliseconds(50)
            )
        ]
        if isInVain {
            record.history.append(
                MoveEntry(epoch: Epoch(3), from: ["b"], target: "a", cause: .activeUnhealthy, age: .seconds(500))
            )
        }
        var story = script.play(script.start(record: record, healthy: ["a", "b"]))
        for second in 1001...1100 {
            script.at(second * 1000)
            story += script.play(script.fireTimers())
        }
        #expect(!story.contains { $0.hasPrefix("moving") }, "\(story)")
    }
}
