import Testing

@testable import FailoverCore

/// Moves beside announcements of other supervisors, denials and labels that change meanwhile.
@Suite struct ContestedMoveTests {
    @Test func aDelayThatEndsBeforeThePatienceForAnotherCounts() {
        var script = GroupScript.three(GroupPolicy(delay: .seconds(1), verdictWindow: .seconds(30)))
        _ = script.settle(script.annotate { GroupScript.foreign(&$0, to: "c") })
        _ = script.settle(script.health("a", .unhealthy))
        var moved: Int?
        for tenth in 1...400 where moved == nil {
            script.at(tenth * 100)
            if script.settle(script.fireTimers()).contains(where: { $0.contains("=active@") }) { moved = tenth * 100 }
        }
        #expect(moved == 1000, "moved at \(String(describing: moved)) ms, delay is 1000 ms")
    }

    @Test func aLimitOfNotReadyThatEndsBeforeThatPatienceCounts() {
        var script = GroupScript.three(GroupPolicy(notReadyLimit: .seconds(2), verdictWindow: .seconds(30)))
        _ = script.settle(script.annotate { GroupScript.foreign(&$0, to: "c") })
        script.place("a", .active, epoch: 1) { $0.isReady = false }
        _ = script.settle(script.observe())
        var moved: Int?
        for tenth in 1...400 where moved == nil {
            script.at(tenth * 100)
            if script.settle(script.fireTimers()).contains(where: { $0.contains("=active@") }) { moved = tenth * 100 }
        }
        #expect(moved == 2000, "moved at \(String(describing: moved)) ms, limit is 2000 ms")
    }

    @Test func aDemotionThatWasPassedOverIsLookedAtAgain() {
        var script = GroupScript.three()
        script.denied = ["a"]
        var story = script.play(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a"])
        // Somebody takes the label away, a pod joins, and somebody puts the label back before the promotion.
        script.place("a", nil, epoch: 1)
        script.place("d", .passive)
        script.holds = GroupScript.isWrite(of: "d")
        story += ["-- nil"] + script.play(script.observe()) + ["-- active"]
        #expect(script.held.map(\.words) == ["d=passive@2"], "\(story)")
        script.place("a", .active, epoch: 1)
        story += script.play(script.observe())
        #expect(script.machine.actives.map(\.name) == ["a"])
        story += script.play(script.release())
        #expect(script.machine.actives.map(\.name) == ["a"], "\(story)")
    }

    @Test func aSealThatWasPassedOverDoesNotPassOverTheDemotion() {
        var script = GroupScript.three()
        script.denied = ["c"]
        script.holds = GroupScript.isWrite(of: "a")
        var story = script.play(script.health("a", .unhealthy))
        #expect(script.held.map(\.words) == ["a=passive@2"], "\(story)")
        script.place("c", .active, epoch: 1)
        story += ["-- active"] + script.play(script.observe())
        story += script.play(script.release())
        #expect(!story.contains("b=active@2"), "\(story)")
    }

    @Test func movesThatAnotherTookBackAreNoFlaps() {
        var script = GroupScript.three(GroupPolicy(flap: FlapLimit(maxMoves: 2)))
        for round in 1...2 {
            script.at(round * 1000)
            _ = script.settle(script.annotate { GroupScript.foreign(&$0, to: "b", epoch: round * 2) })
            _ = script.settle(
                script.annotate { record in
                    record.history.removeAll { $0.epoch == Epoch(round * 2) }
                    record.epoch = Epoch(round * 2 + 1)
                    record.origin = .adopted
                    record.holder = .init(name: "a", id: .init("uid-a"))
                }
            )
        }
        #expect(script.machine.record?.record.history.isEmpty == true)
        script.at(10_000)
        let effects = script.health("a", .unhealthy)
        #expect(effects.findings.isEmpty, "\(effects.map(\.words))")
        #expect(script.settle(effects).contains { $0.contains("=active@") })
    }

    /// It leaves `a`, too, and may be promoting `b` just now: with `c`, which is better, the role would move twice.
    @Test(arguments: [Health.healthy, .unhealthy])
    func whomAnotherHasAnnouncedIsChosenIfItCanBe(health: Health) {
        var script = GroupScript.three()
        script.change("c") { $0.priority = 200 }
        script.change("a") { $0.lifecycle = .terminating }
        script.holds = { if case .writeRecord = $0 { true } else { false } }
        var story = script.play(script.observe() + script.health("b", health))
        #expect(story.contains { $0.hasPrefix("moving to c") }, "\(story)")
        script.rewrite { GroupScript.foreign(&$0, to: "b", cause: .activeTerminating) }
        story = script.play(
            script.release { script, effect in script.end(effect, record: .conflict) }
        )
        #expect(story.contains(health == .healthy ? "b=active@3" : "c=active@3"), "\(story)")
        #expect(story.count { $0.contains("=active@") } == 1, "\(story)")
    }

    /// Another supervisor promoted `b` at 2; this one had not seen that, announced a move to `c` at 3, and its answer was lost.
    @Test func whatIsAnnouncedInVainTakesNoActivationAway() {
        var script = GroupScript(GroupPolicy(activation: .seconds(30), verdictWindow: .seconds(4)))
        script.at(60_000)
        for name in ["a", "b", "c"] { script.place(name, .passive, epoch: name == "b" ? 1 : 2) }
        var record = script.record("c", epoch: 3, origin: .intended)
        record.history = [
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeGone, age: .seconds(5)),
            MoveEntry(epoch: Epoch(3), from: [], target: "c", cause: .unfinishedSwitch, age: .seconds(4)),
        ]
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var story = script.play(script.start(record: record, healthy: ["a", "c"]) + script.health("b", .unhealthy))
        #expect(script.held.count == 1, "\(story)")
        script.place("b", .active, epoch: 2)
        story = script.play(script.release())
        #expect(story.contains("adopted b@5") && !story.contains { $0.hasPrefix("c=active") }, "\(story)")
        script.at(89_999)
        #expect(script.play(script.fireTimers()).allSatisfy { !$0.hasPrefix("moving") })
        script.at(90_000)
        story = script.play(script.fireTimers())
        #expect(story.contains { $0.hasPrefix("moving to ") }, "\(story)")
    }

