import Testing

@testable import FailoverCore

/// Which moves are followed: none that was made to follow, whatever became of it.
@Suite struct FollowOnceTests {
    /// A follow whose target is deleted on its way is still one that was made to follow.
    @Test func aFollowWhoseTargetGoesMakesNobodyFollow() {
        var script = GroupScript.ofThree()
        let place = Companions.Place(group: "db", relation: .together, node: "nc")
        let wish = Companions([place], wish: .init(number: 1, group: "db", node: "nc", zone: nil))
        script.holds = { if case .writeRole(_, let write) = $0 { write.role == .active } else { false } }
        var story = script.play(script.observe(wish))
        script.holds = { _ in false }
        script.remove("c")
        var followed: [Bool] = []
        var moves: [SwitchCause] = []
        func hear(_ effect: Effect, _ machine: GroupStateMachine) {
            story.append(effect.words)
            if case .report(.moved(let move)) = effect {
                moves.append(move.cause)
                followed.append(machine.isFollowed(move))
            }
        }
        var queue = script.observe()
        queue += script.release { script, effect in
            guard case .writeRole(let id, _) = effect else { return [] }
            return script.machine.roleWritten(id, .gone, at: script.now)
        }
        while !queue.isEmpty {
            let effect = queue.removeFirst()
            hear(effect, script.machine)
            queue += script.follow(effect)
        }
        #expect(followed == [false], "\(moves) \(story)")
    }

    /// A follow that another supervisor finished stays a follow.
    @Test func whoFollowedDoesNotReturnAfterATakeoverEither() {
        let preemption = Preemption(delay: .zero, cooldown: .seconds(30))
        var script = GroupScript(GroupPolicy(preemption: preemption))
        script.place("a", .passive, epoch: 3) { $0.priority = 200 }
        script.place("c", .active, epoch: 3)
        var record = script.record("c", epoch: 3, origin: .intended, writer: "before")
        record.history = [
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "c", cause: .following),
            MoveEntry(epoch: Epoch(3), from: [], target: "c", cause: .unfinishedSwitch),
        ]
        var story = script.play(script.start(record: record, healthy: ["a", "c"]))
        for second in 1...10 {
            script.at(second * 60_000)
            story += script.play(script.fireTimers())
        }
        #expect(!story.contains("moving to a: Preempted"), "\(story)")
    }

    /// `n1` is full, but another node of its zone has a fit candidate.
    @Test func whoCannotGoToTheNodeGoesToTheZone() {
        var script = GroupScript.ofThree(policy: GroupPolicy(onNodeDrain: .cordon))
        let zones = ["na": "z1", "nb": "z2", "nc": "z2"]
        _ = script.observe(NodeConditions(unschedulable: ["nc"], zones: zones))
        let place = Companions.Place(group: "db", relation: .together, node: "nc", zone: "z2")
        let wish = Companions([place], wish: .init(number: 1, group: "db", node: "nc", zone: "z2"))
        #expect(script.observe(wish).targets == ["b"])
    }

    @Test(arguments: [
        (SwitchCause.activeUnhealthy, true), (.activeGone, true), (.activeTerminating, true), (.preempted, true),
        (.nodeDraining, true), (.switchover, true), (.labelledByHand, true), (.fenced, true), (.noActive, false),
        (.following, false), (.labelLost, false), (.multipleActive, false),
    ])
    func othersFollow(cause: SwitchCause, isFollowed: Bool) {
        let script = GroupScript.ofThree()
        var move = CompletedMove(
            from: [script.member("a")],
            target: script.member("b"),
            cause: cause,
            epoch: Epoch(2),
            duration: .zero
        )
        #expect(script.machine.isFollowed(move) == isFollowed)
        move.target = nil
        #expect(!script.machine.isFollowed(move))
    }

    /// What came of a move counts as the move: it went to another pod, or another supervisor finished it.
    @Test(arguments: [(SwitchCause.following, false), (.activeUnhealthy, true)])
    func theFirstCauseCounts(first: SwitchCause, isFollowed: Bool) {
        var script = GroupScript.ofThree()
        _ = script.annotate { record in
            record.history = [
                MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: first),
                MoveEntry(epoch: Epoch(3), from: ["a"], target: "c", cause: .targetRefused),
                MoveEntry(epoch: Epoch(4), from: [], target: "c", cause: .unfinishedSwitch),
            ]
        }
        let move = CompletedMove(
            from: [],
            target: script.member("c"),
            cause: .unfinishedSwitch,
            epoch: Epoch(4),
            duration: .zero
        )
        #expect(script.machine.isFollowed(move) == isFollowed)
    }
}
