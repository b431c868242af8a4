import Testing

@testable import FailoverCore

/// Pods whose roles the API server lets nobody write: an admission webhook, a policy, a missing right.
@Suite struct DenialTests {
    private let request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false))

    private func answer(_ script: GroupScript) -> RequestAnswer? { script.machine.record?.record.answers.last }

    @Test func aThirdPodThatNobodyCanHavePromotedIsPassedOver() {
        var script = GroupScript.three()
        script.denied = ["c"]
        #expect(script.settle(script.health("a", .unhealthy)) == ["c=passive@2", "a=passive@2", "b=active@2"])
        #expect(script.machine.record?.record.holder?.name == "b")
    }

    /// Whatever becomes of a write that takes the role from it, it is not active by that.
    @Test func aThirdPodThatNobodyCanHavePromotedIsPassedOverAlsoIfItsWritesOnlyFail() {
        var script = GroupScript.three()
        script.failing = ["c"]
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a"], "it may be a short failure")
        for _ in 1...3 { _ = script.settle(script.machine.connectionRestored(at: script.now)) }
        #expect(script.machine.actives.map(\.name) == ["b"] && !script.machine.isSwitching)
    }

    /// Somebody may be promoting it: what became of the write is to be known.
    @Test func aThirdPodThatSomebodyMayHavePromotedIsWaitedForAlsoIfItsWritesFail() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.failing = ["c"]
        _ = script.settle(script.health("a", .unhealthy))
        for _ in 1...9 { _ = script.settle(script.machine.connectionRestored(at: script.now)) }
        #expect(script.machine.actives.map(\.name) == ["a"] && script.machine.isSwitching)
    }

    /// A webhook whose pods are being replaced is away for a moment: the role goes to the best pod all the same, and to another one only
    /// if that lasts.
    @Test(arguments: [(4, "b"), (6, "c")])
    func aWebhookThatCannotBeCalledIsWaitedForForAWhile(seconds: Int, expected: String) {
        var script = GroupScript.three()
        script.uncalled = ["b"]
        _ = script.settle(script.health("a", .unhealthy))
        for second in 1...10 {
            script.at(second * 1000)
            if second == seconds { script.uncalled = [] }
            _ = script.settle(script.fireTimers() + script.machine.connectionRestored(at: script.now))
        }
        #expect(script.machine.actives.map(\.name) == [expected])
    }

    /// Each change is an epoch, a line of the history and an announcement: it goes to and fro ever more seldom, and ends once one may be
    /// written.
    @Test func ofTwoThatBothDenyThePromotionNeitherIsTriedAgainAtOnce() {
        var script = GroupScript.three()
        _ = script.settle(script.health("a", .unhealthy))
        script.denied = ["a", "c"]
        _ = script.settle(script.health("b", .unhealthy))
        _ = script.settle(script.health("a", .healthy))
        let first = script.machine.record?.record.epoch.number ?? 0
        var epochs: [Int] = []
        for second in 1...600 {
            script.at(second * 1000)
            _ = script.settle(script.fireTimers() + script.machine.connectionRestored(at: script.now))
            let epoch = script.machine.record?.record.epoch.number ?? 0
            if epochs.last != epoch { epochs.append(epoch) }
            #expect(script.machine.actives.isEmpty && script.machine.isSwitching, "after \(second) s")
        }
        // To the other and back after 5, 10, 20 s and so on, and when it is forgotten for a while that one denied it.
        #expect(epochs.last.map { (6...24).contains($0 - first) } ?? false, "\(epochs) after \(first)")
        script.denied = ["c"]
        for second in 601...800 where script.machine.actives.isEmpty {
            script.at(second * 1000)
            _ = script.settle(script.fireTimers() + script.machine.connectionRestored(at: script.now))
        }
        #expect(script.machine.actives.map(\.name) == ["a"] && !script.machine.isSwitching)
    }

    /// Another supervisor announced `c`, and may still be promoting it.
    @Test func aThirdPodThatSomebodyMayHavePromotedIsWaitedFor() {
        var script = GroupScript.three(
            announced: Announcements(since: Epoch(1), entries: [.init(epoch: Epoch(2), target: .init("uid-c"))])
        )
        _ = script.settle(script.annotate { $0.epoch = Epoch(2) })
        script.denied = ["c"]
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("waits for c to b"))
        #expect(script.machine.actives.map(\.name) == ["a"])
        script.denied = []
        #expect(
            script.settle(script.machine.connectionRestored(at: script.now)).suffix(2) == ["a=passive@3", "b=active@3"]
        )
    }

    /// In `PromoteFirst` the old one denies its demotion, and somebody takes its label away: nothing is left to be done.
    @Test func aDemotionThatIsDeniedIsNotWaitedForOnceTheLabelIsGone() {
        var script = GroupScript.three(GroupPolicy(order: .promoteFirst))
        script.denied = ["a"]
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.isSwitching && script.machine.actives.map(\.name) == ["a", "b"])
        script.place("a", nil, epoch: 1)
        _ = script.settle(script.observe())
        _ = script.settle(script.machine.connectionRestored(at: script.now))
        #expect(!script.machine.isSwitching && script.machine.actives.map(\.name) == ["b"])
    }

    @Test func whatRecordsBeforeSaidOfAPodIsNotKnown() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        #expect(script.play(script.health("a", .unhealthy)).contains("waits for c to b"))
    }

    @Test func aSwitchoverThatMeetsAPodThatIsWaitedForIsRefused() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        let story = script.play(script.annotate { $0.request = request })
        #expect(story.suffix(4) == ["withdrawn b", "record a@3 Adopted", "answered o: Refused", "adopted a@3"])
        #expect(script.machine.actives.map(\.name) == ["a"])
        #expect(answer(script)?.explanation == "pod c cannot be written: denied")
    }

    @Test(arguments: [GroupPolicy.SwitchOrder.demoteFirst, .promoteFirst])
    func aSwitchoverToAPodThatNobodyMayPromoteCostsNothing(order: GroupPolicy.SwitchOrder) {
        var script = GroupScript.three(GroupPolicy(order: order))
        script.denied = ["b"]
        let writes = script.settle(script.annotate { $0.request = self.request })
        #expect(writes == ["c=passive@2"])
        #expect(script.machine.actives.map(\.name) == ["a"] && script.machine.record?.record.request == nil)
        #expect(answer(script)?.outcome == .refused)
        #expect(script.machine.record?.record.history.isEmpty == true)
    }

    @Test(arguments: [GroupPolicy.SwitchOrder.demoteFirst, .promoteFirst])
    func aSwitchoverFromAPodThatNobodyMayDemoteIsRefused(first: GroupPolicy.SwitchOrder) {
        var script = GroupScript.three(GroupPolicy(order: first))
        script.denied = ["a"]
        _ = script.settle(script.annotate { $0.request = request })
        #expect(script.machine.actives.map(\.name) == ["a"])
        #expect(answer(script)?.explanation == "pod a cannot be written: denied")
    }

    /// A trial that says nothing (a webhook that knows no dry run) does not stop the move.
    @Test func aTargetThatIsDeniedAfterTheTrialIsReplaced() {
        var script = GroupScript.three()
        script.holds = { if case .tryRole = $0 { true } else { false } }
        _ = script.settle(script.annotate { $0.request = request })
        script.denied = ["b"]
        let tried = script.release { script, effect in
            guard case .tryRole(let id, _) = effect else { return [] }
            return script.machine.roleTried(id, .notRefused, at: script.now)
        }
        var writes = script.settle(tried)
        for second in 1...6 {
            script.at(second * 1000)
            writes += script.settle(script.fireTimers())
        }
        #expect(writes.last == "a=active@3")
        #expect(script.machine.actives.map(\.name) == ["a"])
        #expect(answer(script)?.outcome == .refused)
        #expect(answer(script)?.explanation == "pod b cannot be written; the role went to a")
    }

    @Test(arguments: [3, 1]) func aTargetThatIsDeniedForGoodIsReplacedAfterAFailover(denials: Int) {
        var script = GroupScript.three()
        script.denied = ["b"]
        var writes = script.settle(script.health("a", .unhealthy))
        #expect(writes == ["c=passive@2", "a=passive@2", "b=active@2"])
        for _ in 1..<denials { writes += script.settle(script.machine.connectionRestored(at: script.now)) }
        if denials == 1 {
            script.at(5000)
            writes += script.settle(script.fireTimers())
        }
        #expect(writes.suffix(1) == ["c=active@3"])
        let history = script.machine.record?.record.history ?? []
        #expect(history.map(\.cause) == [.activeUnhealthy, .targetRefused])
        #expect(!SwitchCause.targetRefused.countsAsFlapping)
        // The one that was denied is the last choice, until it was written.
        #expect(script.machine.view.history.isRefused(.init("uid-b")))
        script.at(70_000)
        _ = script.settle(script.observe())
        #expect(!script.machine.view.history.isRefused(.init("uid-b")))
    }

    @Test func aTargetThatIsDeniedIsWaitedForWhileThereIsNoOther() {
        var script = GroupScript.three()
        script.denied = ["b"]
        _ = script.settle(script.health("c", .unhealthy))
        _ = script.settle(script.health("a", .unhealthy))
        script.at(6000)
        _ = script.settle(script.fireTimers())
        script.denied = []
        #expect(script.settle(script.machine.connectionRestored(at: script.now)) == ["b=active@2"])
    }

    /// The time without an active member is counted over both switches.
    @Test func theGapIncludesTheSwitchThatWasDenied() {
        var script = GroupScript.three()
        script.denied = ["b"]
        _ = script.settle(script.health("a", .unhealthy))
        script.at(5000)
        _ = script.settle(script.fireTimers())
        #expect(script.machine.record?.record.history.last?.gap.map { $0 >= .seconds(5) } == true)
    }

    @Test func aWithdrawnPreemptionWaitsADoublingCooldown() {
        var script = GroupScript.three(GroupPolicy(preemption: Preemption(delay: .seconds(1), cooldown: .seconds(10))))
        script.place("b", .passive, epoch: 1) { $0.priority = 200 }
        script.denied = ["b"]
        _ = script.settle(script.observe())
        var attempts: [Int] = []
        for second in 1...100 {
            script.at(second * 1000)
            var targets: [String?] = []
            _ = script.settle(script.fireTimers()) { targets += [$0].targets }
            if !targets.isEmpty { attempts.append(second) }
        }
        #expect(attempts == [1, 11, 31, 71])
        #expect(script.machine.actives.map(\.name) == ["a"])
    }

    /// What an operator asks is heard although a switch cannot go on.
    @Test func aRequestIsHeardWhileASwitchWaits() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        _ = script.settle(script.health("a", .unhealthy))
        let pause = OperatorRequest(id: "p", action: .pause(nil))
        _ = script.settle(script.annotate { $0.request = pause })
        #expect(answer(script)?.id == "p")
    }
}
