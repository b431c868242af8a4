import Testing

@testable import FailoverCore

/// What a supervisor makes of views that lag behind, come back, or show another at work.
@Suite struct StaleViewTests {
    @Test func whoCameBackBeforeItWasMadePassiveKeepsTheRole() {
        var script = GroupScript.three(healthy: ["a"])
        _ = script.settle(script.health("b", .unhealthy))
        _ = script.settle(script.health("c", .unhealthy))
        script.place("b", .passive, epoch: 1) { $0.isExcluded = true }
        script.place("c", .passive, epoch: 1) { $0.isExcluded = true }
        _ = script.settle(script.observe())
        let a = script.member("a")
        script.remove("a")
        script.holds = GroupScript.isWrite(of: "a")
        let writes = script.settle(script.observe())
        #expect(writes == ["a=passive@1"])
        // Its labels were changed twice: the write meets another version.
        script.place("a", .active, epoch: 1) { $0.createdAt = a.createdAt }
        script.holds = { _ in false }
        _ = script.settle(script.observe())
        #expect(script.machine.actives.map(\.name) == ["a"])
        script.holds = GroupScript.isWrite(of: "a")
        let held = script.held
        var after: [String] = []
        for effect in held { after += script.settle(script.end(effect, role: .conflict)) }
        #expect(after.isEmpty, "\(after)")
    }

    @Test func theHolderThatIsShownLateIsNotDemotedAfterAStart() {
        var script = GroupScript()
        script.place("b", .passive, epoch: 2)
        script.holds = { if case .readMember = $0 { true } else { false } }
        _ = script.settle(script.start(record: script.record("a", epoch: 2)))
        script.place("a", .active, epoch: 2)
        _ = script.settle(script.observe())
        #expect(script.machine.actives.map(\.name) == ["a"] && script.held.map(\.words) == ["read a"])
        let writes = script.settle(script.release())
        #expect(writes.isEmpty, "\(writes)")
    }

