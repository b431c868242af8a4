import Testing

@testable import FailoverCore

/// Hooks are owed with the announcement of a move, and run when the role has changed.
@Suite struct HookTests {
    @Test func aMoveRunsTheHooksOfBothPods() {
        var script = GroupScript.hooked()
        var announced: [HookCall] = []
        var story: [String] = []
        _ = script.settle(script.health("a", .unhealthy)) { effect in
            story.append(effect.words)
            if announced.isEmpty, let (_, record) = effect.recordWrite { announced = record.hooks }
        }
        #expect(announced.map(\.words) == ["onDemote of a@2", "onPromote of b@2"])
        #expect(announced.allSatisfy { $0.from == ["a"] && $0.to == "b" && $0.cause == .activeUnhealthy })
        #expect(story.has("a=passive@2", before: "run onDemote of a@2"))
        #expect(story.has("b=active@2", before: "run onPromote of b@2"))
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
        #expect(script.owed == [])
    }

    /// Intent, completion, and nothing more.
    @Test func whatRanBeforeTheEndCostsNoWriteOfItsOwn() {
        var script = GroupScript.hooked([.demote])
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.count { $0.hasPrefix("record ") } == 2, "\(story)")
        #expect(story.contains("ran onDemote of a@2") && script.owed == [])
    }

    @Test func withoutHooksNothingIsOwed() {
        var script = GroupScript.hooked([])
        #expect(script.play(script.health("a", .unhealthy)).ofHooks == [])
        #expect(script.owed == [] && script.machine.known.records.hooks == nil)
    }

    @Test func whoIsAdoptedOrLabelledFirstIsNotTold() {
        var script = GroupScript(GroupPolicy(hooks: HookPolicy(kinds: [.promote, .demote])))
        script.place("a", .active)
        script.place("b", nil)
        let story = script.play(script.start(record: nil, healthy: ["a", "b"]))
        #expect(story.contains("adopted a@1") && story.contains("b=passive@1"))
        #expect(story.ofHooks == [] && script.owed == [])
    }

    @Test func aHookThatTakesLongDelaysNothingAndIsTakenOffInOneWrite() {
        var script = GroupScript.hooked()
        script.holdHooks()
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("b=active@2") && story.contains("moved to b"))
        #expect(script.owed == ["onDemote of a@2", "onPromote of b@2"])
        let rest = script.play(script.release())
        #expect(rest.count { $0.hasPrefix("record ") } == 1, "\(rest)")
        #expect(script.owed == [])
    }

    @Test func aHookThatFailsIsToldAndForgotten() {
        var script = GroupScript.hooked()
        script.hookOutcomes = ["a": .failed("exit 1"), "b": .gone]
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("failed onDemote of a@2") && story.contains("dropped onPromote of b@2"))
        #expect(story.contains("moved to b") && script.owed == [])
    }

    @Test func whatWasNotSentIsTriedAgain() throws {
        var script = GroupScript.hooked([.promote])
        script.holdHooks()
        _ = script.play(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .runHook(let id, _) = effect else { return [] }
            return script.machine.hookRan(id, .notSent, at: script.now)
        }
        let timer = try #require(effects.compactMap(\.backoffID).first)
        let again = script.machine.timerFired(timer, at: script.now)
        #expect(script.play(again).contains("ran onPromote of b@2"))
        #expect(script.owed == [])
    }

    // MARK: Whoever takes over

    private static let policy = GroupPolicy(verdictWindow: .zero, hooks: HookPolicy(kinds: [.promote, .demote]))

    @Test func whoeverTakesOverRunsWhatIsOwed() {
        let (script, story) = GroupScript.takenOver(Self.policy, isMade: true)
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
        #expect(story.allSatisfy { !$0.contains("=active") } && script.owed == [])
    }

    /// The move is finished at another epoch; its target is told of that one.
    @Test func whoeverFinishesAMoveTellsEachPodOnce() {
        let (script, story) = GroupScript.takenOver(Self.policy, isMade: false)
        #expect(story.filter { $0.hasPrefix("ran ") } == ["ran onDemote of a@2", "ran onPromote of b@3"])
        #expect(script.owed == [])
    }

    /// It left while nobody saw it active, and may come back so.
    @Test func whoIsAbsentIsToldWhenAnotherIsActive() {
        var script = GroupScript(Self.policy, identity: "other")
        script.place("b", .passive, epoch: 1)
        var record = script.record("b", epoch: 2, origin: .intended)
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeGone)]
        record.hooks = [script.call(.demote, "a", epoch: 2), script.call(.promote, "b", epoch: 2)]
        let story = script.play(script.start(record: record, healthy: ["b"]))
        #expect(
            story.has("b=active@1002", before: "run onDemote of a@2")
                || story.has("b=active@3", before: "run onDemote of a@2"),
            "\(story)"
        )
        #expect(script.owed == [])
    }

    @Test func whoMayNotWriteRunsNothing() {
        var policy = Self.policy
        policy.isObserving = true
        var (script, story) = GroupScript.takenOver(policy, isMade: true)
        #expect(story.ofHooks == [])
        story = script.play(script.machine.policyChanged(Self.policy, at: script.now))
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
    }

    @Test func whatIsNotConfiguredAnyMoreIsNotRun() {
        let policy = GroupPolicy(verdictWindow: .zero, hooks: HookPolicy(kinds: [.promote]))
        let (script, story) = GroupScript.takenOver(policy, isMade: true)
        #expect(story.contains("dropped onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
        #expect(script.owed == [])
    }

    // MARK: What is not so any more

    /// The role has changed back since: the newest change is what is told.
    @Test func aPodIsNotToldOfARoleThatItHasNoMore() {
        var script = GroupScript.hooked()
        var owed = script.call(.promote, "b", epoch: 2)
        script.holdHooks()
        _ = script.play(script.health("a", .unhealthy))
        #expect(script.owed == ["onDemote of a@2", "onPromote of b@2"])
        _ = script.play(script.health("a", .healthy))
        _ = script.play(script.health("b", .unhealthy))
        let isWanted = script.held.map { effect in
            guard case .runHook(let id, let call) = effect else { return "" }
            return "\(call.words) \(script.machine.turnCame(id, at: script.now))"
        }
        #expect(isWanted.contains("onDemote of a@2 false") && isWanted.contains("onPromote of b@2 false"))
        let story = script.play(script.release())
        #expect(story.filter { $0.hasPrefix("ran ") }.sorted() == ["ran onDemote of b@3", "ran onPromote of a@3"])
        #expect(script.owed == [])
        owed.epoch = Epoch(3)
        #expect(!owed.isSame(as: script.call(.promote, "b", epoch: 2)))
    }

    @Test func whatAnotherLeftBehindIsDroppedIfTheRoleWentOn() {
        var script = GroupScript(Self.policy)
        script.place("a", .active, epoch: 3)
        script.place("b", .passive, epoch: 3)
        var record = script.record("a", epoch: 3, origin: .intended)
        record.history = [MoveEntry(epoch: Epoch(3), from: ["b"], target: "a", cause: .activeUnhealthy)]
        record.hooks = [script.call(.demote, "a", epoch: 2), script.call(.promote, "b", epoch: 2)]
        let story = script.play(script.start(record: record, healthy: ["a", "b"]))
        #expect(story.ofHooks.sorted() == ["dropped onDemote of a@2", "dropped onPromote of b@2"])
        #expect(script.owed == [])
    }

    /// It got the role back, and somebody took its label since.
    @Test func whoWasPromotedSinceIsNotToldOfAnEarlierDemotion() {
        var script = GroupScript(Self.policy)
        script.place("a", nil, epoch: 3)
        script.place("b", .passive, epoch: 3)
        var record = script.record("a", epoch: 3, origin: .intended)
        record.history = [MoveEntry(epoch: Epoch(3), from: ["b"], target: "a", cause: .activeUnhealthy)]
        record.hooks = [script.call(.demote, "a", epoch: 2)]
        let story = script.play(script.start(record: record, healthy: ["a", "b"]))
        #expect(story.contains("dropped onDemote of a@2") && story.contains { $0.hasPrefix("ran onPromote of a@") })
        #expect(script.owed == [])
    }

    /// A record that moves nothing may have another epoch than the active pod.
    @Test func anAdoptionTakesNoHookAway() {
        var script = GroupScript(Self.policy)
        script.place("b", .active, epoch: 2)
        script.place("a", .passive, epoch: 2)
        var record = script.record("b", epoch: 5)
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        record.hooks = [script.call(.demote, "a", epoch: 2), script.call(.promote, "b", epoch: 2)]
        let story = script.play(script.start(record: record, healthy: ["b", "a"]))
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
    }

    /// Another supervisor announced a move away from `b`, and somebody found `b` active after that.
    @Test(arguments: [false, true]) func onlyAMoveThatWasMadeTakesAHookAway(isMade: Bool) {
        var script = GroupScript(Self.policy)
        script.place("b", .active, epoch: 5)
        script.place("a", .passive, epoch: 5)
        var record = script.record("b", epoch: 5)
        record.history = [
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy),
            MoveEntry(epoch: Epoch(4), from: ["b"], target: "a", cause: .labelLost, duration: isMade ? .zero : nil),
        ]
        record.hooks = [script.call(.promote, "b", epoch: 2)]
        let story = script.play(script.start(record: record, healthy: ["b", "a"]))
        #expect(story.contains("\(isMade ? "dropped" : "ran") onPromote of b@2"), "\(story)")
        #expect(script.owed == [])
    }

    /// Another supervisor found `b` active, and this one sees the record before the pod.
    @Test func whoIsOnRecordIsNotGoneBecauseItIsNotSeenYet() {
        var script = GroupScript(Self.policy)
        script.place("a", .passive, epoch: 2) { $0.isExcluded = true }
        var record = script.record("b", epoch: 5, writer: "another")
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        record.hooks = [script.call(.promote, "b", epoch: 2)]
        let before = script.play(script.start(record: record))
        #expect(before.ofHooks == [], "\(before)")
        script.place("b", .active, epoch: 2)
        let story = script.play(script.observe())
        #expect(story.contains("ran onPromote of b@2") && script.owed == [], "\(story)")
    }

    /// Whoever announced the move has its demotion on the way, whatever is on record by now.
    ///
    /// But who is to be promoted at once again is not told of the demotion.
    @Test func anAdoptionEndsNothingThatMayStillBeDone() {
        var script = GroupScript(Self.policy)
        script.place("a", .active, epoch: 1)
        script.place("b", .passive, epoch: 1)
        var record = script.record("a", epoch: 3)
        record.history = [MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy)]
        record.hooks = [script.call(.demote, "a", epoch: 2)]
        let before = script.play(script.start(record: record, healthy: ["a", "b"]))
        #expect(before.ofHooks == [] && script.owed == ["onDemote of a@2"])
        script.place("a", .passive, epoch: 2)
        let story = script.play(script.observe())
        #expect(story.contains("moving to a: LabelLost") && !story.contains("ran onDemote of a@2"), "\(story)")
        #expect(script.owed == [], "\(story)")
    }

    @Test func whatIsWithdrawnIsToldToNobody() {
        var script = GroupScript.hooked()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.play(script.annotate { $0.request = GroupScript.toB })
        #expect(script.owed == ["onDemote of a@2", "onPromote of b@2"])
        _ = script.play(script.annotate { $0.request = nil })
        script.at(10_000)
        let story = script.play(script.release()) + script.play(script.fireTimers())
        #expect(story.ofHooks == [] && script.owed == [], "\(story)")
        #expect(script.machine.actives.map(\.name) == ["a"])
    }

    // MARK: Bounds

    @Test func theOldestOfTooManyAreNotRun() {
        var script = GroupScript.hooked()
        script.holdHooks()
        let many = (0..<16).map { script.call(.demote, "x\($0)", epoch: 1) }
        _ = script.play(script.annotate { $0.hooks = many })
        let story = script.play(script.health("a", .unhealthy))
        #expect(script.owed.count == 16 && script.owed.suffix(2) == ["onDemote of a@2", "onPromote of b@2"])
        #expect(story.filter { $0.hasPrefix("dropped ") }.count == 2, "\(story)")
    }

    /// One that is under way ends before the next of the same pod begins.
    @Test func aPodHasOneCallAtATime() {
        let script = GroupScript()
        var record = script.record("a", epoch: 4)
        record.hooks = [script.call(.demote, "a", epoch: 2)]
        var ids = OperationIDs()
        var hooks = OwedHooks(by: record, after: nil)
        let first = hooks?.run({ _ in .due }, holds: { _ in false }, &ids)
        #expect(first?.map(\.words) == ["run onDemote of a@2"])
        record.hooks = [script.call(.demote, "a", epoch: 4), script.call(.demote, "b", epoch: 4)]
        hooks = OwedHooks(by: record, after: hooks)
        #expect(hooks?.run({ _ in .due }, holds: { _ in false }, &ids).map(\.words) == ["run onDemote of b@4"])
        guard case .runHook(let id, _)? = first?.first else { return }
        _ = hooks?.ran(id, .succeeded, holds: { _ in false }, at: script.now, &ids)
        #expect(hooks?.run({ _ in .due }, holds: { _ in false }, &ids).map(\.words) == ["run onDemote of a@4"])
    }
}
