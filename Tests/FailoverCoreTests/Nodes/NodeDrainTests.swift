import Testing

@testable import FailoverCore

/// Nodes that are being drained: the role leaves them in time, and goes to none of them.
@Suite struct NodeDrainTests {
    /// `a` is active on `na`, `b` and `c` are healthy on `nb` and `nc`; `zones`: of the nodes.
    private static func script(
        _ policy: GroupPolicy = GroupPolicy(onNodeDrain: .cordon),
        zones: [String: String] = [:],
        _ change: (inout Member) -> Void = { _ in }
    ) -> GroupScript {
        var script = GroupScript(policy)
        for name in ["a", "b", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) {
                $0.node = "n\(name)"
                $0.zone = zones[name]
                change(&$0)
            }
        }
        var record = script.record("a")
        record.announced = Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: ["a", "b", "c"]))
        return script
    }

    private static func cordoned(_ nodes: String...) -> NodeConditions { NodeConditions(unschedulable: Set(nodes)) }

    // MARK: Off the node

    @Test(arguments: [
        (NodeDrain.cordon, NodeConditions(unschedulable: ["na"]), true),
        (.cordon, NodeConditions(tainted: ["na"]), true), (.taint, NodeConditions(tainted: ["na"]), true),
        (.taint, NodeConditions(unschedulable: ["na"]), false), (.cordon, NodeConditions(notReady: ["na"]), false),
        (.ignore, NodeConditions(unschedulable: ["na"], tainted: ["na"]), false),
        (.cordon, NodeConditions(unschedulable: ["nb", "unknown"]), false),
    ])
    func leavesWhatThePolicyCallsADrain(policy: NodeDrain, nodes: NodeConditions, moves: Bool) {
        var script = Self.script(GroupPolicy(onNodeDrain: policy))
        let effects = script.observe(nodes)
        #expect(effects.moves == (moves ? [.nodeDraining] : []))
        #expect(effects.targets == (moves ? ["b"] : []))
    }

    /// The whole protocol: announced, sealed, tried, demoted and promoted in this order.
    @Test func movesByTheProtocolAndTriesFirst() {
        var script = Self.script()
        let story = script.play(script.observe(Self.cordoned("na")))
        let steps = [
            "record b@2 Intended", "list", "c=passive@2", "try b=active@2", "a=passive@2", "b=active@2",
            "record b@2 Intended",
        ]
        #expect(story.filter(steps.contains) == steps, "\(story)")
        #expect(script.machine.actives.map(\.name) == ["b"])
    }

    @Test func prefersAnotherZoneAndTakesNoNodeThatGoesOrIsNotReady() {
        var script = Self.script(zones: ["a": "z1", "b": "z1", "c": "z2"])
        #expect(script.observe(Self.cordoned("na")).targets == ["c"])
        script = Self.script(zones: ["a": "z1", "b": "z1", "c": "z2"])
        #expect(script.observe(Self.cordoned("na", "nc")).targets == ["b"])
        script = Self.script()
        #expect(script.observe(NodeConditions(unschedulable: ["na"], notReady: ["nb"])).targets == ["c"])
    }

    @Test func staysWhileNobodyHealthyAndReadyIsElsewhere() {
        var script = Self.script()
        #expect(script.observe(Self.cordoned("na", "nb", "nc")).moves.isEmpty)
        #expect(script.observe(Self.cordoned("na", "nb")).targets == ["c"], "one node is given back")
        script = Self.script { if $0.name != "a" { $0.isReady = false } }
        #expect(script.observe(Self.cordoned("na")).moves.isEmpty)
        script = Self.script()
        for name in ["b", "c"] { _ = script.health(name, .unhealthy) }
        #expect(script.observe(Self.cordoned("na")).moves.isEmpty)
        #expect(script.health("c", .healthy).targets == ["c"])
    }

    @Test func saysThatNobodyIsElsewhereOnceThatIsKnown() {
        var script = Self.script()
        #expect(script.observe(Self.cordoned("na", "nb")).findings.isEmpty, "it moves")
        script = Self.script()
        #expect(script.observe(Self.cordoned("na", "nb", "nc")).findings == [.drainWaiting("a")])
        #expect(script.observe(Self.cordoned("na", "nb", "nc")).findings.isEmpty, "once")
        script = Self.script()
        for name in ["b", "c"] { _ = script.health(name, .unknown) }
        #expect(script.observe(Self.cordoned("na")).findings.isEmpty, "they may be healthy")
        _ = script.health("b", .unhealthy)
        #expect(script.health("c", .unhealthy).findings == [.drainWaiting("a")])
        #expect(script.health("b", .healthy).targets == ["b"])
    }

    @Test func isNotHeldByTheCooldownAndDoesNotComeBack() {
        let preemption = Preemption(delay: .zero, cooldown: .seconds(600))
        var script = Self.script(GroupPolicy(preemption: preemption, onNodeDrain: .cordon))
        _ = script.play(script.observe(Self.cordoned("na")))
        #expect(script.machine.actives.map(\.name) == ["b"])
        script.at(1000)
        #expect(script.observe(NodeConditions()).moves.isEmpty, "an uncordon moves nothing")
        #expect(script.observe(Self.cordoned("nb")).targets == ["a"])
    }

    @Test func anUncordonBeforeTheDemotionTakesTheMoveBack() {
        var script = Self.script()
        script.holds = { if case .listMembers = $0 { true } else { false } }
        #expect(script.play(script.observe(Self.cordoned("na"))).contains("record b@2 Intended"))
        _ = script.observe(NodeConditions())
        let story = script.play(script.release())
        #expect(story.contains { $0.hasPrefix("record a@") } && !story.contains("a=passive@2"), "\(story)")
        #expect(script.machine.actives.map(\.name) == ["a"])
        #expect(!script.machine.isSwitching)
    }

    @Test func doesNotWaitForTheActivation() {
        let policy = GroupPolicy(activation: .seconds(600), onNodeDrain: .cordon)
        var script = Self.script(policy)
        _ = script.play(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["b"])
        #expect(script.observe(Self.cordoned("nb")).targets == ["c"])
    }

    // MARK: What holds it up

    @Test func aPauseHoldsItUp() {
        var script = Self.script(GroupPolicy(onNodeDrain: .cordon, isPaused: true))
        let effects = script.observe(Self.cordoned("na"))
        #expect(effects.moves.isEmpty && effects.map(\.words).contains("withheld b: NodeDraining"))
        let policy = GroupPolicy(onNodeDrain: .cordon)
        #expect(script.machine.policyChanged(policy, at: script.now).targets == ["b"])
    }

    @Test func selfDoubtHoldsItUpUntilItIsOver() {
        var script = Self.script()
        let doubt = Suspension(until: script.now + .seconds(20), reason: .stall)
        _ = script.answered(script.machine.automaticMovesSuspended(doubt, at: script.now))
        let effects = script.observe(Self.cordoned("na"))
        #expect(effects.moves.isEmpty && effects.findings == [.suspended(.stall)])
        script.at(20_000)
        #expect(script.fireTimers().moves == [.nodeDraining])
    }

    @Test func flappingHoldsItUpUntilThatIsOver() {
        let flap = FlapLimit(maxMoves: 1, window: .seconds(600), hold: .seconds(60))
        var script = Self.script(GroupPolicy(flap: flap, onNodeDrain: .cordon))
        _ = script.play(script.health("a", .unhealthy))
        let effects = script.observe(Self.cordoned("nb"))
        #expect(effects.moves.isEmpty && effects.findings == [.flapping])
        script.at(60_000)
        #expect(script.fireTimers().targets == ["c"])
    }

    @Test func drainsAreNoFlapping() {
        let flap = FlapLimit(maxMoves: 1, window: .seconds(600), hold: .seconds(60))
        var script = Self.script(GroupPolicy(flap: flap, onNodeDrain: .cordon))
        for (node, target) in [("na", "b"), ("nb", "a"), ("na", "b")] {
            _ = script.play(script.observe(Self.cordoned(node)))
            #expect(script.machine.actives.map(\.name) == [target])
        }
    }

    /// The pod may not be written: no outage, and no loop of tries.
    @Test func aTargetThatIsDeniedIsTriedSeldom() {
        var script = Self.script { if $0.name == "c" { $0.priority = 0 } }
        script.denied = ["b"]
        let story = script.play(script.observe(Self.cordoned("na")))
        #expect(script.machine.actives.map(\.name) == ["a"], "\(story)")
        #expect(script.observe(Self.cordoned("na", "elsewhere")).moves.isEmpty)
        script.denied = []
        let later = script.pass(1...120)
        #expect(later.contains("moving to b: NodeDraining"), "\(later)")
    }

    @Test func aFailureMovesWhateverHoldsUpTheDrain() {
        var script = Self.script()
        for name in ["b", "c"] { _ = script.health(name, .unhealthy) }
        _ = script.observe(Self.cordoned("na", "nb", "nc"))
        _ = script.health("a", .unhealthy)
        #expect(script.machine.actives.map(\.name) == ["a"])
        #expect(script.health("c", .healthy).moves == [.activeUnhealthy], "a node that goes is better than nobody")
    }

    // MARK: Other moves

    private typealias Asked = (to: String?, isForced: Bool, outcome: RequestAnswer.Outcome)

    @Test func nobodyReturnsToANodeThatGoes() {
        let policy = GroupPolicy(preemption: Preemption(delay: .zero, cooldown: .zero), onNodeDrain: .taint)
        var script = Self.script(policy)
        _ = script.observe(NodeConditions(tainted: ["nb"]))
        script.place("b", .passive, epoch: 1) {
            $0.node = "nb"
            $0.priority = 200
        }
        #expect(script.observe().moves.isEmpty)
        #expect(script.observe(NodeConditions()).moves == [.preempted])
    }

    @Test func aFailoverPrefersNodesThatStay() {
        var script = Self.script()
        _ = script.observe(Self.cordoned("nb"))
        #expect(script.health("a", .unhealthy).targets == ["c"])
    }

    @Test(arguments: [("b", false, .refused), (nil, false, .refused), ("b", true, .refused)] as [Asked])
    func aSwitchoverGoesThereByForceOnly(to name: String?, isForced: Bool, outcome: RequestAnswer.Outcome) {
        var script = Self.script()
        _ = script.observe(Self.cordoned("nb", "nc"))
        let request = GroupScript.request(.switchover(to: name, isForced: isForced))
        _ = script.settle(script.annotate { $0.request = request })
        #expect(script.answers.map(\.outcome) == [outcome])
        let words = script.answers.first?.explanation ?? ""
        if outcome == .refused { #expect(words.contains("its node is being drained"), "\(words)") }
    }

    @Test func theTraceSaysWhyANodeIsNone() {
        var script = Self.script()
        let effects = script.observe(NodeConditions(unschedulable: ["na"], notReady: ["nb"]))
        let traces = effects.compactMap {
            if case .report(.moveStarted(_, _, _, let trace)) = $0 { "\(trace)" } else { nil }
        }
        #expect(
            traces == [
                "a: active, healthy, its node is being drained; b: passive, healthy, its node is not Ready; "
                    + "c: passive, healthy"
            ]
        )
    }

    @Test(arguments: [false, true]) func aDrainThatWaitsHoldsNoPreemption(isDrained: Bool) {
        let policy = GroupPolicy(
            preemption: Preemption(delay: .seconds(1), cooldown: .seconds(1)),
            onNodeDrain: .cordon
        )
        var script = GroupScript(policy)
        script.at(1_000_000)
        for name in ["a", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) {
                $0.node = "n\(name)"
                $0.isReady = false
                $0.priority = name == "c" ? 200 : 100
            }
        }
        var story = script.play(script.start(record: script.record("a"), healthy: ["a", "c"]))
        if isDrained { story += script.play(script.observe(NodeConditions(unschedulable: ["na"]))) }
        for second in 1001...1100 {
            script.at(second * 1000)
            story += script.play(script.fireTimers())
        }
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
    }

    @Test func oneFailedProbeElsewhereIsNoDrainThatWaits() {
        let policy = GroupPolicy(onNodeDrain: .cordon)
        var script = GroupScript(policy)
        for name in ["a", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) { $0.node = "n\(name)" }
        }
        _ = script.play(script.start(record: script.record("a"), healthy: ["a", "c"]))
        _ = script.health("c", .healthy, isContradicted: true)
        let found = script.observe(NodeConditions(unschedulable: ["na"])).findings
        #expect(found.isEmpty, "\(found)")
    }

    @Test func aDrainThatWaitsIsToldAlsoIfSomebodyNeverHasAVerdict() {
        var script = GroupScript(GroupPolicy(verdictWindow: .seconds(5), onNodeDrain: .cordon))
        for name in ["a", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) { $0.node = "n\(name)" }
        }
        _ = script.play(script.start(record: script.record("a"), healthy: ["a"]))
        var findings = script.observe(NodeConditions(unschedulable: ["na"])).findings
        for second in 1...3600 {
            script.at(second * 1000)
            findings += (script.fireTimers() + script.health("a", .healthy)).findings
        }
        #expect(findings == [.drainWaiting("a")])
    }
}
