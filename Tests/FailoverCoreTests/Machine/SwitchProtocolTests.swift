import Testing

@testable import FailoverCore

/// The switch, step by step, and what interrupts it.
@Suite struct SwitchProtocolTests {
    /// `a` active and unhealthy, `b` and `c` healthy; the intent of the move to `b` is on its way.
    private func moving(
        _ policy: GroupPolicy = GroupPolicy()
    ) -> (script: GroupScript, intent: OperationID, record: GroupRecord) {
        var script = GroupScript(policy)
        script.place("a", .active)
        script.place("b")
        script.place("c")
        _ = script.settle(script.start(record: nil, healthy: ["a", "b", "c"]))
        for effect in script.health("a", .unhealthy) {
            if case .writeRecord(let id, let record, _, _) = effect { return (script, id, record) }
        }
        preconditionFailure("no intent")
    }

    /// The same with the intent written and the members listed; role writes are on their way.
    private func writing(_ policy: GroupPolicy = GroupPolicy()) -> (script: GroupScript, effects: [Effect]) {
        var (script, id, record) = moving(policy)
        let listing = script.machine.recordWritten(id, .written(script.stored(record, version: "8")), at: script.now)
        guard case .listMembers(let list) = listing.first else { preconditionFailure("no listing") }
        let listed = script.listing()
        let effects = script.machine.membersListed(list, listed, at: script.now)
        return (script, effects)
    }

    private func writes(_ effects: [Effect]) -> [(id: OperationID, write: RoleWrite)] {
        effects.compactMap { if case .writeRole(let id, let write) = $0 { (id, write) } else { nil } }
    }

    private func written(_ write: RoleWrite) -> RoleWriteOutcome {
        var member = write.member
        member.role = write.role
        member.epoch = write.epoch
        member.version = .init("\((Int(write.member.version.rawValue) ?? 0) + 1000)")
        return .written(member)
    }

    @Test func announcesTheHolderAndTheNextEpochFirst() {
        let (_, _, record) = moving()
        #expect(record.holder?.name == "b")
        #expect(record.epoch == Epoch(2))
        #expect(record.origin == .intended)
    }

    @Test func listsTheMembersAfterAnIntentThatFollowsAnUntrustedEpoch() {
        var (script, id, record) = moving()
        let effects = script.machine.recordWritten(id, .written(script.stored(record)), at: script.now)
        #expect(effects.count == 1)
        guard case .listMembers = effects.first else {
            Issue.record("no listing but \(effects)")
            return
        }
    }

    @Test func needsNoListingAfterItsOwnEpoch() {
        var (script, effects) = writing()
        _ = script.settle(effects)
        effects = script.health("b", .unhealthy)
        guard case .writeRecord(let id, let record, _, _) = effects.operations.first else { return }
        let next = script.machine.recordWritten(id, .written(script.stored(record, version: "9")), at: script.now)
        #expect(writes(next).count == 2)
    }

    @Test func fencesEveryOtherMemberBeforeItPromotes() {
        var (script, effects) = writing()
        let fences = writes(effects)
        #expect(fences.map(\.write.member.name) == ["a", "c"])
        #expect(fences.allSatisfy { $0.write.role == .passive })
        #expect(writes(script.machine.roleWritten(fences[0].id, written(fences[0].write), at: script.now)).isEmpty)
        let promotion = writes(script.machine.roleWritten(fences[1].id, written(fences[1].write), at: script.now))
        #expect(promotion.map(\.write.member.name) == ["b"])
        #expect(promotion.first?.write.role == .active)
    }

    @Test func promotesFirstIfAskedTo() {
        var (script, effects) = writing(GroupPolicy(order: .promoteFirst))
        let promotion = writes(effects)
        #expect(promotion.map(\.write.member.name) == ["b"])
        let fences = writes(script.machine.roleWritten(promotion[0].id, written(promotion[0].write), at: script.now))
        #expect(fences.map(\.write.member.name) == ["a", "c"])
    }

