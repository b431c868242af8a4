import Testing

@testable import FailoverCore

/// An active member that gives no verdict, has no endpoint, or was promoted a moment ago.
@Suite struct ActiveMemberTests {
    private func script(
        _ policy: GroupPolicy,
        healthy: [String] = ["a", "b"],
        _ change: (inout Member) -> Void = { _ in }
    ) -> GroupScript {
        var script = GroupScript(policy)
        script.place("a", .active, epoch: 1, change)
        script.place("b", epoch: 1)
        _ = script.settle(script.start(record: script.record("a"), healthy: healthy))
        return script
    }

    // MARK: Unknown

    private static let window = GroupPolicy(verdictWindow: .seconds(4))

    /// The words of a move say why nothing is known of a member.
    @Test func aTraceSaysWhyAMemberIsUnknown() {
        var script = GroupScript.three()
        var evidence = HealthEvidence(since: script.now)
        evidence.gaveNoResult(because: "no such port", at: script.now)
        _ = script.machine.memberProbed(script.member("c").id, evidence, at: script.now)
        let trace = DecisionTrace(view: script.machine.view, policy: script.machine.policy)
        #expect(trace.description.hasSuffix("c: passive, unknown (no such port)"), "\(trace)")
    }

    @Test func anUnknownActiveMemberYieldsToAHealthyOneAfterAVerdictsTime() {
        var script = script(Self.window, healthy: ["b"])
        script.at(3999)
        #expect(script.fireTimers().moves.isEmpty && script.probed("b", .success).moves.isEmpty)
        script.at(4000)
        #expect(script.fireTimers().moves == [.activeUnknown])
    }

    @Test func aRestartDoesNotBeginTheTimeAnew() {
        var script = script(Self.window)
        script.at(1000)
        _ = script.probed("a", .success)
        for second in 2..<5 {
            script.at(second * 1000)
            #expect(script.health("a", .unknown).moves.isEmpty)
        }
        script.at(5000)
        #expect(script.fireTimers(script.health("a", .unknown)).moves == [.activeUnknown])
    }

    @Test func nothingMovesWhileTheCandidateDoesNotAnswerEither() {
        var script = script(Self.window, healthy: ["b"])
        script.answersProbes = false
        script.at(4000)
        let asked = script.fireTimers()
        #expect(asked.contains(.probe(script.member("b").id, unlessSucceededSince: script.now)))
        script.at(8000)
        #expect(script.fireTimers(asked).moves.isEmpty)
        script.at(9000)
        #expect(script.probed("b", .success).moves.isEmpty, "the active one may still answer")
        script.at(13_000)
        #expect(script.fireTimers().moves == [.activeUnknown])
    }

    @Test func anUnknownActiveMemberStaysWithoutAHealthyOne() {
        var script = script(Self.window, healthy: [])
        script.at(60_000)
        #expect(script.fireTimers().moves.isEmpty)
    }

    // MARK: Not Ready

    private static let ready = GroupPolicy(notReadyLimit: .seconds(6))