    @Test func aListThatWasOvertakenDoesNotMakeTwoActive() {
        var script = GroupScript.three()
        // The first move lists; from then on this run does not.
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.health("a", .healthy))
        script.place("c", .passive, epoch: 2) { $0.priority = 200 }
        _ = script.settle(script.observe())
        _ = script.settle(script.health("c", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["b"])
        // A relist of the informer that lags: the API server is asked, and its answer is slow.
        let asked = script.machine.membersObserved(
            script.members,
            version: ObjectVersion("1"),
            isRelist: true,
            at: script.now
        )
        guard case .listMembers(let id) = asked.first else { return }
        let listing = script.listing()
        // Meanwhile the role moves to `a`, and `c` is healthy again.
        script.at(1000)
        _ = script.settle(script.health("b", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a"])
        script.at(2000)
        _ = script.settle(script.health("c", .healthy))
        #expect(script.machine.actives.map(\.name) == ["a"])
        // The list is in, from before.
        script.at(3000)
        let (most, story) = served(&script, script.machine.membersListed(id, listing, at: script.now))
        #expect(most <= 1, "\(story)")
    }

    /// How many were active together at most.
    private func served(_ script: inout GroupScript, _ effects: [Effect]) -> (most: Int, story: [String]) {
        var most = script.members.count { $0.role == .active }
        var queue = effects
        var story: [String] = []
        while !queue.isEmpty, story.count < 300 {
            let effect = queue.removeFirst()
            story.append(effect.words)
            queue += followVersioned(&script, effect)
            most = max(most, script.members.count { $0.role == .active })
        }
        return (most, story)
    }

    /// As an API server: a write that carries another version than the stored one is a conflict.
    private func followVersioned(_ script: inout GroupScript, _ effect: Effect) -> [Effect] {
        if case .writeRole(let id, let write) = effect,
            let stored = script.members.first(where: { $0.id == write.member.id }),
            stored.version != write.member.version
        {
            return script.machine.roleWritten(id, .conflict, at: script.now)
        }
        return script.follow(effect)
    }

    @Test func aPodThatALaggingInformerShowsToLeaveAndComeBack() {
        var script = GroupScript.three()
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.health("a", .healthy))
        _ = script.settle(script.observe())
        // Its labels are changed, and changed back: the informer does not show that yet.
        guard case .listed(_, let first) = script.listing() else { return }
        script.place("a", .passive, epoch: 2)
        let before = script.members
        guard case .listed(_, let second) = script.listing() else { return }
        script.at(1000)
        let move = script.health("b", .unhealthy)
        _ = served(&script, move)
        #expect(script.machine.actives.map(\.name) == ["a"])
        var queue = script.machine.membersObserved(before.filter { $0.name != "a" }, version: first, at: script.now)
        queue += script.machine.membersObserved(before, version: second, at: script.now)
        queue += script.health("a", .unhealthy)
        let (most, story) = served(&script, queue)
        #expect(most <= 1, "\(story)")
    }

    @Test func aConfirmationFromBeforeAPauseProvesNothing() {
        var script = GroupScript.three()
        script.answersProbes = false
        script.at(10_000)
        var story: [Effect] = script.health("a", .unhealthy)
        #expect(story.contains { if case .probe = $0 { true } else { false } })
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "p", action: .pause(nil)) }) { _ in }
        script.at(11_000)
        _ = script.settle(script.health("a", .healthy))
        script.at(3_600_000)
        _ = script.settle(script.health("a", .unhealthy))
        story = []
        script.holds = { if case .probe = $0 { true } else { false } }
        let writes = script.settle(script.annotate { $0.request = OperatorRequest(id: "r", action: .resume) }) {
            story.append($0)
        }
        #expect(writes.isEmpty, "\(story.map(\.words))")
    }

    @Test func theRunForgetsPodsThatAreGone() {
        var script = GroupScript.three()
        _ = script.settle(script.health("a", .unhealthy))
        for number in 0..<200 {
            script.place("new", nil) { $0.id = .init("uid-new-\(number)") }
            script.members.removeAll { $0.name == "new" && $0.id.uid != "uid-new-\(number)" }
            _ = script.settle(script.observe())
        }
        let sealed = Mirror(reflecting: script.machine.run).children.first { $0.label == "sealed" }?.value
        let count = (sealed as? Set<Member.ID>)?.count ?? (sealed as? [Member.ID: ObjectVersion])?.count ?? -1
        #expect(count < 10, "\(count) pods are remembered, of \(script.members.count)")
    }

    @Test func whoIsLabelledActiveAgainBeforeThePromotionIsDemotedAgain() {
        var script = GroupScript.three()
        script.holds = { if case .settleEndpoints = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        script.place("a", .active, epoch: 2)
        _ = script.settle(script.observe())
        let writes = script.settle(script.release())
        #expect(writes.first == "a=passive@2", "\(writes)")
    }

    @Test func aRelistCheckThatFailsBacksOff() {
        var script = GroupScript.three()
        let asked = script.machine.membersObserved(
            script.members,
            version: ObjectVersion("1"),
            isRelist: true,
            at: script.now
        )
        guard case .listMembers(var id) = asked.first else { return }
        var attempts: [Int] = []
        for _ in 0..<5 {
            let effects = script.machine.membersListed(id, .failed(OperationFailure("503")), at: script.now)
            guard case .startBackoff(let timer, let attempt, _) = effects.first else { return }
            attempts.append(attempt)
            guard case .listMembers(let next) = script.machine.timerFired(timer, at: script.now).first else { return }
            id = next
        }
        #expect(attempts == [0, 1, 2, 3, 4])
    }

    @Test func aDepartedPodOfAHigherEpochThanTheRecordIsMadePassiveInTheEnd() {
        var script = GroupScript.three()
        script.holds = { if case .readRecord = $0 { true } else { false } }
        script.place("a", .active, epoch: 5)
        _ = script.settle(script.observe())
        script.remove("a")
        _ = script.settle(script.observe())
        script.holds = { _ in false }
        var writes = script.settle(script.release())
        for second in 1...20 {
            script.at(second * 1000)
            writes += script.settle(script.fireTimers())
            writes += script.settle(script.observe())
        }
        #expect(writes.contains { $0.hasPrefix("a=passive") }, "\(writes) \(script.machine.view.departed.map(\.name))")
    }

    @Test func anotherSupervisorsEpochThatIsSeenDuringTheListEndsTheSwitch() {
        var script = GroupScript.three()
        script.holds = { if case .listMembers = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        let seen = script.annotate { record in
            record.epoch = Epoch(3)
            record.writer = "another"
            record.origin = .adopted
            record.holder = .init(name: "a", id: .init("uid-a"))
        }
        #expect(seen.isEmpty)
        script.holds = { if case .readRecord = $0 { true } else { false } }
        let list = script.held[0]
        let writes = script.settle(script.follow(list))
        #expect(writes.isEmpty, "\(writes)")
    }
}
