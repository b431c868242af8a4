import Testing

@testable import FailoverCore

/// Between demotion and promotion a group waits for the proof that nobody acts as active any more.
struct PromotionGateTests {
    /// `a` is active and on record, `b` and `c` can take over; all are healthy.
    static func script(_ gate: PromotionGate, _ change: (inout GroupPolicy) -> Void = { _ in }) -> GroupScript {
        var policy = GroupPolicy(promotionGate: gate)
        change(&policy)
        var script = GroupScript(policy)
        script.answersProbes = false
        script.place("a", .active, epoch: 1)
        script.place("b")
        script.place("c")
        _ = script.settle(script.start(record: script.record("a"), healthy: ["a", "b", "c"]))
        return script
    }

    /// The standby probe of a member succeeds, from a time on.
    private static func standsBy(_ name: String, _ script: inout GroupScript, from milliseconds: Int) -> [Effect] {
        let start = MonotonicTime(nanoseconds: UInt64(milliseconds) * 1_000_000)
        var known = HealthEvidence(since: start)
        known.succeeded(from: start, at: start, isPassive: true)
        return script.answered(script.machine.memberProbed(script.member(name).id, known, at: script.now))
    }

    static func stop(_ name: String, _ script: inout GroupScript) {
        script.change(name) {
            $0.lifecycle = .terminating
            $0.hasStopped = true
        }
    }

    // MARK: Passive

