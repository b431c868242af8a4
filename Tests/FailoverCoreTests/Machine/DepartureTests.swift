import Testing

@testable import FailoverCore

/// Pods that leave the group while they carry its role.
@Suite struct DepartureTests {
    @Test func anActiveMemberThatLeavesIsMadePassive() {
        var script = GroupScript.three()
        let left = script.member("a")
        script.remove("a")
        script.holds = { if case .writeRole(_, let write) = $0 { write.member.id == left.id } else { false } }
        let writes = script.settle(script.observe())
        #expect(writes == ["c=passive@2", "b=active@2", "a=passive@2"])
        let story = script.play(
            script.release { script, effect in
                guard case .writeRole(let id, let write) = effect else { return [] }
                var stored = left
                stored.role = write.role
                stored.epoch = write.epoch
                stored.version = ObjectVersion("900")
                return script.machine.roleWritten(id, .written(stored), at: script.now)
            }
        )
        #expect(story == ["departed a"])
    }

    /// The API server stored the promotion, and neither its answer nor the informer came before the pod left.
    @Test func oneThatLeavesWhileItIsPromotedIsMadePassive() {
        var script = GroupScript.three()
        script.holds = { if case .writeRole(_, let write) = $0 { write.member.name == "b" } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        let left = script.member("b")
        script.remove("b")
        _ = script.settle(script.health("a", .healthy))
        let writes = script.settle(script.observe())
        #expect(writes == ["a=active@3", "b=passive@3"])
        #expect(script.machine.record?.record.history.last?.from == ["b"])
        let effects = script.held.last.map { effect -> [Effect] in
            guard let (id, _) = effect.roleWrite else { return [] }
            return script.machine.roleWritten(id, .conflict, at: script.now)
        }
        #expect(effects?.map(\.words) == ["read b"])
        var active = left
        active.role = .active
        active.epoch = Epoch(2)
        active.version = ObjectVersion("\(Int(left.version.rawValue).map { $0 + 1 } ?? 0)")
        let read = effects?.first?.readMemberID
        let again = read.map { script.machine.memberRead($0, .found(active), at: script.now) }
        #expect(again?.map(\.words) == ["b=passive@3"])
    }

    @Test func oneThatWasDeletedIsForgotten() {
        var script = GroupScript.three()
        script.remove("a")
        script.holds = { if case .writeRole(_, let write) = $0 { write.member.name == "a" } else { false } }
        _ = script.settle(script.observe())
        let effects = script.release { $0.end($1, role: .gone) }
        #expect(script.play(effects).isEmpty && script.machine.view.departed.isEmpty)
    }

    @Test func oneThatComesBackIsAMemberAgain() {
        var script = GroupScript.three()
        script.holds = { if case .writeRole = $0 { true } else { false } }
        let active = script.member("a")
        script.remove("a")
        _ = script.settle(script.observe())
        script.members.append(active)
        _ = script.observe()
        #expect(script.machine.view.departed.isEmpty)
    }

    /// After a start they are those that the record names: its holder, and those whom its last move left.
    @Test(arguments: [Role.active, .passive]) func thoseThatTheRecordNamesAreLookedAtAfterAStart(role: Role) {
        var script = GroupScript()
        script.place("b", .passive, epoch: 2)
        script.place("a", role, epoch: 2)
        let absent = script.member("a")
        script.remove("a")
        var record = script.record("a", epoch: 2)
        record.history = [MoveEntry(epoch: Epoch(2), from: ["old"], target: "a", cause: .activeUnhealthy)]
        script.holds = { if case .readMember = $0 { true } else { false } }
        _ = script.settle(script.start(record: record, healthy: ["b"]))
        #expect(script.machine.actives.map(\.name) == ["b"])
        #expect(script.held.map(\.words) == ["read a", "read old"])
        let effects = script.release { script, effect in
            guard case .readMember(let id, let name) = effect else { return [] }
            return script.machine.memberRead(id, name == "a" ? .found(absent) : .gone, at: script.now)
        }
        #expect(effects.map(\.words) == (role == .active ? ["a=passive@2"] : []))
    }

    @Test func aMemberThatTheSelectorDoesNotMatchStaysButIsNoCandidate() {
        var script = GroupScript.three()
        script.place("b", .passive, epoch: 1) { $0.isSelected = false }
        _ = script.settle(script.observe())
        #expect(script.settle(script.health("a", .unhealthy)) == ["b=passive@2", "a=passive@2", "c=active@2"])
    }

    /// The role leaves an active member that is selected no more only for a reason of its own.
    @Test func anActiveMemberThatTheSelectorDoesNotMatchStays() {
        var script = GroupScript.three()
        script.place("a", .active, epoch: 1) { $0.isSelected = false }
        #expect(script.settle(script.observe()).isEmpty)
        #expect(script.machine.actives.map(\.name) == ["a"])
    }
}
