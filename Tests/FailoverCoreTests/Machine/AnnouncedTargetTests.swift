import Testing

@testable import FailoverCore

/// A target that another supervisor has announced, and may be promoting just now: it is chosen before who ranks higher, but not
/// before who serves better.
@Suite struct AnnouncedTargetTests {
    /// `a` is active on `na`, `b` and `c` are healthy on `nb` and `nc`.
    private static func onNodes(
        notReadyLimit: Duration? = nil,
        _ change: (inout Member) -> Void = { _ in }
    ) -> GroupScript {
        let policy = GroupPolicy(notReadyLimit: notReadyLimit, verdictWindow: .seconds(31), onNodeDrain: .cordon)
        var script = GroupScript(policy)
        for name in ["a", "b", "c"] {
            script.place(name, name == "a" ? .active : .passive, epoch: 1) {
                $0.node = "n\(name)"
                change(&$0)
            }
        }
        var record = script.record("a")
        record.announced = Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: ["a", "b", "c"]))
        return script
    }

    @Test(arguments: [false, true]) func announcedButNotReadyIsNoBetterThanReady(isAnnounced: Bool) {
        var script = GroupScript.three(GroupPolicy(notReadyLimit: .seconds(30), verdictWindow: .seconds(31)))
        if isAnnounced { _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") }) }
        script.change("b") { $0.isReady = false }
        var story = script.play(script.observe())
        story += script.play(script.health("a", .unhealthy))
        var served: Int?
        for second in 0...120 where served == nil {
            script.at(second * 1000)
            story += script.play(script.fireTimers())
            if script.machine.actives.contains(where: \.isReady), script.machine.actives.first?.name != "a" {
                served = second
            }
        }
        #expect(served == 0, "an endpoint after \(String(describing: served)) s: \(story)")
        #expect(story.count { $0.contains("=active@") && !$0.hasPrefix("try") } == 1)
    }

    @Test func announcedButNotReadyForEver() {
        var script = GroupScript.three(GroupPolicy(verdictWindow: .seconds(31)))
        _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") })
        script.change("b") { $0.isReady = false }
        script.change("a") { $0.lifecycle = .terminating }
        var story = script.play(script.observe())
        story += script.pass(1...300)
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
    }

    @Test(arguments: [false, true]) func announcedOnANodeThatGoesIsNotLeftAgain(isAnnounced: Bool) {
        var script = Self.onNodes()
        if isAnnounced { _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") }) }
        var story = script.play(script.observe(NodeConditions(unschedulable: ["nb"])))
        story += script.play(script.health("a", .unhealthy))
        #expect(story.count { $0.contains("=active@") && !$0.hasPrefix("try") } == 1, "\(story)")
    }

    @Test func announcedOnANodeThatIsNotReady() {
        var script = Self.onNodes()
        _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") })
        var story = script.play(script.observe(NodeConditions(notReady: ["nb"])))
        story += script.play(script.health("a", .unhealthy))
        #expect(story.contains { $0.hasPrefix("c=active@") }, "\(story)")
    }

    @Test(arguments: [SwitchCause.nodeDraining, .activeNotReady]) func whomAnotherHasAnnouncedIsChosenForOtherMovesToo(
        cause: SwitchCause
    ) {
        var script = Self.onNodes(notReadyLimit: .zero) { if $0.name == "c" { $0.priority = 200 } }
        script.holds = { if case .writeRecord = $0 { true } else { false } }
        var story: [String]
        if cause == .nodeDraining {
            story = script.play(script.observe(NodeConditions(unschedulable: ["na"])))
        } else {
            script.change("a") { $0.isReady = false }
            story = script.play(script.observe())
        }
        #expect(story.contains { $0.hasPrefix("moving to c") }, "\(story)")
        script.rewrite { GroupScript.foreign(&$0, to: "b", cause: cause) }
        story = script.play(script.release { script, effect in script.end(effect, record: .conflict) })
        #expect(story.contains("b=active@3"), "\(story)")
    }

    @Test func aMoveIsNotAnnouncedAnewBecauseOfWhomAnotherAnnounced() {
        var script = GroupScript.three(GroupPolicy(verdictWindow: .seconds(31)))
        script.change("c") { $0.priority = 200 }
        _ = script.play(script.observe())
        _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") })
        _ = script.play(script.health("b", .unhealthy))
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var story = script.play(script.health("a", .unhealthy))
        story += script.play(script.health("b", .healthy))
        story += script.play(script.release())
        #expect(story.count { $0.hasPrefix("moving to") } <= 2, "\(story)")
        #expect(story.count { $0.contains("=active@") } == 1, "\(story)")
    }

    @Test func aMoveIsNotAnnouncedAnewBecausePatienceEnds() {
        var script = GroupScript.three(GroupPolicy(verdictWindow: .seconds(5)))
        script.change("c") { $0.priority = 200 }
        _ = script.play(script.observe())
        _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") })
        script.at(4990)
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var story = script.play(script.health("a", .unhealthy))
        script.at(5010)
        story += script.play(script.release())
        #expect(story.count { $0.hasPrefix("moving to") } == 1, "\(story)")
    }

    @Test func whoDeniesItsPromotionIsNotChosenBecauseAnotherAnnouncedIt() {
        var script = GroupScript.three(GroupPolicy(verdictWindow: .seconds(31)))
        _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") })
        script.denied = ["b"]
        var story = script.play(script.health("a", .unhealthy))
        story += script.pass(1...60)
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
    }

    @Test func theOthersPromotionBeforeOurSealIsKeptOrLeftOnce() {
        var script = GroupScript.three(GroupPolicy(verdictWindow: .seconds(31)))
        _ = script.play(script.annotate { GroupScript.foreign(&$0, to: "b") })
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var story = script.play(script.health("a", .unhealthy))
        script.place("a", .passive, epoch: 2)
        script.place("c", .passive, epoch: 2)
        script.place("b", .active, epoch: 2)
        story += script.play(script.release())
        story += script.pass(1...60)
        #expect(script.machine.actives.map(\.name) == ["b"], "\(story)")
        #expect(story.count { $0.contains("=active@") } <= 1, "\(story)")
    }
}