    @Test func aSuccessAsAStandbyAfterTheDemotionOpensTheGate() {
        var script = Self.script(PromotionGate(.passive))
        script.at(1000)
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("a=passive@2") && !story.contains { $0.hasSuffix("=active@2") })
        #expect(story.contains("probe uid-a"))
        #expect(script.machine.record?.record.outgoing.map(\.name) == ["a"])
        script.at(2000)
        // One that began before the demotion says nothing, nor does one of an active member.
        #expect(!script.play(Self.standsBy("a", &script, from: 900)).contains { $0.hasSuffix("=active@2") })
        #expect(!script.play(script.probed("a", .success)).contains { $0.hasSuffix("=active@2") })
        #expect(script.play(Self.standsBy("a", &script, from: 1500)).contains("b=active@2"))
        _ = script.settle(script.fireTimers())
        #expect(script.machine.record?.record.outgoing == [])
    }

    /// Nobody is active until an operator acts: that is no move on its way, but one that is due and is not made.
    @Test(arguments: [(PromotionGate.OnTimeout.hold, true), (.promote, false)])
    func aPromotionThatIsHeldIsTold(onTimeout: PromotionGate.OnTimeout, isHeld: Bool) {
        var script = Self.script(PromotionGate(.passive, wait: .seconds(30), onTimeout: onTimeout))
        script.at(1000)
        _ = script.settle(script.health("a", .unhealthy))
        script.at(30_000)
        _ = script.settle(script.fireTimers())
        var found = script.machine.assessment(at: script.now)
        #expect(found.progress?.isHeld == false && !found.conditions.contains(.holding))
        script.at(31_000)
        _ = script.settle(script.fireTimers())
        found = script.machine.assessment(at: script.now)
        #expect((found.progress?.isHeld ?? false) == isHeld && found.conditions.contains(.holding) == isHeld)
        #expect(script.machine.actives.isEmpty == isHeld)
    }

    @Test func itIsAskedAgainUntilItSucceeds() {
        var script = Self.script(PromotionGate(.passive))
        script.at(1000)
        _ = script.settle(script.health("a", .unhealthy))
        script.at(1400)
        #expect(!script.fireTimers().contains { if case .probe = $0 { true } else { false } })
        script.at(1500)
        #expect(script.fireTimers().contains { if case .probe = $0 { true } else { false } })
    }

    // MARK: DeletePod

    @Test func thePodIsDeletedAndSeenToHaveStopped() {
        var script = Self.script(PromotionGate(.deletePod))
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("delete a") && !story.contains { $0.hasSuffix("=active@2") })
        #expect(!script.play(script.observe()).contains { $0.hasSuffix("=active@2") })
        Self.stop("a", &script)
        #expect(script.play(script.observe()).contains("b=active@2"))
    }

    /// The kubelet says so, and the pod is gone before anybody looks: the last state of it is told with its end.
    @Test func aPodThatWasSeenToStopMayBeGone() {
        var script = Self.script(PromotionGate(.deletePod))
        _ = script.settle(script.health("a", .unhealthy))
        let gone = script.member("a").id
        script.remove("a")
        let effects = script.machine.membersObserved(
            script.members,
            version: .init("900"),
            stopped: [gone],
            at: script.now
        )
        #expect(script.play(effects).contains("b=active@2"))
    }

    /// A force-deletion, or a node that is silent: nothing is proved, and nobody is promoted.
    @Test func aPodThatVanishesProvesNothing() {
        var script = Self.script(PromotionGate(.deletePod))
        _ = script.settle(script.health("a", .unhealthy))
        script.remove("a")
        var story = script.play(script.observe())
        script.at(30_000)
        story += script.play(script.fireTimers())
        script.at(300_000)
        story += script.play(script.fireTimers())
        #expect(story.contains("a not proved, Hold b"))
        #expect(!story.contains { $0.contains("=active@") })
    }

    @Test func afterTheWaitItIsPromotedIfThePolicySaysSo() {
        var script = Self.script(PromotionGate(.deletePod, wait: .seconds(10), onTimeout: .promote))
        script.at(1000)
        _ = script.settle(script.health("a", .unhealthy))
        script.at(10_900)
        #expect(!script.play(script.fireTimers()).contains { $0.hasSuffix("=active@2") })
        script.at(11_000)
        let story = script.play(script.fireTimers())
        #expect(story.contains("a not proved, Promote b") && story.contains("b=active@2"))
    }

    @Test func aDeletionThatFailsIsAskedForAgain() {
        var script = Self.script(PromotionGate(.deletePod))
        script.holds = { if case .deletePod = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .deletePod(let id, _) = effect else { return [] }
            return script.machine.podDeleted(id, .failed(OperationFailure("403")), at: script.now)
        }
        #expect(effects.map(\.words) == ["failed: deleting pod a", "backoff 0"])
        guard case .startBackoff(let id, _, _) = effects.last else { return }
        #expect(script.machine.timerFired(id, at: script.now).contains { $0.words == "delete a" })
    }

    /// This supervisor might not write at that moment, and nothing else may happen for long.
    @Test func aDeletionThatWasNotSentIsAskedForAgain() {
        var script = Self.script(PromotionGate(.deletePod))
        script.holds = { if case .deletePod = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .deletePod(let id, _) = effect else { return [] }
            return script.machine.podDeleted(id, .notSent, at: script.now)
        }
        #expect(effects.map(\.words) == ["backoff 0"])
        guard case .startBackoff(let id, _, _) = effects.last else { return }
        #expect(script.machine.timerFired(id, at: script.now).contains { $0.words == "delete a" })
    }

    // MARK: Who need not be waited for

    @Test func whoIsKnownToHaveStoppedIsNotWaitedFor() {
        var script = Self.script(PromotionGate(.deletePod))
        script.change("a") {
            $0.lifecycle = .finished
            $0.hasStopped = true
        }
        let story = script.play(script.observe())
        #expect(story.contains("b=active@2") && !story.contains("delete a"))
    }

    /// The containers of a pod that is Failed because its node is gone run on, for all that is known.
    @Test func aFinishedPodThatNobodySawStopIsWaitedFor() {
        var script = Self.script(PromotionGate(.passive))
        script.change("a") { $0.lifecycle = .finished }
        #expect(!script.play(script.observe()).contains { $0.hasSuffix("=active@2") })
    }

    @Test func anOperatorWhoInsistsPassesTheGate() {
        var script = Self.script(PromotionGate(.deletePod))
        _ = script.settle(script.health("a", .unhealthy))
        script.remove("a")
        _ = script.settle(script.observe())
        let story = script.play(
            script.annotate {
                $0.request = OperatorRequest(id: "o", action: .switchover(to: "c", isForced: true))
            }
        )
        #expect(story.contains("c=active@3"))
        #expect(script.machine.record?.record.outgoing == [])
    }

    @Test func aPlannedMoveWaitsToo() {
        var script = Self.script(PromotionGate(.passive))
        script.at(1000)
        let story = script.play(
            script.annotate {
                $0.request = OperatorRequest(id: "o", action: .switchover(to: "c", isForced: false))
            }
        )
        #expect(story.contains("a=passive@2") && !story.contains("c=active@2"))
        script.at(2000)
        #expect(script.play(Self.standsBy("a", &script, from: 1500)).contains("c=active@2"))
    }

    @Test func withoutAGateNothingIsWaitedFor() {
        var script = Self.script(PromotionGate(.deletePod)) { $0.promotionGate = nil }
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("b=active@2") && !story.contains("delete a"))
    }

    @Test func aReloadThatTakesTheGateAwayOpensIt() {
        var script = Self.script(PromotionGate(.deletePod))
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.machine.policyChanged(GroupPolicy(), at: script.now)
        #expect(script.play(effects).contains("b=active@2"))
    }

    // MARK: Whoever takes over

    /// The record of a move that waits for its proof, as another supervisor left it.
    private static func takenOver(_ gate: PromotionGate, waited: Duration) -> (script: GroupScript, story: [String]) {
        var script = GroupScript(GroupPolicy(verdictWindow: .zero, promotionGate: gate), identity: "other")
        script.answersProbes = false
        script.at(100_000)
        script.place("a", .passive, epoch: 2)
        script.place("b")
        var record = script.record("b", epoch: 2, origin: .intended)
        record.outgoing = [OutgoingMember(name: "a", id: .init("uid-a"), epoch: Epoch(2), waited: waited)]
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        let story = script.play(script.start(record: record, healthy: ["b"]))
        return (script, story)
    }

    @Test func whoeverTakesOverGoesOnWaiting() {
        var (script, story) = Self.takenOver(
            PromotionGate(.deletePod, wait: .seconds(10), onTimeout: .promote),
            waited: .seconds(8)
        )
        #expect(story.contains("delete a") && !story.contains { $0.contains("=active@") })
        script.at(101_900)
        #expect(!script.play(script.fireTimers()).contains { $0.contains("=active@") })
        script.at(102_000)
        #expect(script.play(script.fireTimers()).contains("b=active@3"))
    }

    @Test func itsProofCountsFromWhenItSawTheDemotion() {
        var (script, story) = Self.takenOver(PromotionGate(.passive), waited: .seconds(1))
        #expect(!story.contains { $0.contains("=active@") })
        script.at(101_000)
        #expect(!script.play(Self.standsBy("a", &script, from: 99_000)).contains { $0.contains("=active@") })
        #expect(script.play(Self.standsBy("a", &script, from: 100_500)).contains("b=active@3"))
    }

    /// Who was promoted by the record proves that those before act so no more.
    @Test func whatAMadeMoveLeftIsNotWaitedForAgain() {
        var script = GroupScript(GroupPolicy(verdictWindow: .zero, promotionGate: PromotionGate(.deletePod)))
        script.place("b", .active, epoch: 2)
        script.place("c")
        var record = script.record("b", epoch: 2, origin: .intended)
        record.outgoing = [OutgoingMember(name: "a", id: .init("uid-a"), epoch: Epoch(2))]
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        _ = script.settle(script.start(record: record, healthy: ["b", "c"]))
        let story = script.play(script.health("b", .unhealthy))
        #expect(story.contains("delete b") && !story.contains("delete a"))
        #expect(script.machine.record?.record.outgoing.map(\.name) == ["b"])
    }
}
