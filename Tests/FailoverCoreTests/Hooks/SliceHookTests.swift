import Testing

@testable import FailoverCore

/// Hooks of moves by EndpointSlices: a failover is announced by its slice, and the record follows.
@Suite struct SliceHookTests {
    private static let policy = GroupPolicy(
        verdictWindow: .seconds(5),
        ownsEndpoints: true,
        hooks: HookPolicy(kinds: [.promote, .demote])
    )

    /// Nothing announced the move, so that nobody else would know what is owed before the record tells.
    @Test func whatASliceAnnouncesIsOnRecordBeforeAHookRuns() {
        var script = GroupScript.slicedPair(Self.policy)
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.has("IPv4=uid-b@2", before: "record b@2 Intended"))
        #expect(story.has("record b@2 Intended", before: "run onDemote of a@2"))
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
        #expect(script.owed == [])
    }

    /// Whoever announced it by the slice has ended before the record told.
    @Test func theHooksOfAMoveThatNobodyToldOfAreRunByWhoeverFindsIt() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.place("b", nil)
        script.slices.publish(script.member("b").id, at: Epoch(2), cause: .activeUnhealthy)
        let story = script.play(script.start(record: script.record("a"), healthy: ["a", "b"]))
        #expect(story.contains("adopted b@1002"), "\(story)")
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
        #expect(script.owed == [])
    }

    // MARK: To a pod that nobody else knows

    /// A slice leads from `a` to `b` at 2; whoever did that has ended, and the next one has not seen `b` when it begins a move to `a`.
    private static func beginning(naming isNamed: Bool = true) -> GroupScript {
        var script = GroupScript(policy)
        script.place("a", nil)
        script.slices.publish(.init("uid-b"), at: Epoch(2), cause: .activeUnhealthy)
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var effects = script.start(record: script.record("a"))
        if !isNamed { effects += script.observeSlices { $0.slices[0].names = [:] } }
        _ = script.play(effects + script.health("a", .healthy))
        return script
    }

    @Test func whoIsNotKnownIsOwedItsHooks() {
        var script = Self.beginning()
        let epoch = script.lease?.record.epoch ?? Epoch(0)
        #expect(script.lease?.record.history.map(\.target) == ["b", "a"])
        #expect(script.lease?.record.history.map(\.from) == [["a"], ["b"]])
        let owed = ["onDemote of a@2", "onPromote of b@2", "onDemote of b@\(epoch)", "onPromote of a@\(epoch)"]
        #expect(script.owed == owed)
        let story = script.play(script.release())
        #expect(story.contains("IPv4=uid-a@\(epoch)"), "\(story)")
        #expect(story.filter { $0.hasPrefix("ran ") } == ["ran onDemote of b@\(epoch)", "ran onPromote of a@\(epoch)"])
        #expect(script.owed == [])
    }

    /// It is seen before the slice is written, so that the role stays where it is.
    @Test func whoIsSeenInTimeHearsOfItsPromotion() {
        var script = Self.beginning()
        script.place("b", nil)
        var story = script.play(script.observe() + script.observeSlices() + script.release())
        story += script.play(script.health("b", .healthy))
        #expect(script.slices.isActive(.init("uid-b")), "\(story)")
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
        #expect(script.owed == [])
    }

    /// Nobody is told what nothing says.
    @Test func whomTheSliceDoesNotNameIsOwedNothing() {
        let script = Self.beginning(naming: false)
        #expect(script.owed.count == 2 && script.owed.allSatisfy { $0.contains(" of a@") }, "\(script.owed)")
    }

    /// It shows where somebody's hand put it, and no supervisor's move.
    @Test func whomSomebodyPublishesIsOwedNothing() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.slices.publish(.init("uid-b"), at: Epoch(1))
        _ = script.play(script.start(record: script.record("a"), healthy: ["a"]))
        #expect(script.lease?.record.history.map(\.from) == [[]], "\(script.lease?.record.history ?? [])")
    }

    /// Of two moves that no record tells of a slice would name the last one only.
    @Test func aFailoverAfterOneThatIsNotToldIsOnRecordFirst() {
        var script = GroupScript.slicedPair(Self.policy)
        script.holds = { if case .writeRecord = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        #expect(script.slices.isActive(.init("uid-b")) && script.machine.isRecordBehind)
        _ = script.play(script.health("a", .healthy))
        let before = script.play(script.health("b", .unhealthy))
        #expect(before.contains("record a@3 Intended") && !before.contains("IPv4=uid-a@3"), "\(before)")
        let story = script.play(script.release())
        #expect(story.contains("IPv4=uid-a@3"), "\(story)")
        #expect(story.contains("ran onDemote of b@3") && story.contains("ran onPromote of a@3"), "\(story)")
        #expect(script.lease?.record.history.map(\.epoch) == [Epoch(2), Epoch(3)] && script.owed == [])
    }

    @Test func aPodOfTheSameNameInASliceIsNotToldTwoRolesOfOneMove() {
        var script = GroupScript(Self.policy)
        script.place("b", nil) { $0.id = .init("uid-b2") }
        script.slices.publish(.init("uid-b"), at: Epoch(2), cause: .activeUnhealthy)
        var story = script.play(script.start(record: script.record("a")))
        story += script.play(script.health("b", .healthy))
        let epoch = script.lease?.record.epoch ?? Epoch(0)
        #expect(script.slices.isActive(.init("uid-b2")), "\(story)")
        #expect(
            !(story.contains("run onDemote of b@\(epoch)") && story.contains("run onPromote of b@\(epoch)")),
            "\(story)"
        )
    }

    @Test func aPauseKeepsNoHookOfAMoveThatWasMade() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.place("b", nil)
        script.slices.publish(script.member("b").id, at: Epoch(2), cause: .activeUnhealthy)
        var record = script.record("a")
        record.pause = Pause(id: "p", rest: nil)
        var story = script.play(script.start(record: record, healthy: ["a", "b"]))
        story += script.pass(1...600)
        #expect(story.contains("ran onDemote of a@2") && story.contains("ran onPromote of b@2"), "\(story)")
    }

    /// Of two supervisors that act at once one moved the role from `b` to `c` by the slice, and the other, which had seen neither,
    /// adopted `a` by the record, both at 3.
    @Test func anAdoptionAtTheSameEpochHidesNoMove() {
        var script = GroupScript(Self.policy)
        for name in ["a", "b", "c"] { script.place(name, nil) }
        script.slices.publish(script.member("c").id, at: Epoch(3), cause: .activeUnhealthy)
        var record = script.record("a", epoch: 3, origin: .adopted, writer: "another")
        record.announced = Announcements(since: Epoch(0), entries: [.init(epoch: Epoch(2), target: .init("uid-b"))])
        record.history = [
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy, duration: .milliseconds(5))
        ]
        let story = script.play(script.start(record: record, healthy: ["a", "b", "c"]))
        #expect(script.slices.isActive(.init("uid-c")), "\(story)")
        #expect(story.contains("ran onDemote of b@3") && story.contains("ran onPromote of c@3"), "\(story)")
        #expect(script.lease?.record.history.last?.from == ["b"] && script.owed == [])
    }
}
