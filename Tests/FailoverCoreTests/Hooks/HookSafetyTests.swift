import Testing

@testable import FailoverCore

/// No required hook is passed, none is run for a role that is another by now, and none is lost.
@Suite struct HookSafetyTests {
    private static func isPromoted(_ story: [String]) -> Bool {
        story.contains { $0.contains("=active@") && !$0.hasPrefix("try ") }
    }

    /// The onDemote of `a` fails and is to be held for; the targets fail in turns.
    @Test func aRequiredHookIsNotForgottenBecauseTargetsFailInTurns() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["a"] = .failed("exit 1")
        var story = script.play(script.health("a", .unhealthy))
        for round in 0..<20 where !Self.isPromoted(story) {
            script.at(1000 * (round + 1))
            let (bad, good) = round.isMultiple(of: 2) ? ("b", "c") : ("c", "b")
            story += script.play(script.health(good, .healthy))
            story += script.play(script.health(bad, .unhealthy))
            story += script.play(script.fireTimers())
        }
        #expect(!Self.isPromoted(story), "\(story)")
        #expect(!story.contains("dropped onDemote of a@2"))
        #expect(script.owed.contains("onDemote of a@2"), "\(script.owed)")
    }

    /// Each supervisor that takes over announces the unfinished move anew.
    @Test func aRequiredHookIsNotForgottenBecauseSupervisorsRestart() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["a"] = .failed("exit 1")
        var story = script.play(script.health("a", .unhealthy))
        let policy = GroupPolicy(
            verdictWindow: .zero,
            hooks: HookPolicy(kinds: [.promote, .demote], requiredOnDemote: HookRequirement(onTimeout: .hold))
        )
        for round in 0..<20 where !Self.isPromoted(story) {
            var other = GroupScript(policy, identity: "other\(round)")
            other.at(100_000)
            other.members = script.members
            other.hookOutcomes = script.hookOutcomes
            story += other.play(other.start(record: script.lease?.record, healthy: ["b", "c"]))
            script = other
        }
        #expect(!Self.isPromoted(story), "\(story)")
        #expect(script.owed.contains("onDemote of a@2"), "\(script.owed)")
    }

    /// It was labelled by hand while the move was on its way, was demoted by that, and its hook failed before the gate.
    @Test func theHookOfWhoSteppedBackIsHeldForAlsoIfItFailsEarly() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["c"] = .failed("exit 1")
        script.holds = { effect in
            if case .settleEndpoints = effect { return true }
            return GroupScript.isWrite(of: "a", .passive)(effect)
        }
        var story = script.play(script.health("a", .unhealthy))
        script.change("c") { $0.role = .active }
        story += script.play(script.observe())
        #expect(!Self.isPromoted(story))
        story += script.play(script.release())
        for second in 1...3 {
            script.at(second * 1000)
            story += script.play(script.fireTimers())
        }
        #expect(!Self.isPromoted(story), "\(story)")
    }

    /// One that somebody labels active on the way of a move has a required hook, too.
    @Test func whoJoinsOnTheWayIsHeldForToo() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["c"] = .failed("exit 1")
        script.holds = { if case .settleEndpoints = $0 { true } else { false } }
        var story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("a=passive@2"))
        // Somebody labels it meanwhile.
        script.change("c") { $0.role = .active }
        story += script.play(script.observe())
        story += script.play(script.release())
        #expect(story.contains { $0.hasPrefix("run onDemote of c") }, "\(story)")
        #expect(!Self.isPromoted(story), "\(story)")
    }

    /// The record is deleted while nobody is active, for a hook has failed.
    @Test func theEndOfTheLeasePassesNoRequiredHook() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["a"] = .failed("exit 1")
        var story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("held by onDemote of a@2"))
        script.loseLease()
        story += script.play(script.observeRecord())
        story += script.play(script.health("b", .unhealthy))
        for second in 1...5 {
            script.at(second * 10_000)
            story += script.play(script.fireTimers())
        }
        #expect(!Self.isPromoted(story), "\(story)")
    }

    /// The record is deleted while a hook is to be tried again.
    @Test func whatIsOwedOutlivesTheLease() throws {
        var script = GroupScript.hooked([.promote])
        script.holdHooks()
        _ = script.play(script.health("a", .unhealthy))
        #expect(script.owed == ["onPromote of b@2"])
        script.loseLease()
        var story = script.play(script.observeRecord())
        script.at(10_000)
        // The first try failed; the second one is asked for now.
        let effects = script.release()
        story += script.play(effects)
        for id in effects.compactMap(\.backoffID) {
            story += script.play(script.machine.timerFired(id, at: script.now))
        }
        #expect(
            story.contains("ran onPromote of b@2") || script.owed == ["onPromote of b@2"],
            "\(story) \(script.owed)"
        )
    }

    /// `a` is to get the role back, and its hook of before is not begun.
    @Test func whoIsAboutToBePromotedIsNotToldOfItsDemotion() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["a"] = .failed("exit 1")
        var story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("held by onDemote of a@2"))
        _ = script.health("c", .unhealthy)
        script.holds = GroupScript.isWrite(of: "a", .active)
        story = script.play(script.health("a", .healthy))
        story += script.play(script.health("b", .unhealthy))
        #expect(story.contains("a=active@3"), "\(story)")
        script.hookOutcomes = [:]
        script.at(5000)
        story += script.play(script.fireTimers())
        #expect(!story.contains("run onDemote of a@2"), "\(story)")
        story += script.play(script.release())
        #expect(!story.contains("ran onDemote of a@2"), "\(story)")
    }

    /// The hook of a promotion, for which nobody is to wait, is under way when the pod fails.
    @Test func aHookThatNobodyRequiredHoldsNoFailover() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .promote))
        script.holds = { if case .runHook(_, let call) = $0 { call.kind == .promote } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        let story = script.play(script.health("b", .unhealthy))
        #expect(story.contains("b=passive@3"), "\(story)")
        #expect(story.contains("run onDemote of b@3") && story.contains("c=active@3"), "\(story)")
    }

    /// A required hook holds, `a` leaves the members and comes back.
    @Test func whoLeavesAndComesBackWhileItsHookFails() {
        var script = GroupScript.hooked(required: HookRequirement(onTimeout: .hold))
        script.hookOutcomes["a"] = .failed("exit 1")
        var story = script.play(script.health("a", .unhealthy))
        let member = script.member("a")
        script.remove("a")
        story += script.play(script.observe())
        for second in 1...3 {
            script.at(second * 4000)
            story += script.play(script.fireTimers())
        }
        #expect(!Self.isPromoted(story), "\(story)")
        script.members.append(member)
        script.hookOutcomes = [:]
        story += script.play(script.observe())
        script.at(60_000)
        story += script.play(script.fireTimers())
        #expect(Self.isPromoted(story), "\(story)")
    }

    /// `a` was away while it was told, and comes back as it left while the gate deletes it: it has heard of this move.
    @Test func whoComesBackWhileItIsDeletedIsNotToldTwiceOfOneMove() {
        var policy = GroupPolicy(
            verdictWindow: .zero,
            hooks: HookPolicy(kinds: [.demote], requiredOnDemote: HookRequirement(onTimeout: .hold))
        )
        policy.promotionGate = PromotionGate(.deletePod)
        var script = GroupScript(policy, identity: "other")
        script.place("b", .passive, epoch: 1)
        var story = script.play(script.start(record: script.record("a"), healthy: ["b"]))
        #expect(story.has("ran onDemote of a@2", before: "delete a") && !Self.isPromoted(story), "\(story)")
        script.place("a", .active, epoch: 1) { $0.lifecycle = .terminating }
        story = script.play(script.observe())
        #expect(story.contains("a=passive@2") && !story.contains("run onDemote of a@2"), "\(story)")
        #expect(!Self.isPromoted(story), "\(story)")
        script.stop("a")
        #expect(script.play(script.observe()).contains("b=active@2"))
    }

    /// A move of `a` is withdrawn after `c`, labelled by hand meanwhile, was demoted for it.
    @Test func whoWasDemotedForAMoveThatIsWithdrawnIsToldAllTheSame() {
        var script = GroupScript.hooked()
        script.holds = GroupScript.isWrite(of: "c", .passive)
        var story = script.play(script.annotate { $0.request = GroupScript.toB })
        script.change("c") { $0.role = .active }
        story += script.play(script.observe())
        _ = script.play(script.annotate { $0.request = nil })
        script.at(10_000)
        story += script.play(
            script.release { script, effect in
                guard let (id, _) = effect.roleWrite else { return [] }
                return script.machine.roleWritten(id, .conflict, at: script.now)
            }
        )
        story += script.play(script.fireTimers())
        #expect(story.contains { $0.hasPrefix("c=passive@") }, "\(story)")
        #expect(story.contains { $0.hasPrefix("ran onDemote of c@") }, "\(story) \(script.owed)")
    }

    @Test func aPodOfTheSameNameIsNotToldTwoRolesOfOneMove() {
        var script = GroupScript.hooked()
        script.change("b") { $0.isExcluded = true }
        script.change("c") { $0.isExcluded = true }
        _ = script.play(script.observe())
        script.remove("a")
        script.holds = GroupScript.isWrite(of: "a")
        var story = script.play(script.observe())
        story += script.play(script.release { $0.end($1, role: .gone) })
        script.place("a", nil) { $0.id = .init("uid-a2") }
        story += script.play(script.observe())
        story += script.play(script.health("a", .healthy))
        #expect(story.contains { $0.hasPrefix("a=active@") }, "\(story)")
        #expect(!(story.contains("run onDemote of a@2") && story.contains("run onPromote of a@2")), "\(story)")
    }

    @Test func whoIsOnRecordByNameOnlyIsNotGone() {
        var script = GroupScript(GroupPolicy(verdictWindow: .zero, hooks: HookPolicy(kinds: [.promote, .demote])))
        script.place("a", .passive, epoch: 2) { $0.isExcluded = true }
        var record = script.record("b", epoch: 5, writer: "another")
        record.holder?.id = nil
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        record.hooks = [script.call(.promote, "b", epoch: 2)]
        var story = script.play(script.start(record: record))
        script.place("b", .active, epoch: 2)
        story += script.play(script.observe())
        #expect(story.contains("ran onPromote of b@2"), "\(story)")
    }
}