    @Test func readsTheRecordAgainAfterAConflict() {
        var (script, id, _) = moving()
        let effects = script.machine.recordWritten(id, .conflict, at: script.now)
        #expect(effects.contains { if case .readRecord = $0 { true } else { false } })
    }

    @Test func decidesAgainAfterAnIntentOfUnknownOutcome() {
        var (script, id, _) = moving()
        let effects = script.machine.recordWritten(id, .failed(.init("no answer")), at: script.now)
        guard case .startBackoff(let timer, 0, _) = effects.last else {
            Issue.record("no backoff")
            return
        }
        // Meanwhile the active member recovers: the API server's absence moves nothing.
        _ = script.health("a", .healthy)
        guard case .readRecord(let read) = script.machine.timerFired(timer, at: script.now).first else { return }
        let later = script.machine.recordRead(read, .found(script.stored(script.record("a"))), at: script.now)
        #expect(later.moves.isEmpty)
    }

    @Test func readsAPodAgainBeforeItRepeatsAWrite() {
        var (script, effects) = writing()
        let fence = writes(effects)[0]
        guard case .readMember(let id, "a") = script.machine.roleWritten(fence.id, .conflict, at: script.now).first
        else {
            Issue.record("no read")
            return
        }
        var fresh = fence.write.member
        fresh.version = .init("700")
        let again = writes(script.machine.memberRead(id, .found(fresh), at: script.now))
        #expect(again.first?.write.member.version == .init("700"))
    }

    @Test func stepsBackFromAHigherEpoch() {
        var (script, effects) = writing()
        let fence = writes(effects)[0]
        guard case .readMember(let id, _) = script.machine.roleWritten(fence.id, .conflict, at: script.now).first else {
            return
        }
        var fresh = fence.write.member
        fresh.epoch = Epoch(99)
        effects = script.machine.memberRead(id, .found(fresh), at: script.now)
        #expect(effects.contains(.report(.steppedBack)))
        #expect(writes(effects).isEmpty)
    }

    @Test func takesNotMineForAnswer() {
        // A write whose answer was lost is found done when the pod is read.
        var (script, effects) = writing()
        let fences = writes(effects)
        effects = script.machine.roleWritten(fences[0].id, .failed(.init("lost")), at: script.now)
        guard case .startBackoff(let timer, _, _) = effects.last,
            case .readMember(let read, _) = script.machine.timerFired(timer, at: script.now).first
        else {
            Issue.record("no retry")
            return
        }
        guard case .written(let done) = written(fences[0].write) else { return }
        #expect(writes(script.machine.memberRead(read, .found(done), at: script.now)).isEmpty)
        #expect(writes(script.machine.roleWritten(fences[1].id, written(fences[1].write), at: script.now)).count == 1)
    }

    @Test(arguments: ["gone", "another uid"])
    func goesOnWithoutAMemberThatIsGone(how: String) {
        var (script, effects) = writing()
        let fences = writes(effects)
        if how == "gone" {
            effects = script.machine.roleWritten(fences[0].id, .gone, at: script.now)
        } else {
            guard
                case .readMember(let id, _) = script.machine.roleWritten(fences[0].id, .conflict, at: script.now).first
            else { return }
            let other = Member(id: .init("uid-new"), name: "a", version: .init("800"))
            effects = script.machine.memberRead(id, .found(other), at: script.now)
        }
        #expect(writes(effects).isEmpty)
        let promotion = writes(script.machine.roleWritten(fences[1].id, written(fences[1].write), at: script.now))
        #expect(promotion.map(\.write.member.name) == ["b"])
    }

    @Test func choosesAnotherWhenTheTargetVanishes() {
        var (script, _) = writing()
        script.remove("b")
        let effects = script.observe()
        #expect(effects.targets == ["c"])
    }

