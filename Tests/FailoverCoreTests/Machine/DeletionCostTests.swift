import Testing

@testable import FailoverCore

/// The annotation that tells controllers to delete the active pod last, on pods whose role is right.
@Suite struct DeletionCostTests {
    private static func script(_ cost: Member.DeletionCost = .due) -> GroupScript {
        var script = GroupScript()
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 4) { $0.deletionCost = cost }
        }
        return script
    }

    private static func start(_ script: inout GroupScript) -> [Effect] {
        script.start(record: script.record("a", epoch: 4, origin: .intended), healthy: ["a", "b", "c"])
    }

    private static func writes(_ effects: [Effect]) -> [(id: OperationID, write: RoleWrite)] {
        effects.compactMap { if case .writeRole(let id, let write) = $0 { (id, write) } else { nil } }
    }

    @Test func isWrittenOnEveryMemberInItsRoleAndMovesNothing() {
        var script = Self.script()
        let effects = Self.start(&script)
        #expect(effects.moves.isEmpty)
        #expect(Self.writes(effects).allSatisfy { $0.write.urgency == .upkeep })
        #expect(script.settle(effects).sorted() == ["a=active@4", "b=passive@4", "c=passive@4"])
        #expect(script.machine.record?.record.epoch == Epoch(4))
    }

    @Test(arguments: [Member.DeletionCost.told, .unasked])
    func costsNothingWhereItIsThereOrNotAsked(cost: Member.DeletionCost) {
        var script = Self.script(cost)
        #expect(Self.writes(Self.start(&script)).isEmpty)
    }

    @Test func isWrittenOnceAndThenLeftToWhoeverChangesIt() {
        var script = Self.script()
        _ = script.settle(Self.start(&script))
        script.place("b", .passive, epoch: 4) { $0.deletionCost = .due }
        #expect(Self.writes(script.observe()).isEmpty)
        // It was turned off and on again.
        script.place("b", .passive, epoch: 4) { $0.deletionCost = .unasked }
        _ = script.observe()
        script.place("b", .passive, epoch: 4) { $0.deletionCost = .due }
        #expect(Self.writes(script.observe()).map(\.write.member.name) == ["b"])
    }

    @Test func isTriedAgainOnAVersionThatSomebodyElseWrote() throws {
        var script = Self.script()
        let first = try #require(Self.writes(Self.start(&script)).first { $0.write.member.name == "b" })
        let reading = script.machine.roleWritten(first.id, .conflict, at: script.now)
        guard case .readMember(let id, "b") = reading.first else {
            Issue.record("not read again: \(reading)")
            return
        }
        script.place("b", .passive, epoch: 4) { $0.deletionCost = .due }
        let next = Self.writes(script.machine.memberRead(id, .found(script.member("b")), at: script.now))
        #expect(next.map(\.write.member.version) == [script.member("b").version])
    }

    @Test func isGivenUpAfterThreeFailures() {
        var script = Self.script()
        script.denied = ["b"]
        var effects = Self.start(&script)
        var tries = 0
        for _ in 0..<10 {
            tries += script.settle(effects).count { $0.hasPrefix("b=") }
            effects = script.machine.connectionRestored(at: script.now)
        }
        #expect(tries == 3)
    }

    @Test func waitsForThePauseToEnd() {
        var script = Self.script()
        _ = script.machine.policyChanged(GroupPolicy(isPaused: true), at: script.now)
        #expect(Self.start(&script).operations.isEmpty)
    }

    @Test func isNoReasonToWriteTwiceInAMove() {
        var script = Self.script()
        var effects = Self.start(&script)
        effects += script.health("a", .unhealthy)
        let writes = script.settle(effects)
        #expect(writes.suffix(1) == ["b=active@5"])
        #expect(writes.count { $0 == "a=passive@5" } == 1)
    }
}
