import Testing

@testable import FailoverCore

/// What a gate must not do on its way: delete whom nobody wants deleted any more, forget who may act, or hold for ever.
struct GateSafetyTests {
    /// A deletion waits for its turn while the role would go back to that pod.
    @Test func nobodyIsPromotedWhoseDeletionIsUnderWay() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        script.holds = { if case .deletePod = $0 { true } else { false } }
        var story = script.play(
            script.annotate { $0.request = GroupScript.request(.switchover(to: "b", isForced: false)) }
        )
        #expect(story.contains("delete a"), "\(story)")
        script.at(1000)
        story = script.play(script.health("b", .unhealthy))
        story += script.play(script.health("c", .unhealthy))
        story += script.play(script.observe())
        // Supervision sends it when its turn comes: it asks nobody whether it is still wanted.
        let effects = script.release()
        story += script.play(effects)
        story += script.play(script.observe())
        let victims = script.machine.actives.filter { $0.lifecycle == .terminating }.map(\.name)
        #expect(victims.isEmpty, "deleted while active: \(victims); \(story)")
    }

    /// Nobody knows whether the deletion was taken.
    @Test func nobodyIsPromotedWhoMayBeBeingDeleted() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        script.holds = { if case .deletePod = $0 { true } else { false } }
        _ = script.settle(script.annotate { $0.request = GroupScript.toB })
        _ = script.release { script, effect in
            guard case .deletePod(let id, _) = effect else { return [] }
            return script.machine.podDeleted(id, .failed(OperationFailure("no answer in time")), at: script.now)
        }
        var story = script.play(script.health("b", .unhealthy))
        #expect(!story.contains("a=active@3"), "c is healthy: \(story)")
        story += script.play(script.health("c", .unhealthy))
        #expect(!story.contains { $0.hasPrefix("a=active") }, "\(story)")
    }

    /// The Service does not fit any more, or another group has the pods.
    @Test func aSupervisorThatOnlyObservesDeletesNothing() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        script.holds = { if case .deletePod = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .deletePod(let id, _) = effect else { return [] }
            return script.machine.podDeleted(id, .failed(OperationFailure("403")), at: script.now)
        }
        let policy = GroupPolicy(promotionGate: PromotionGate(.deletePod), isObserving: true)
        var story = script.play(script.machine.policyChanged(policy, at: script.now))
        for case .startBackoff(let id, _, _) in effects {
            story += script.play(script.machine.timerFired(id, at: script.now))
        }
        #expect(!story.contains("delete a"), "\(story)")
    }

    /// A pod that is relabelled out of the Service.
    @Test(arguments: [PromotionGate.Method.passive, .deletePod])
    func whoLeftTheMembersWhileActiveStepsDownToo(method: PromotionGate.Method) {
        var script = PromotionGateTests.script(PromotionGate(method, wait: .seconds(10)))
        let a = script.member("a")
        script.remove("a")
        var story = script.play(script.observe())
        for second in 1...60 {
            script.at(second * 1000)
            story += script.play(script.fireTimers())
        }
        _ = a
        let told = story.contains { $0 == "read a" || $0.hasPrefix("a=passive") }
        #expect(told, "60 s later: \(story.filter { !$0.hasPrefix("timer") }.prefix(40))")
    }

    @Test func forceWithoutAPodEndsAHold() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        _ = script.settle(script.health("a", .unhealthy))
        script.remove("a")
        _ = script.settle(script.observe())
        let story = script.play(
            script.annotate { $0.request = GroupScript.request(.switchover(to: nil, isForced: true)) }
        )
        #expect(script.machine.actives.map(\.name) == ["b"], "\(story)")
    }

    /// Its move waits for a proof when an operator insists on another pod; its annotation is still there.
    @Test func aRequestForLaterThatWasOvertakenIsNotCarriedOutAfterwards() {
        let due = DueTime(named: 5, at: MonotonicTime(nanoseconds: 0), until: MonotonicTime(nanoseconds: 1 << 60))
        var script = PromotionGateTests.script(PromotionGate(.deletePod)) { $0.due = due }
        var scheduled = GroupScript.request(.switchover(to: "b", isForced: false), "scheduled")
        scheduled.due = 5
        var story = script.play(script.annotate { $0.request = scheduled })
        #expect(story.contains("delete a"), "\(story)")
        script.remove("a")
        _ = script.settle(script.observe())
        script.at(60_000)
        _ = script.settle(script.fireTimers())
        // What stands under the other annotation is read first.
        story = script.play(
            script.annotate { $0.request = GroupScript.request(.switchover(to: "c", isForced: true), "force") }
        )
        story += script.play(script.observe())
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
        #expect(script.answers.map(\.id) == ["force"], "\(script.answers)")
        script.at(61_000)
        story = script.play(script.annotate { $0.request = scheduled })
        story += script.play(script.observe())
        #expect(!story.contains("delete c"), "\(story)")
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
    }

    /// It was promoted by somebody's late write, is found so while it is sealed, and is force-deleted before it is passive.
    @Test func whoWasActiveAndVanishedWhileItWasSealedIsWaitedFor() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        script.holds = GroupScript.isWrite(of: "c")
        PromotionGateTests.stop("a", &script)
        var story = script.play(script.observe())
        #expect(story.contains("c=passive@2"), "\(story)")
        script.change("c") {
            $0.role = .active
            $0.epoch = Epoch(1)
        }
        let read = script.release { $0.end($1, role: .conflict) }
        script.holds = GroupScript.isWrite(of: "c")
        story += script.play(read)
        script.remove("c")
        story += script.play(script.release { $0.end($1, role: .gone) })
        story += script.play(script.observe())
        #expect(!story.contains("b=active@2"), "c may act as active: \(story)")
    }

    @Test func aDeletionIsSentOnlyWhileItIsWanted() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        var asked: OperationID?
        script.holds = { if case .deletePod = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy)) { if case .deletePod(let id, _) = $0 { asked = id } }
        guard let asked else {
            Issue.record("nothing was deleted")
            return
        }
        let isWanted = script.machine.turnCame(asked, at: script.now)
        #expect(isWanted)
        _ = script.settle(script.machine.policyChanged(GroupPolicy(), at: script.now))
        let isStillWanted = script.machine.turnCame(asked, at: script.now)
        #expect(!isStillWanted && script.machine.actives.map(\.name) == ["b"])
    }

    /// What becomes of a deletion that nobody hears of is known after a while.
    @Test func whoseDeletionWasNeverSeenIsACandidateAgain() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod, wait: .seconds(1), onTimeout: .promote))
        script.holds = { if case .deletePod = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        script.at(1000)
        _ = script.settle(script.fireTimers())
        #expect(script.machine.actives.map(\.name) == ["b"])
        _ = script.settle(script.health("a", .healthy))
        script.at(2000)
        _ = script.settle(script.health("c", .unhealthy))
        #expect(!script.play(script.health("b", .unhealthy)).contains { $0.hasPrefix("a=active") })
        script.at(61_000)
        _ = script.settle(script.observe())
        script.at(62_000)
        #expect(script.play(script.fireTimers()).contains { $0.hasPrefix("a=active") })
    }
}
