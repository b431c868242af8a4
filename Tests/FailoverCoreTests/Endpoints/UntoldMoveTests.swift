import Testing

@testable import FailoverCore

/// Whoever takes over while the record is behind tells of the move that a slice shows, whatever it does next.
@Suite struct UntoldMoveTests {
    private static let policy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true)
    private static let isRecordWrite: @Sendable (Effect) -> Bool = { if case .writeRecord = $0 { true } else { false } }

    /// `a` failed, `b` is active at epoch 2, and the record of that waits for its turn.
    private static func moved() -> GroupScript {
        var script = GroupScript.slicedPair(policy)
        script.holds = isRecordWrite
        _ = script.play(script.health("a", .unhealthy))
        return script
    }

    /// The supervisor ends before that, and another begins.
    private static func takeOver(_ script: inout GroupScript, healthy: [String]) -> [String] {
        _ = script.release { _, _ in [] }
        script.machine = GroupStateMachine(policy: policy, identity: "next", mark: 2)
        let record = script.lease?.record
        return script.play(script.start(record: record, healthy: healthy))
    }

    private static func isCounted(_ script: GroupScript) -> Bool {
        script.lease?.record.history.contains { $0.cause == .activeUnhealthy && $0.epoch == Epoch(2) } ?? false
    }

    @Test func isCountedThoughItsTargetTerminates() {
        var script = Self.moved()
        script.place("b", nil) { $0.lifecycle = .terminating }
        let story = Self.takeOver(&script, healthy: ["a", "b"])
        #expect(Self.isCounted(script) && script.slices.isActive(.init("uid-a")), "\(story)")
    }

    @Test func isCountedThoughItsTargetIsGone() {
        var script = Self.moved()
        script.remove("b")
        let story = Self.takeOver(&script, healthy: ["a"])
        #expect(Self.isCounted(script) && script.slices.isActive(.init("uid-a")), "\(story)")
    }

    @Test func isCountedThoughASwitchoverIsAskedFor() {
        var script = Self.moved()
        script.rewrite { $0.request = OperatorRequest(id: "o", action: .switchover(to: "a", isForced: false)) }
        let story = Self.takeOver(&script, healthy: ["a", "b"])
        #expect(Self.isCounted(script) && script.slices.isActive(.init("uid-a")), "\(story)")
    }

    /// The last of them, at least.
    @Test func isCountedIfItLedBack() {
        var script = Self.moved()
        _ = script.play(script.health("a", .healthy))
        _ = script.play(script.health("b", .unhealthy))
        #expect(script.slices.isActive(.init("uid-a")) && script.lease?.record.epoch == Epoch(1))
        let story = Self.takeOver(&script, healthy: ["a"])
        #expect(script.lease?.record.history.map(\.epoch) == [Epoch(3)], "\(story)")
    }

    /// What a failing pod waits for is as urgent as its failover.
    @Test func isToldInTimeIfItsTargetFails() {
        var script = Self.moved()
        _ = script.release { _, _ in [] }
        script.machine = GroupStateMachine(policy: Self.policy, identity: "next", mark: 2)
        let record = script.lease?.record
        script.holds = Self.isRecordWrite
        _ = script.play(script.start(record: record, healthy: ["a"]))
        _ = script.play(script.health("b", .unhealthy))
        let urgencies = script.held.compactMap { effect in
            if case .writeRecord(_, _, _, let urgency) = effect { urgency } else { nil }
        }
        #expect(urgencies.contains { $0 <= .failing }, "\(urgencies)")
    }

    /// A move to nobody restores nothing: it is on record first.
    @Test func aMoveToNobodyIsOnRecordBeforeItIsMade() {
        var policy = Self.policy
        policy.whenNoneHealthy = .demoteActive
        var script = GroupScript.slicedPair(policy)
        _ = script.play(script.health("b", .unhealthy))
        script.holds = Self.isRecordWrite
        _ = script.play(script.health("a", .unhealthy))
        #expect(script.slices.isActive(.init("uid-a")))
        _ = script.play(script.release())
        #expect(!script.slices.isActive(.init("uid-a")) && script.lease?.record.holder == nil)
    }

    /// The cause of an earlier failover stays on the slice, and says nothing of a later move.
    @Test func anAnnouncedMoveIsNotTheFailoverBeforeIt() {
        var script = GroupScript.slicedPair()
        let old = script.lease?.record
        _ = script.play(script.health("a", .unhealthy))
        _ = script.play(script.health("a", .healthy))
        for (id, pod) in [("o", "a"), ("p", "b")] {
            let request = OperatorRequest(id: id, action: .switchover(to: pod, isForced: false))
            _ = script.play(script.annotate { $0.request = request })
        }
        #expect(script.lease?.record.history.map(\.cause) == [.activeUnhealthy, .switchover, .switchover])
        script.machine = GroupStateMachine(policy: Self.policy, identity: "next", mark: 2)
        let story = script.play(script.start(record: old, healthy: ["a", "b"]))
        #expect(script.lease?.record.history.isEmpty == true, "\(story)")
    }

    // MARK: While it is made

    /// Another supervisor's move at the same epoch is shown before the slice is written.
    @Test func anEpochIsNotUsedTwice() {
        var script = GroupScript.slicedPair()
        script.place("c", nil)
        _ = script.play(script.observe() + script.observeSlices())
        script.holds = { if case .listMembers = $0 { true } else { false } }
        script.place("a", nil) { $0.lifecycle = .terminating }
        var story = script.play(script.observe() + script.observeSlices())
        script.slices.publish(script.member("c").id, at: Epoch(2))
        script.place("c", nil) { $0.lifecycle = .terminating }
        story += script.play(script.observeSlices() + script.observe())
        story += script.play(script.release())
        #expect(story.contains("stepped back") && !story.contains("IPv4=uid-b@2"), "\(story)")
        #expect(script.slices.isActive(.init("uid-b")), "\(story)")
    }

    @Test func nothingIsBegunInAPauseOfTheConfiguration() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        let policy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true, isPaused: true)
        var story = script.play(script.machine.policyChanged(policy, at: script.now))
        story += script.play(script.release())
        #expect(script.slices.isActive(.init("uid-a")), "\(story)")
    }

    @Test func nothingIsSentAgainInAPause() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .writeEndpoints(let id, _) = effect else { return [] }
            return script.machine.endpointsWritten(id, .failed(OperationFailure("503")), at: script.now)
        }
        let policy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true, isPaused: true)
        var story = script.play(script.machine.policyChanged(policy, at: script.now))
        story += script.play(script.health("a", .healthy))
        let backoffs = effects.compactMap { if case .startBackoff(let id, _, _) = $0 { id } else { nil } }
        story += script.play(backoffs.flatMap { script.machine.timerFired($0, at: script.now) })
        #expect(script.slices.isActive(.init("uid-a")), "\(story)")
    }

    // MARK: The record catches up

    @Test func theEndDoesNotWaitForSlicesThatNobodyShows() {
        var script = Self.moved()
        script.machine.endpointsForgotten()
        let policy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true, isObserving: true, isEnding: true)
        let effects = script.machine.policyChanged(policy, at: script.now)
        let story = script.play(script.release() + effects)
        #expect(!script.machine.isRecordBehind, "\(story)")
    }

    @Test func theRecordOfTheLastEpochIsWritten() {
        var script = GroupScript(Self.policy)
        script.slices.families = [.ipv4]
        script.place("a", nil)
        script.place("b", nil)
        let epoch = Epoch.last.number - 1
        script.slices.publish(script.member("a").id, at: Epoch(epoch))
        _ = script.settle(script.start(record: script.record("a", epoch: epoch), healthy: ["a", "b"]))
        let story = script.play(script.health("a", .unhealthy))
        #expect(script.slices.isActive(.init("uid-b")) && !script.machine.isRecordBehind, "\(story)")
    }
}