    @Test func givesTheRoleBackWhenOnlyTheOldMemberIsLeft() {
        var (script, effects) = writing()
        let fences = writes(effects)
        _ = script.machine.roleWritten(fences[0].id, written(fences[0].write), at: script.now)
        _ = script.health("a", .healthy)
        script.place("a", .passive, epoch: 2)
        script.remove("b")
        script.remove("c")
        #expect(script.observe().targets == ["a"])
    }

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

    @Test func takesAMoveBackThatTheFreshListContradicts() {
        // The informer showed `a` active; in truth another supervisor has promoted `c` since.
        var (script, id, record) = moving()
        let listing = script.machine.recordWritten(id, .written(script.stored(record, version: "8")), at: script.now)
        guard case .listMembers(let list) = listing.first else { return }
        script.place("a", .passive, epoch: 1)
        script.place("c", .active, epoch: 1)
        let listed = script.listing()
        let effects = script.machine.membersListed(list, listed, at: script.now)
        #expect(writes(effects).isEmpty)
        guard case .writeRecord(_, let adopted, _, _) = effects.operations.first else {
            Issue.record("no adoption but \(effects)")
            return
        }
        #expect(adopted.holder?.name == "c")
        #expect(adopted.origin == .adopted)
    }

    @Test func retriesAtOnceWhenTheConnectionIsBack() {
        var (script, effects) = writing()
        _ = script.machine.roleWritten(writes(effects)[0].id, .failed(.init("refused")), at: script.now)
        effects = script.machine.connectionRestored(at: script.now)
        #expect(effects.contains { if case .readMember = $0 { true } else { false } })
    }

    @Test func honoursRetryAfter() {
        var (script, effects) = writing()
        effects = script.machine.roleWritten(
            writes(effects)[0].id,
            .failed(.init("429", retryAfter: .seconds(7))),
            at: script.now
        )
        guard case .startBackoff(_, _, let pause) = effects.last else { return }
        #expect(pause == .seconds(7))
    }

    @Test func raisesTheEpochAboveThoseOfThePodsWhenTheRecordIsLost() {
        var script = GroupScript()
        script.place("a", .active, epoch: 41)
        script.place("b", .passive, epoch: 41)
        let effects = script.start(record: nil)
        _ = script.settle(effects)
        #expect(script.machine.record?.record.epoch == Epoch(1041))
    }

    @Test func measuresTheGap() {
        var (script, effects) = writing()
        let fences = writes(effects)
        script.at(100)
        _ = script.machine.roleWritten(fences[0].id, written(fences[0].write), at: script.now)
        let promotion = writes(script.machine.roleWritten(fences[1].id, written(fences[1].write), at: script.now))
        script.at(130)
        effects = script.machine.roleWritten(promotion[0].id, written(promotion[0].write), at: script.now)
        let moves = effects.compactMap { if case .report(.moved(let move)) = $0 { move } else { nil } }
        #expect(moves.map(\.gap) == [.milliseconds(30)])
        #expect(moves.map(\.epoch) == [Epoch(2)])
    }

    @Test(arguments: [(true, 3600), (false, 5)])
    func noRetryAfterKeepsAGroupWaitingThatHasNobodyActive(isActive: Bool, seconds: Int) throws {
        var script = GroupScript()
        script.place("a", isActive ? .active : .passive, epoch: 1)
        script.place("b", .passive, epoch: 1)
        script.place("c", nil, epoch: 1)
        let effects = script.start(record: script.record("a"), healthy: ["a", "b"])
        let refusal = OperationFailure("429", retryAfter: .seconds(3600))
        var pauses: [Duration] = []
        for effect in effects {
            let answered: [Effect] =
                switch effect {
                case .writeRole(let id, _): script.machine.roleWritten(id, .failed(refusal), at: script.now)
                case .writeRecord(let id, _, _, _): script.machine.recordWritten(id, .failed(refusal), at: script.now)
                default: []
                }
            for case .startBackoff(_, _, let pause) in answered { pauses.append(pause) }
        }
        #expect(pauses == [.seconds(seconds)])
    }
}
