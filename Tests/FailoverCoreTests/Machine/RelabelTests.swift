import Testing

@testable import FailoverCore

/// A group's label is being changed: each member is written anew in the role that it has.
@Suite struct RelabelTests {
    private static func script() -> GroupScript {
        var script = GroupScript()
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 4) { $0.isRelabelDue = true }
        }
        return script
    }

    @Test func writesEveryMemberAnewAtTheSameEpochAndMovesNothing() {
        var script = Self.script()
        let effects = script.start(record: script.record("a", epoch: 4, origin: .intended), healthy: ["a", "b", "c"])
        #expect(effects.moves.isEmpty)
        #expect(script.settle(effects).sorted() == ["a=active@4", "b=passive@4", "c=passive@4"])
        #expect(script.machine.record?.record.epoch == Epoch(4))
    }

    @Test func writesNothingWhilePaused() {
        var script = Self.script()
        _ = script.machine.policyChanged(GroupPolicy(isPaused: true), at: script.now)
        let effects = script.start(record: script.record("a", epoch: 4, origin: .intended))
        #expect(effects.operations.isEmpty)
    }

    @Test func doesNotWriteASecondActiveMemberAnewAsActive() {
        var script = Self.script()
        script.place("b", .active, epoch: 4) { $0.isRelabelDue = true }
        let writes = script.settle(
            script.start(record: script.record("a", epoch: 4, origin: .intended), healthy: ["a", "b", "c"])
        )
        #expect(!writes.contains { $0.hasPrefix("b=active") })
        #expect(writes.contains { $0.hasPrefix("b=passive") })
    }

    @Test func doesNotWriteOverARoleThatSomebodyElseGaveMeanwhile() throws {
        var script = Self.script()
        let effects = script.start(record: script.record("a", epoch: 4, origin: .intended), healthy: ["a", "b", "c"])
        let active = effects.compactMap { effect -> OperationID? in
            if case .writeRole(let id, let write) = effect, write.role == .active { id } else { nil }
        }
        let write = try #require(active.first)
        let reading = script.machine.roleWritten(write, .conflict, at: script.now)
        guard case .readMember(let id, "a") = reading.first else {
            Issue.record("not read again: \(reading)")
            return
        }
        script.place("a", .passive, epoch: 4)
        let next = script.machine.memberRead(id, .found(script.member("a")), at: script.now)
        let writes = next.compactMap { if case .writeRole(_, let write) = $0 { write.role } else { nil } }
        #expect(!writes.contains(.active))
    }

    @Test func aSwitchFencesWithTheNewLabelsToo() {
        var script = Self.script()
        var effects = script.start(record: script.record("a", epoch: 4, origin: .intended), healthy: ["a", "b", "c"])
        effects += script.health("a", .unhealthy)
        let writes = script.settle(effects)
        #expect(writes.suffix(1) == ["b=active@5"])
        #expect(writes.contains("a=passive@5") && writes.contains("c=passive@5"))
    }
}