    @Test func anActiveMemberThatIsNotReadyYieldsToOneThatIs() {
        var script = script(Self.ready) { $0.isReady = false }
        script.at(5999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(6000)
        #expect(script.fireTimers().moves == [.activeNotReady])
    }

    @Test func whoIsReadyAgainInTimeStays() {
        var script = script(Self.ready) { $0.isReady = false }
        script.at(5000)
        script.place("a", .active, epoch: 1)
        _ = script.observe()
        script.at(6000)
        #expect(script.fireTimers().moves.isEmpty)
    }

    @Test func withoutAReadyCandidateItIsReported() {
        var script = script(Self.ready) { $0.isReady = false }
        script.place("b", epoch: 1) { $0.isReady = false }
        _ = script.observe()
        script.at(6000)
        let effects = script.fireTimers()
        #expect(effects.moves.isEmpty && effects.findings == [.activeNotReady("a")])
        script.place("b", epoch: 1)
        #expect(script.observe().moves == [.activeNotReady])
    }

    @Test func readinessIsNobodysBusinessWhereItDecidesNoEndpoint() {
        var script = script(GroupPolicy()) { $0.isReady = false }
        script.at(600_000)
        #expect(script.fireTimers().moves.isEmpty)
    }

    // MARK: After a promotion, what was seen before does not count

    /// A host that cannot be resolved gives no member a verdict: nothing can be done, and that is said.
    @Test func itIsSaidThatNobodyGivesAVerdict() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1)
        script.place("b", .passive, epoch: 1)
        let started = script.start(record: script.record("a"))
        #expect(script.settle(started).isEmpty && started.findings.isEmpty)
        script.at(5000)
        #expect(script.fireTimers(started).findings == [.noHealthyCandidate])
    }

    @Test(arguments: [Health.unhealthy, .unknown]) func aForcedSwitchoverStands(health: Health) {
        var script = script(Self.window, healthy: ["a"])
        script.at(60_000)
        if health == .unhealthy { _ = script.health("b", .unhealthy) }
        let request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: true))
        _ = script.settle(script.annotate { $0.request = request })
        #expect(script.machine.actives.map(\.name) == ["b"])
        script.at(63_999)
        #expect(script.settle(script.fireTimers()).isEmpty)
        script.at(64_000)
        #expect(script.fireTimers().moves == [health == .unhealthy ? .activeUnhealthy : .activeUnknown])
    }

    @Test func aSwitchoverToAPodThatIsNotReadyYetStandsForItsTime() {
        var script = script(Self.ready)
        script.place("b", epoch: 1) { $0.isReady = false }
        _ = script.observe()
        script.at(60_000)
        _ = script.settle(
            script.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false)) }
        )
        #expect(script.machine.actives.map(\.name) == ["b"])
        script.at(66_000)
        #expect(script.fireTimers().moves == [.activeNotReady])
    }

    // MARK: Nobody can be probed

    @Test(arguments: [true, false]) func whenNobodyCanBeProbedSomebodyIsActiveByRank(isDeleted: Bool) {
        var script = script(Self.window, healthy: []) { $0.isProbeable = false }
        script.place("b", epoch: 1) { $0.isProbeable = false }
        if isDeleted { script.remove("a") } else { script.place("a", nil, epoch: 1) { $0.isProbeable = false } }
        _ = script.settle(script.observe())
        script.at(4000)
        #expect(script.settle(script.fireTimers()).contains { $0.contains("=active") })
    }

    // MARK: Activation

    private static let activating = GroupPolicy(
        activation: .seconds(30),
        notReadyLimit: .seconds(6),
        verdictWindow: .seconds(4)
    )

    /// The role came to `b` at 1 s, and `a` is healthy.
    private func moved(_ policy: GroupPolicy = activating) -> GroupScript {
        var script = script(policy)
        script.at(1000)
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.health("a", .healthy))
        return script
    }

    /// Another supervisor's move took 40 s; how it ended is written after this one has read that it was announced.
    @Test func whenAMoveEndedMayBeToldLater() {
        var script = GroupScript(Self.activating)
        script.at(60_000)
        script.place("a")
        script.place("b", .active, epoch: 2)
        var record = script.record("b", epoch: 2, origin: .intended, writer: "other")
        record.history = [
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy, age: .seconds(41))
        ]
        _ = script.settle(script.start(record: record, healthy: ["a"]))
        _ = script.annotate { $0.history[0].duration = .seconds(40) }
        #expect(script.settle(script.health("b", .unhealthy)).isEmpty)
        script.at(88_999)
        #expect(script.settle(script.fireTimers()).isEmpty)
        script.at(89_000)
        #expect(script.fireTimers().moves == [.activeUnhealthy])
    }

    @Test func aMemberThatWasJustPromotedMayFail() {
        var script = moved()
        script.at(2000)
        #expect(script.health("b", .unhealthy).moves.isEmpty)
        script.at(30_999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(31_000)
        #expect(script.fireTimers().moves == [.activeUnhealthy])
    }

    @Test func itMayBeUnknownOrNotReadyAsWell() {
        var unknown = moved()
        _ = unknown.health("b", .unknown)
        unknown.at(30_000)
        #expect(unknown.fireTimers().moves.isEmpty)
        var unready = moved()
        unready.place("b", .active, epoch: 2) { $0.isReady = false }
        _ = unready.observe()
        unready.at(30_000)
        #expect(unready.fireTimers().moves.isEmpty)
    }

    @Test func itsFirstSuccessEndsThat() {
        var script = moved()
        script.at(2000)
        _ = script.probed("b", .success)
        script.at(3000)
        #expect(script.health("b", .unhealthy).moves == [.activeUnhealthy])
    }

    @Test func aRestartDoesNotBeginItAnew() {
        var script = moved()
        script.at(5000)
        _ = script.probed("b", .success)
        script.at(6000)
        _ = script.health("b", .unknown)
        #expect(script.health("b", .unhealthy).moves == [.activeUnhealthy])
    }

    @Test func aSuccessFromBeforeThePromotionDoesNotEndIt() {
        var script = moved()
        script.at(2000)
        _ = script.probed("b", .success, from: MonotonicTime(nanoseconds: 900_000_000))
        #expect(script.health("b", .unhealthy).moves.isEmpty)
    }

    @Test func whoIsGoneIsReplacedAllTheSame() {
        var script = moved()
        script.remove("b")
        #expect(script.observe().moves == [.activeGone])
    }

    /// Another supervisor knows of the promotion by the record.
    @Test func aTakeoverKnowsOfIt() {
        var script = GroupScript(Self.activating)
        script.at(100_000)
        script.place("a", epoch: 2)
        script.place("b", .active, epoch: 2)
        var record = script.record("b", epoch: 2, origin: .intended, writer: "another")
        record.remember(
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy, age: .seconds(10)),
            limit: 20
        )
        _ = script.settle(script.start(record: record, healthy: ["a"]))
        #expect(script.health("b", .unhealthy).moves.isEmpty)
        script.at(120_000)
        #expect(script.fireTimers().moves == [.activeUnhealthy])
    }
}
