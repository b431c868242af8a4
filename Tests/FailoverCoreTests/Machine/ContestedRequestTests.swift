import Testing

@testable import FailoverCore

/// Requests beside switches, denials and other supervisors: carried out once at most, and answered truly.
@Suite struct ContestedRequestTests {
    @Test func anAdoptionDoesNotEndThePatienceForARequest() throws {
        var announcer = GroupScript.three()
        announcer.holds = GroupScript.isWrite(of: "c")
        _ = announcer.settle(announcer.annotate { $0.request = GroupScript.toB })
        #expect(announcer.held.map(\.words) == ["c=passive@2"])
        var other = GroupScript.three(healthy: ["a", "c"], identity: "other")
        _ = other.settle(other.health("b", .unhealthy))
        let record = try #require(announcer.machine.record?.record)
        let seen = other.stored(record, version: "900")
        var story = other.play(other.machine.recordObserved(seen, at: other.now))
        other.at(5000)
        story += other.play(other.fireTimers())
        #expect(other.answers.isEmpty, "answered after 5 s, not 30 s: \(other.answers) \(story)")
        // The informer of the announcer has not shown that yet.
        announcer.at(5001)
        _ = announcer.settle(announcer.release())
        #expect(announcer.machine.actives.map(\.name) == ["b"])
        #expect(other.answers.isEmpty, "refused and carried out")
    }

    @Test func aRequestBesideASwitchIsNotRefusedBeforeAnybodyIsSealed() throws {
        var announcer = GroupScript.three()
        announcer.holds = GroupScript.isWrite(of: "c")
        _ = announcer.settle(announcer.annotate { $0.request = GroupScript.toB })
        var other = GroupScript.three(healthy: ["a", "c"], identity: "other")
        _ = other.settle(other.health("b", .unhealthy))
        let record = try #require(announcer.machine.record?.record)
        let seen = other.stored(record, version: "900")
        _ = other.play(other.machine.recordObserved(seen, at: other.now))
        other.holds = GroupScript.isWrite(of: "b")
        var story = other.play(other.health("a", .unhealthy))
        #expect(other.held.map(\.words) == ["b=passive@3"], "\(story)")
        let effects = other.release { $0.end($1, role: .failed(OperationFailure("503"))) }
        other.holds = { $0.roleWrite != nil }
        story += other.play(effects)
        #expect(other.answers.isEmpty, "\(other.answers) \(story)")
        _ = announcer.settle(announcer.release())
        #expect(other.answers.isEmpty, "refused and carried out")
    }

