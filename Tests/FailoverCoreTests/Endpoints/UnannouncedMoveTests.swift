import Testing

@testable import FailoverCore

/// A failover by slices is one write: the slice announces it, and the record follows.
@Suite struct UnannouncedMoveTests {
    private static let isSliceWrite: @Sendable (Effect) -> Bool = {
        if case .writeEndpoints = $0 { true } else { false }
    }
    private static let isRecordWrite: @Sendable (Effect) -> Bool = { if case .writeRecord = $0 { true } else { false } }

    /// `a` failed, `b` is active at epoch 2, and the record of that waits for its turn.
    private static func moved() -> GroupScript {
        var script = GroupScript.slicedPair()
        script.holds = isRecordWrite
        _ = script.play(script.health("a", .unhealthy))
        return script
    }

    @Test func theSliceIsWrittenFirstAndTheRecordAfterwards() {
        var script = GroupScript.slicedPair()
        let story = script.play(script.health("a", .unhealthy))
        let writes = story.filter { $0.hasPrefix("IPv4") || $0.hasPrefix("record") }
        #expect(writes == ["IPv4=uid-b@2", "record b@2 Intended"])
        #expect(script.lease?.record.history.last?.cause == .activeUnhealthy)
        #expect(script.lease?.record.history.last?.duration != nil && !script.machine.isRecordBehind)
    }

    @Test func whatOperatorsAskForIsOnRecordBeforeItIsDone() {
        var script = GroupScript.slicedPair()
        let request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false))
        let story = script.play(script.annotate { $0.request = request })
        let writes = story.filter { $0.hasPrefix("IPv4") || $0.hasPrefix("record") }
        #expect(writes.first == "record b@2 Intended" && writes.dropFirst().first == "IPv4=uid-b@2")
    }

    /// The informer has not shown it yet; the read before the write does.
    @Test func aPauseThatNobodySawWithholdsIt() {
        var script = GroupScript.slicedPair()
        script.rewrite { $0.pause = Pause(id: "p", rest: nil) }
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("stepped back") && script.slices.isActive(.init("uid-a")))
        #expect(script.machine.isPaused(at: script.now))
    }

    @Test func whatRecoversBeforeItsTurnIsNotMoved() {
        var script = GroupScript.slicedPair()
        script.holds = Self.isSliceWrite
        _ = script.play(script.health("a", .unhealthy))
        _ = script.play(script.health("a", .healthy))
        let story = script.play(script.release())
        #expect(!story.contains { $0.hasPrefix("record") } && script.slices.isActive(.init("uid-a")))
        #expect(!script.machine.isSwitching && !script.machine.isRecordBehind)
    }

    /// Two supervisors began a move each at the same epoch; of two such writes one replaces what the other names.
    @Test func anotherMoveOfTheSameEpochIsNotUndone() {
        var script = GroupScript.slicedPair()
        script.place("c", nil)
        _ = script.play(script.observe() + script.observeSlices())
        script.holds = Self.isSliceWrite
        _ = script.play(script.health("a", .unhealthy))
        script.slices.publish(script.member("c").id, at: Epoch(2))
        let story = script.play(script.release())
        #expect(story.contains("stepped back"))
        #expect(script.slices.isActive(.init("uid-c")), "\(story)")
    }

    /// The group goes on as if the record said what the slice shows.
    @Test func aSecondFailoverDoesNotWaitForTheRecordOfTheFirst() {
        var script = Self.moved()
        #expect(script.machine.isRecordBehind && script.machine.record?.record.epoch == Epoch(2))
        #expect(script.lease?.record.epoch == Epoch(1))
        _ = script.play(script.health("a", .healthy))
        let story = script.play(script.health("b", .unhealthy))
        #expect(story.contains("IPv4=uid-a@3"))
        _ = script.play(script.release())
        #expect(script.lease?.record.epoch == Epoch(3) && !script.machine.isRecordBehind)
        #expect(script.lease?.record.history.map(\.epoch) == [Epoch(2), Epoch(3)])
    }

    /// What operators write on the old record meanwhile holds, and is kept when the moves are told.
    @Test func whatOperatorsWriteBeforeTheRecordIsToldIsKept() {
        var script = Self.moved()
        _ = script.play(script.annotate { $0.fenced = ["c"] })
        #expect(script.machine.policy.fenced == ["c"] && script.machine.record?.record.epoch == Epoch(2))
        _ = script.play(script.release())
        #expect(script.lease?.record.fenced == ["c"] && script.lease?.record.epoch == Epoch(2))
        #expect(script.lease?.record.history.last?.target == "b")
    }

    /// It wrote the record at that epoch or above: what is ours of it is dropped.
    @Test func anotherSupervisorsRecordIsNotWrittenOver() {
        var script = Self.moved()
        _ = script.play(
            script.annotate {
                $0.holder = .init(name: "b", id: .init("uid-b"))
                $0.epoch = Epoch(1002)
                $0.writer = "they"
            }
        )
        #expect(!script.machine.isRecordBehind && script.machine.record?.record.writer == "they")
        #expect(script.slices.isActive(.init("uid-b")))
    }

    /// A supervisor that ends writes the record first, although it begins nothing any more.
    @Test func theRecordIsWrittenBeforeTheEnd() {
        var script = Self.moved()
        let policy = GroupPolicy(
            verdictWindow: .seconds(5),
            ownsEndpoints: true,
            isObserving: true,
            isEnding: true
        )
        let effects = script.machine.policyChanged(policy, at: script.now)
        _ = script.play(script.release() + effects)
        #expect(!script.machine.isRecordBehind && script.lease?.record.epoch == Epoch(2))
    }

    /// Whoever made it ended before the record was written: whoever takes over finds it on the slice, and counts it.
    @Test func whoeverTakesOverTellsOfItAndMovesNothing() {
        var script = Self.moved()
        _ = script.release { _, _ in [] }
        script.machine = GroupStateMachine(policy: script.machine.policy, identity: "next", mark: 2)
        let record = script.lease?.record
        let story = script.play(script.start(record: record, healthy: ["a", "b"]))
        #expect(!story.contains { $0.hasPrefix("moving") } && story.contains { $0.hasPrefix("adopted b") }, "\(story)")
        #expect(script.slices.isActive(.init("uid-b")))
        let last = script.lease?.record.history.last
        #expect(last?.cause == .activeUnhealthy && last?.from == ["a"] && last?.target == "b")
    }

    /// A record that cannot be read is no reason to move without having read it, nor to give up.
    @Test func aRecordThatCannotBeReadHoldsItUp() {
        var script = GroupScript.slicedPair()
        script.holds = Self.isSliceWrite
        _ = script.play(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .writeEndpoints(let id, _) = effect else { return [] }
            return script.machine.endpointsWritten(id, .withheld(.failed(OperationFailure("503"))), at: script.now)
        }
        #expect(effects.map(\.words).contains { $0.hasPrefix("backoff") })
        #expect(script.slices.isActive(.init("uid-a")))
        let backoffs = effects.compactMap { if case .startBackoff(let id, _, _) = $0 { id } else { nil } }
        _ = script.play(backoffs.flatMap { script.machine.timerFired($0, at: script.now) })
        #expect(script.slices.isActive(.init("uid-b")))
    }
}
