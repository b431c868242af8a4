import Testing

@testable import FailoverCore

/// What comes between the decision to move and the first write of a role, or after it.
@Suite struct ChangedMindTests {
    private func isIntent(_ effect: Effect) -> Bool { if case .writeRecord = effect { true } else { false } }

    @Test func announcesTheHolderAndTheNextEpochFirst() throws {
        var script = GroupScript.three()
        script.holds = isIntent
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.held.map(\.words) == ["record b@2 Intended"])
    }

    @Test func readsTheRecordAgainAfterAConflict() {
        var script = GroupScript.three()
        script.holds = isIntent
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, record: .conflict) }
        #expect(effects.map(\.words) == ["stepped back", "read record"])
    }

    /// The active member recovers while the API server is away: its absence moves nothing.
    @Test func decidesAgainAfterAnIntentOfUnknownOutcome() {
        var script = GroupScript.three()
        script.holds = isIntent
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, record: .failed(OperationFailure("no answer"))) }
        #expect(effects.map(\.words) == ["failed: writing the record", "backoff 0"])
        _ = script.health("a", .healthy)
        #expect(script.play(script.machine.connectionRestored(at: script.now)) == ["read record"])
    }

    @Test func anIntentThatHadNoTurnIsDecidedAnew() {
        var script = GroupScript.three()
        script.holds = isIntent
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, record: .notSent) }
        #expect(effects.map(\.words) == ["moving to b: ActiveUnhealthy", "record b@2 Intended"])
    }

    /// The informer showed `a` active; in truth another supervisor has promoted `c` since.
    @Test func takesAMoveBackThatTheFreshListContradicts() {
        var script = GroupScript.three()
        script.holds = { if case .listMembers = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        script.place("a", .passive, epoch: 1)
        script.place("c", .active, epoch: 1)
        let story = script.play(script.release())
        #expect(story == ["record c@3 Adopted", "adopted c@3"])
    }

    @Test func choosesAnotherWhenTheTargetVanishes() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        script.remove("b")
        #expect(script.observe().targets == ["c"])
    }

    @Test func givesTheRoleBackWhenOnlyTheOldMemberIsLeft() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.health("a", .healthy))
        script.remove("b")
        script.remove("c")
        #expect(script.observe().targets == ["a"])
    }

    /// While a seal takes long the active member recovers: no pod that matters was written, and the move has lost its ground.
    @Test func aMoveWhoseGroundIsGoneIsTakenBackBeforeAnybodyIsDemoted() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, role: .failed(OperationFailure("no answer"))) }
        #expect(effects.map(\.words) == ["failed: writing pod c", "backoff 0"])
        let story = script.play(script.health("a", .healthy))
        #expect(story == ["record a@3 Adopted", "adopted a@3"])
        #expect(script.machine.record?.record.history.isEmpty == true)
    }

    // MARK: Switches of others

    @Test(arguments: [GroupPolicy.SwitchOrder.demoteFirst, .promoteFirst])
    func completesAnUnfinishedSwitchAfterARestart(order: GroupPolicy.SwitchOrder) {
        var script = GroupScript(GroupPolicy(order: order), identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1)
        let effects = script.start(record: script.record("b", epoch: 2, origin: .intended, writer: "dead"))
        #expect(effects.moves == [.unfinishedSwitch])
        #expect(effects.targets == ["b"])
        _ = script.settle(effects)
        #expect(script.machine.actives.map(\.name) == ["b"])
    }

    /// An intent alone has changed nothing: it is decided anew, and forgotten.
    @Test func anAnnouncementWithoutAWriteIsNoMove() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1)
        script.place("b", .passive, epoch: 1)
        var record = script.record("b", epoch: 2, origin: .intended)
        record.remember(MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy), limit: 20)
        #expect(script.settle(script.start(record: record, healthy: ["a", "b"])).isEmpty)
        #expect(script.machine.record?.record.holder?.name == "a")
        #expect(script.machine.record?.record.history.isEmpty == true)
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["b"])
    }

    /// What another has announced is its own to begin, for a while.
    @Test func anAnnouncementOfAnotherIsLeftToItForAWhile() {
        var script = GroupScript(identity: "successor")
        script.place("a", .active, epoch: 1)
        script.place("b", .passive, epoch: 1)
        let record = script.record("b", epoch: 2, origin: .intended, writer: "dead")
        #expect(script.settle(script.start(record: record, healthy: ["a", "b"])).isEmpty)
        #expect(script.machine.record?.record == record)
        script.at(5000)
        #expect(script.settle(script.fireTimers()).isEmpty)
        #expect(script.machine.record?.record.holder?.name == "a")
    }

    @Test func completesAnUnfinishedSwitchToSomebodyElseIfItMust() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1) { $0.lifecycle = .terminating }
        script.place("c", .passive, epoch: 2)
        _ = script.start(record: script.record("b", epoch: 2, origin: .intended, writer: "dead"))
        #expect(script.health("c", .healthy).targets == ["c"])
    }
}