    /// A failover by somebody else took the place of the switchover, to the same pod: the role does not move once more.
    @Test(arguments: [["b"], ["b", "c"]]) func aSwitchoverThatAnotherMoveHasMadeIsDone(healthy: [String]) {
        var script = GroupScript()
        for name in ["a", "b", "c"] { script.place(name, name == "b" ? .active : .passive, epoch: 3) }
        var record = script.record("b", epoch: 3, origin: .intended, writer: "other")
        var begun = MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .switchover)
        begun.request = "o"
        record.history = [begun, MoveEntry(epoch: Epoch(3), from: ["a"], target: "b", cause: .activeUnhealthy)]
        record.request = OperatorRequest(id: "o", action: .switchover(to: nil, isForced: false))
        #expect(script.settle(script.start(record: record, healthy: healthy)).isEmpty)
        #expect(script.answers.map(\.outcome) == [.done] && script.machine.actives.map(\.name) == ["b"])
    }

    @Test(arguments: [GroupPolicy.SwitchOrder.demoteFirst, .promoteFirst])
    func aFenceThatIsDoneIsAnsweredAsDone(order: GroupPolicy.SwitchOrder) {
        var script = GroupScript.three(GroupPolicy(order: order))
        script.denied = ["b"]
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "f", action: .fence("a")) })
        script.at(5000)
        _ = script.settle(script.fireTimers())
        #expect(script.machine.actives.map(\.name) == ["c"])
        #expect(script.machine.record?.record.fenced == ["a"])
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers)")
    }

    /// A switchover whose trial passes and whose write is denied, until the role goes to `c`.
    private func replaced(
        to name: String?,
        isLeftFailing: Bool = true,
        _ holds: @escaping (Effect) -> Bool
    ) -> GroupScript {
        var script = GroupScript.three()
        script.holds = { if case .tryRole = $0 { true } else { false } }
        _ = script.settle(
            script.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: name, isForced: false)) }
        )
        script.denied = ["b"]
        let tried = script.release { script, effect in
            guard case .tryRole(let id, _) = effect else { return [] }
            return script.machine.roleTried(id, .notRefused, at: script.now)
        }
        _ = script.settle(tried)
        if isLeftFailing { _ = script.settle(script.health("a", .unhealthy)) }
        script.holds = holds
        script.at(5000)
        _ = script.settle(script.fireTimers())
        return script
    }

    @Test func aSwitchoverToAnybodyThatIsDoneIsAnsweredAsDone() {
        let script = replaced(to: nil) { _ in false }
        #expect(script.machine.actives.map(\.name) == ["c"])
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers)")
    }

    @Test(arguments: [nil, "b"] as [String?]) func aRequestWhoseReplacementWasMadeMovesNothingAfterACrash(
        name: String?
    ) throws {
        // What tells the end is not written any more.
        let before = replaced(to: name) { effect in
            effect.recordWrite.map { $0.record.request == nil } ?? false
        }
        #expect(before.machine.actives.map(\.name) == ["c"])
        var script = GroupScript(identity: "successor")
        script.members = before.members
        for _ in 0..<500 { _ = script.listing() }
        let record = try #require(before.machine.record?.record)
        #expect(record.request?.id == "o")
        var story = script.play(script.start(record: record, healthy: ["b", "c"]))
        story += script.pass(6...60)
        #expect(!story.contains { $0.hasPrefix("moving") }, "\(story)")
    }

    @Test func aReplacementWhoseTargetVanishesDoesNotGoBackToTheDenied() {
        var script = replaced(to: "b", isLeftFailing: false, GroupScript.isWrite(of: "a", .active))
        #expect(script.held.map(\.words) == ["a=active@3"] && script.machine.actives.isEmpty)
        script.remove("a")
        script.holds = { _ in false }
        let effects = script.observe()
        #expect(effects.targets == ["c"], "\(effects.map(\.words))")
        var story = script.play(effects)
        var servedAt: Int?
        for tenth in 50...300 where servedAt == nil {
            script.at(tenth * 100)
            story += script.play(script.fireTimers())
            if !script.machine.actives.isEmpty { servedAt = tenth * 100 }
        }
        #expect(servedAt == 5000, "served at \(String(describing: servedAt)): \(story)")
    }

    @Test func aFencedMemberThatTerminatesIsLeftAtOnce() {
        var script = GroupScript.three()
        _ = script.settle(
            script.annotate { record in
                GroupScript.foreign(
                    &record,
                    to: "c",
                    cause: .fenced,
                    request: OperatorRequest(id: "f", action: .fence("a"))
                )
                record.fenced = ["a"]
            }
        )
        script.place("a", .active, epoch: 1) { $0.lifecycle = .terminating }
        let effects = script.observe()
        #expect(effects.moves.count == 1, "\(effects.map(\.words))")
    }

    @Test(arguments: [false, true]) func aFenceKeepsTheOtherActiveMemberThoughItHasNoVerdict(isUnhealthy: Bool) {
        var script = GroupScript.three(healthy: ["a"])
        _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: nil) })
        script.place("b", .active, epoch: 1)
        _ = script.settle(script.observe())
        if isUnhealthy { _ = script.settle(script.health("b", .unhealthy)) }
        var writes = script.settle(script.annotate { $0.request = OperatorRequest(id: "f", action: .fence("a")) })
        writes += script.pass(1...60)
        #expect(script.machine.actives.map(\.name) == ["b"], "\(writes)")
    }

    @Test func aRequestAtTheLastEpochDoesNotEndAnUnfinishedSwitch() {
        var script = GroupScript.three(epoch: Epoch.last.number - 1)
        script.denied = ["b"]
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(
            script.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: "c", isForced: false)) }
        )
        script.denied = []
        for second in 1...60 {
            script.at(second * 1000)
            _ = script.settle(script.fireTimers())
            _ = script.settle(script.machine.connectionRestored(at: script.now))
        }
        #expect(script.machine.actives.count == 1)
    }

    @Test func aFenceThatAnotherAnsweredIsNotLostWithAMoveThatIsTakenBack() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        // Another supervisor, or a person, fences `c` meanwhile.
        _ = script.settle(
            script.annotate { record in
                record.fenced = ["c"]
                record.answer(.init(id: "f", outcome: .done, explanation: "c will not be promoted"))
            }
        )
        var story = script.play(script.release { $0.end($1, role: .failed(OperationFailure("no answer"))) })
        story += script.play(script.health("a", .healthy))
        #expect(script.machine.record?.record.fenced == ["c"], "\(story) \(script.answers.map(\.id))")
    }

    @Test func aPodThatAnotherFencedMeanwhileIsNotPromoted() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "a")
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(
            script.annotate { record in
                record.fenced = ["b"]
                record.answer(.init(id: "f", outcome: .done, explanation: "b will not be promoted"))
            }
        )
        let story = script.play(script.release())
        #expect(!story.contains("b=active@2"), "\(story)")
    }
}