    @Test func aMoveThatWasMadeIsAFlap() {
        var script = GroupScript.three(GroupPolicy(flap: FlapLimit(maxMoves: 2)))
        _ = script.settle(script.annotate { GroupScript.foreign(&$0, to: "b") })
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var story = script.play(script.health("a", .unhealthy))
        #expect(script.held.count == 1, "\(story)")
        script.place("a", .passive, epoch: 2)
        script.place("c", .passive, epoch: 2)
        script.place("b", .active, epoch: 2)
        story += script.play(script.release())
        #expect(script.machine.record?.record.history.map(\.epoch) == [Epoch(2)], "\(story)")
        script.at(10_000)
        story += script.play(script.health("a", .healthy))
        story += script.play(script.health("b", .unhealthy))
        let history = script.machine.record?.record.history ?? []
        #expect(history.map(\.cause) == [.activeUnhealthy, .activeUnhealthy], "\(story)")
        let name = script.machine.actives[0].name
        script.at(20_000)
        let effects = script.health(name, .unhealthy)
        #expect(effects.moves.isEmpty, "two moves within the window, and a third: \(story) \(effects.map(\.words))")
    }

    @Test func aPausedGroupDoesNotFinishWhatIsFinished() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("b", .active, epoch: 2)
        script.place("c", .passive, epoch: 2)
        var record = script.record("b", epoch: 2, origin: .intended, writer: "dead")
        record.remember(MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy), limit: 20)
        _ = script.settle(script.start(record: record, healthy: ["a", "b", "c"]))
        script.at(3_600_000)
        _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: nil) })
        script.remove("b")
        let story = script.play(script.observe())
        #expect(!story.contains { $0.contains("=active@") }, "\(story)")
    }

    @Test func nothingGrowsWithPodsThatAreGone() {
        var script = GroupScript.three()
        func size(_ script: GroupScript) -> Int {
            var count = 0
            func walk(_ value: Any) {
                let mirror = Mirror(reflecting: value)
                count += 1
                for child in mirror.children { walk(child.value) }
            }
            walk(script.machine)
            return count
        }
        func turn(_ number: Int) {
            script.place("d", .passive, epoch: 1) {
                $0.id = .init("uid-d\(number)")
                $0.isRelabelDue = true
            }
            script.at(number * 60_000)
            _ = script.settle(script.observe() + script.fireTimers())
            script.members.removeAll { $0.name == "d" }
            _ = script.settle(script.observe())
        }
        for number in 1...50 { turn(number) }
        let first = size(script)
        for number in 51...250 { turn(number) }
        #expect(size(script) < first + 50, "\(first) values after 50 pods, \(size(script)) after 250")
    }

    enum Flaw: CaseIterable { case excluded, terminating, zero, noAddress, notReady, unselected }

    @Test(arguments: Flaw.allCases) func ofTwoActivesOneIsLeftAlthoughNoneIsACandidate(flaw: Flaw) {
        var script = GroupScript(GroupPolicy(requireReady: flaw == .notReady))
        for name in ["a", "b"] {
            script.place(name, .active) {
                switch flaw {
                case .excluded: $0.isExcluded = name == "a"
                case .terminating: $0.lifecycle = .terminating
                case .zero: $0.priority = 0
                case .noAddress: $0.hasAddress = name == "b"
                case .notReady: $0.isReady = false
                case .unselected: $0.isSelected = name == "b"
                }
            }
        }
        let story = script.story(of: script.start(record: nil, healthy: []), limit: 200)
        let intents = story.filter { $0.hasPrefix("record") }
        #expect(intents.count < 5, "\(intents.count) intents without any time passing: \(story.prefix(12))")
        var more: [String] = []
        for name in ["a", "b"] { more += script.play(script.health(name, .unhealthy)) }
        more += script.pass(1...120)
        #expect(script.machine.actives.count == 1, "\(story) \(more)")
    }

    @Test func twoActivesBesideAnAnnouncementThatCannotEndWellAreMadeOne() {
        var script = GroupScript(identity: "successor")
        script.place("a", .active, epoch: 1)
        script.place("b", .passive, epoch: 1) { $0.lifecycle = .terminating }
        script.place("c", .active, epoch: 1)
        let record = script.record("b", epoch: 2, origin: .intended, writer: "dead")
        var story = script.play(script.start(record: record))
        for name in ["a", "c"] { story += script.play(script.health(name, .unhealthy)) }
        story += script.pass(1...120)
        #expect(script.machine.actives.count == 1, "\(story)")
    }

    @Test func aFencedOneOfTwoActivesIsNotKept() {
        var script = GroupScript(identity: "successor")
        script.place("a", .active, epoch: 1)
        script.place("b", .active, epoch: 1)
        script.place("c", .passive, epoch: 1)
        var record = script.record(nil, epoch: 2, origin: .intended, writer: "dead")
        record.fenced = ["a"]
        let story = script.story(of: script.start(record: record, healthy: ["a", "b", "c"]), limit: 200)
        let intents = story.filter { $0.hasPrefix("record") }
        #expect(intents.count < 5, "\(intents.count) intents without any time passing: \(story.prefix(12))")
        #expect(script.machine.actives.map(\.name) == ["b"])
    }
}
