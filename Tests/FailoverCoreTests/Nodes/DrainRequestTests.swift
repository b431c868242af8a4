import Testing

@testable import FailoverCore

/// Drains beside what operators ask for, and beside other voluntary moves.
struct DrainRequestTests {
    @Test(arguments: [nil, PromotionGate(.deletePod)])
    func noForceLeadsToANodeThatTheRoleWouldLeaveAtOnce(gate: PromotionGate?) {
        var script = GroupScript(GroupPolicy(promotionGate: gate, onNodeDrain: .cordon))
        for name in ["a", "b", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) { $0.node = "n\(name)" }
        }
        var record = script.record("a")
        record.announced = Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: ["a", "b", "c"]))
        var story = script.play(
            script.answered(script.machine.nodesObserved(NodeConditions(unschedulable: ["nb"]), at: script.now))
        )
        let request = GroupScript.request(.switchover(to: "b", isForced: true))
        story += script.play(script.annotate { $0.request = request })
        for second in 1...5 {
            script.at(second * 1000)
            story += script.play(script.fireTimers()) + script.play(script.observe())
        }
        #expect(script.answers.map(\.outcome) == [.refused])
        #expect(script.answers.first?.explanation.contains("uncordon the node first") == true)
        #expect(script.machine.actives.map(\.name) == ["a"], "\(story)")
    }

    @Test func deniedPreemptionsHoldUpNoDrain() {
        var policy = GroupPolicy(onNodeDrain: .cordon)
        policy.preemption = Preemption(delay: .zero, cooldown: .seconds(10))
        var script = GroupScript(policy)
        for name in ["a", "b", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) {
                $0.node = "n\(name)"
                $0.priority = name == "b" ? 200 : 100
            }
        }
        var record = script.record("a")
        record.announced = Announcements(since: Epoch(0))
        // A webhook denies that b becomes active, and nothing else.
        func isTrialOfB(_ effect: Effect) -> Bool {
            if case .tryRole(_, let write) = effect { write.member.name == "b" } else { false }
        }
        func passed(_ story: inout [String], _ effects: [Effect]) {
            script.holds = isTrialOfB
            story += script.play(effects)
            while !script.held.isEmpty {
                let more = script.release { script, effect in
                    guard case .tryRole(let id, _) = effect else { return [] }
                    let denial = OperationFailure("denied", isLasting: true)
                    return script.machine.roleTried(id, .refused(denial), at: script.now)
                }
                script.holds = isTrialOfB
                story += script.play(more)
            }
        }
        var story: [String] = []
        passed(&story, script.start(record: record, healthy: ["a", "b", "c"]))
        for second in 1...1300 {
            script.at(second * 1000)
            passed(&story, script.fireTimers())
        }
        story = []
        passed(
            &story,
            script.answered(
                script.machine.nodesObserved(NodeConditions(unschedulable: ["na"]), at: script.now)
            )
        )
        var left: Int?
        for second in 1301...4000 where left == nil {
            if script.machine.actives.map(\.name) != ["a"] { left = second - 1301 }
            script.at(second * 1000)
            passed(&story, script.fireTimers())
        }
        #expect((left ?? 9999) <= 1, "left the node after \(left ?? -1) s: \(story)")
    }
}
