import Testing

@testable import FailoverCore

/// A promotion waits for the hook of whoever was demoted.
@Suite struct RequiredHookTests {
    private static func script(
        _ onTimeout: PromotionGate.OnTimeout = .hold,
        _ change: (inout GroupPolicy) -> Void = { _ in }
    ) -> GroupScript {
        GroupScript.hooked([.promote, .demote], required: HookRequirement(onTimeout: onTimeout), change)
    }

    private static func isPromoted(_ story: [String]) -> Bool {
        story.contains { $0.contains("=active@") && !$0.hasPrefix("try ") }
    }

    @Test func nobodyIsPromotedBeforeItHasSucceeded() {
        var script = Self.script()
        script.holdHooks()
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.has("a=passive@2", before: "run onDemote of a@2") && !Self.isPromoted(story))
        #expect(script.lease?.record.outgoing.map(\.name) == ["a"])
        #expect(script.machine.assessment(at: script.now).progress?.step == "awaiting onDemote of a")
        #expect(script.play(script.release()).contains("b=active@2"))
        #expect(script.owed == [] && script.lease?.record.outgoing == [])
    }

    @Test func aPlannedMoveWaitsToo() {
        var script = Self.script()
        script.holdHooks()
        let story = script.play(script.annotate { $0.request = GroupScript.toB })
        #expect(story.contains("run onDemote of a@2") && !Self.isPromoted(story))
        #expect(script.play(script.release()).contains("b=active@2"))
    }

    @Test func itGoesOnAfterAFailureIfThePolicySaysSo() {
        var script = Self.script(.promote)
        script.hookOutcomes["a"] = .failed("exit 1")
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.has("failed onDemote of a@2", before: "b=active@2"))
        #expect(script.owed == [])
    }

    @Test func elseItIsTriedAgainUntilItSucceedsAndToldOnce() {
        var script = Self.script()
        script.hookOutcomes["a"] = .failed("exit 1")
        var story = script.play(script.health("a", .unhealthy))
        for second in 1...60 {
            script.at(second * 1000)
            story += script.play(script.fireTimers())
        }
        #expect(!Self.isPromoted(story))
        #expect(story.count { $0 == "held by onDemote of a@2" } == 1)
        // After 1, 2, 4, 8 and then 10 s each.
        #expect(story.count { $0 == "run onDemote of a@2" } == 9, "\(story)")
        script.hookOutcomes = [:]
        script.at(70_000)
        #expect(script.play(script.fireTimers()).contains("b=active@2"))
        #expect(script.owed == [])
    }

    @Test func whoIsGoneIsNotWaitedFor() {
        var script = Self.script()
        script.hookOutcomes["a"] = .gone
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.has("dropped onDemote of a@2", before: "b=active@2"))
    }

    @Test func whoHasStoppedIsNotWaitedFor() {
        var script = Self.script()
        script.hookOutcomes["a"] = .failed("exit 1")
        #expect(!Self.isPromoted(script.play(script.health("a", .unhealthy))))
        script.stop("a")
        let story = script.play(script.observe())
        #expect(story.contains("b=active@2"))
        script.at(2000)
        #expect(script.play(script.fireTimers()).ofHooks.suffix(1) != ["held by onDemote of a@2"])
        #expect(script.owed == [])
    }

    @Test func anOperatorWhoInsistsPasses() {
        var script = Self.script()
        script.hookOutcomes["a"] = .failed("exit 1")
        _ = script.play(script.health("a", .unhealthy))
        let story = script.play(
            script.annotate {
                $0.request = OperatorRequest(id: "o", action: .switchover(to: "c", isForced: true))
            }
        )
        #expect(story.contains("c=active@3") && story.contains("failed onDemote of a@2"))
        #expect(script.owed == [])
    }

    @Test func aReloadThatTakesItAwayOpensTheGate() {
        var script = Self.script()
        script.holdHooks()
        _ = script.play(script.health("a", .unhealthy))
        let policy = GroupPolicy(hooks: HookPolicy(kinds: [.promote, .demote]))
        #expect(script.play(script.machine.policyChanged(policy, at: script.now)).contains("b=active@2"))
    }

    @Test func aReloadToPromoteEndsTheWaitForWhatFails() {
        var script = Self.script()
        script.hookOutcomes["a"] = .failed("exit 1")
        _ = script.play(script.health("a", .unhealthy))
        let policy = GroupPolicy(
            hooks: HookPolicy(kinds: [.promote, .demote], requiredOnDemote: HookRequirement(onTimeout: .promote))
        )
        let story = script.play(script.machine.policyChanged(policy, at: script.now))
        #expect(story.contains("b=active@2") && story.contains("failed onDemote of a@2"))
        #expect(script.owed == [])
    }

    /// `a` and `c` are found active together, and both are unhealthy.
    @Test func eachOfSeveralIsWaitedFor() {
        var script = GroupScript(
            GroupPolicy(hooks: HookPolicy(kinds: [.demote], requiredOnDemote: HookRequirement(onTimeout: .hold)))
        )
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .active)] {
            script.place(name, role, epoch: 1) { $0.isExcluded = name != "b" }
        }
        script.change("a") { $0.lifecycle = .finished }
        script.change("c") { $0.lifecycle = .finished }
        script.holdHooks(of: "c")
        let story = script.play(script.start(record: script.record("a"), healthy: ["b"]))
        #expect(story.contains("ran onDemote of a@2") && !Self.isPromoted(story), "\(story)")
        #expect(script.play(script.release()).contains("b=active@2"))
    }

    /// Its label is gone already, so that nothing is written on it that says at which epoch it is passive.
    @Test func whoseLabelSomebodyTookIsToldAndWaitedFor() {
        var script = Self.script()
        _ = script.play(script.health("a", .unhealthy))
        _ = script.play(script.health("a", .healthy))
        script.change("b") {
            $0.role = nil
            $0.priority = 0
        }
        let story = script.play(script.observe())
        #expect(story.contains { $0.hasPrefix("ran onDemote of b@") }, "\(story)")
        #expect(script.machine.actives.count == 1 && script.owed == [], "\(story)")
    }

    // MARK: With a gate

    @Test func thePodIsDeletedAfterItsHook() {
        var script = Self.script { $0.promotionGate = PromotionGate(.deletePod) }
        script.holdHooks()
        let before = script.play(script.health("a", .unhealthy))
        #expect(before.contains("run onDemote of a@2") && !before.contains("delete a"))
        let story = script.play(script.release())
        #expect(story.has("ran onDemote of a@2", before: "delete a") && !Self.isPromoted(story))
        script.stop("a")
        #expect(script.play(script.observe()).contains("b=active@2"))
    }

    /// The time for the proof begins when it is asked for.
    @Test func theGateWaitsFromTheEndOfTheHook() {
        var script = Self.script {
            $0.promotionGate = PromotionGate(.deletePod, wait: .seconds(10), onTimeout: .promote)
        }
        script.holdHooks()
        script.at(1000)
        _ = script.play(script.health("a", .unhealthy))
        script.at(21_000)
        var story = script.play(script.fireTimers()) + script.play(script.release())
        #expect(story.contains("delete a") && !Self.isPromoted(story))
        script.at(30_900)
        story = script.play(script.fireTimers())
        #expect(!Self.isPromoted(story))
        script.at(31_000)
        story = script.play(script.fireTimers())
        #expect(story.contains("a not proved, Promote b") && story.contains("b=active@2"))
    }

    // MARK: Whoever takes over

    private static func policy(_ onTimeout: PromotionGate.OnTimeout) -> GroupPolicy {
        GroupPolicy(
            verdictWindow: .zero,
            hooks: HookPolicy(kinds: [.demote], requiredOnDemote: HookRequirement(onTimeout: onTimeout))
        )
    }

    @Test func whoeverTakesOverGoesOnWaiting() {
        let (script, story) = GroupScript.takenOver(Self.policy(.hold), isMade: false)
        #expect(story.has("ran onDemote of a@2", before: "b=active@3"))
        #expect(script.owed == [])
    }

    /// The promotion is made, whatever was required for it.
    @Test func afterTheMoveAHookThatFailsHoldsNothing() {
        var (script, _) = GroupScript.takenOver(Self.policy(.hold), isMade: true)
        script.hookOutcomes["b"] = .failed("exit 1")
        var story = script.play(script.health("b", .unhealthy))
        #expect(story.contains("held by onDemote of b@3") && !Self.isPromoted(story))
        script.hookOutcomes = [:]
        script.at(101_000)
        story = script.play(script.fireTimers())
        #expect(story.contains("c=active@3") && script.owed == [])
    }
}
