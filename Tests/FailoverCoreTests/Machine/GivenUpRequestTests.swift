import Testing

@testable import FailoverCore

/// Requests whose target cannot be written, or fails meanwhile: what they come to, and what they are answered.
@Suite struct GivenUpRequestTests {
    private static func toAnybody(priorities: [String: Int] = [:]) -> GroupScript {
        var script = GroupScript.three()
        for (name, priority) in priorities.sorted(by: { $0.key < $1.key }) {
            let member = script.member(name)
            script.place(name, member.role, epoch: 1) { $0.priority = priority }
        }
        _ = script.settle(script.observe())
        script.holds = { if case .tryRole = $0 { true } else { false } }
        _ = script.settle(script.annotate { $0.request = GroupScript.request(.switchover(to: nil, isForced: false)) })
        return script
    }

    private static func trialPasses(_ script: inout GroupScript) -> [Effect] {
        script.release { script, effect in
            guard case .tryRole(let id, _) = effect else { return [] }
            return script.machine.roleTried(id, .notRefused, at: script.now)
        }
    }

    /// Another announced `o` to `b` and died; a failover meanwhile is denied on `c`, and goes to `d`: nobody denied `b`.
    @Test(arguments: [GroupPolicy.SwitchOrder.demoteFirst, .promoteFirst])
    func aDenialOfAnotherMoveIsNoneOfTheRequest(order: GroupPolicy.SwitchOrder) {
        var script = GroupScript.three(
            GroupPolicy(order: order, verdictWindow: .seconds(20)),
            healthy: ["a", "c"]
        )
        script.place("c", .passive, epoch: 1) { $0.priority = 300 }
        script.place("d", .passive, epoch: 1) { $0.priority = 200 }
        _ = script.settle(script.observe())
        _ = script.settle(script.health("d", .healthy))
        var story = script.play(
            script.annotate { GroupScript.foreign(&$0, to: "b", cause: .switchover, request: GroupScript.toB) }
        )
        script.denied = ["c"]
        story += script.play(script.health("a", .unhealthy))
        for _ in 1..<3 { story += script.play(script.machine.connectionRestored(at: script.now)) }
        #expect(script.machine.actives.map(\.name) == ["d"], "\(story)")
        story += script.pass(1...2)
        #expect(script.answers.isEmpty, "\(script.answers) \(story)")
        story += script.play(script.health("b", .healthy))
        story += script.pass(3...40)
        #expect(script.machine.actives.map(\.name) == ["b"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers) \(story)")
    }

    /// `b` is denied, then `c`, then `b` takes it: that is what was asked for.
    @Test func aRequestThatComesToItsTargetInTheEndIsDone() {
        var script = GroupScript.three()
        script.holds = { if case .tryRole = $0 { true } else { false } }
        _ = script.settle(script.annotate { $0.request = GroupScript.toB })
        script.denied = ["b", "c"]
        var story = script.play(
            script.release { script, effect in
                guard case .tryRole(let id, _) = effect else { return [] }
                return script.machine.roleTried(id, .notRefused, at: script.now)
            }
        )
        story += script.play(script.health("a", .unhealthy))
        script.at(5000)
        story += script.play(script.fireTimers())
        script.denied = ["c"]
        script.at(11000)
        story += script.play(script.fireTimers())
        #expect(script.machine.actives.map(\.name) == ["b"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers) \(story)")
    }

    /// The role left `a` for somebody: that is what was asked for.
    @Test func aSwitchoverToAnybodyWhoseTargetFailsIsDoneByAnother() {
        var script = Self.toAnybody(priorities: ["a": 50, "b": 200])
        let effects = Self.trialPasses(&script)
        script.holds = { if case .settleEndpoints = $0 { true } else { false } }
        var story = script.play(effects)
        #expect(script.machine.actives.isEmpty)
        script.holds = { _ in false }
        story += script.play(script.health("b", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers) \(story)")
    }

    /// Two are denied, and the role goes back to where it was.
    @Test func aSwitchoverToAnybodyThatComesBackIsNotDone() {
        var script = Self.toAnybody(priorities: ["b": 300, "c": 200])
        script.denied = ["b", "c"]
        var story = script.play(Self.trialPasses(&script))
        story += script.pass(1...20)
        #expect(script.machine.actives.map(\.name) == ["a"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.refused], "\(script.answers) \(story)")
    }

    /// The role came back to `a`, and whoever did that died before it could say so.
    @Test func aSwitchoverToAnybodyThatCameBackIsNotTriedAgainAfterACrash() throws {
        var before = Self.toAnybody()
        before.denied = ["b"]
        _ = before.settle(Self.trialPasses(&before))
        before.holds = { effect in effect.recordWrite.map { $0.record.request == nil } ?? false }
        _ = before.pass(1...6)
        #expect(before.machine.actives.map(\.name) == ["a"])
        var script = GroupScript(identity: "successor")
        script.members = before.members
        for _ in 0..<500 { _ = script.listing() }
        let record = try #require(before.machine.record?.record)
        #expect(record.request?.id == "o")
        var story = script.play(script.start(record: record, healthy: ["a", "b", "c"]))
        story += script.pass(7...60)
        #expect(!story.contains { $0.hasPrefix("moving") }, "\(story)")
        #expect(script.answers.map(\.outcome) == [.refused], "\(script.answers) \(story)")
    }

    @Test func aRequestWithoutANameIsNotAnsweredForAnother() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b", .active)
        _ = script.settle(
            script.annotate { $0.request = GroupScript.request(.switchover(to: "b", isForced: false), "") }
        )
        #expect(script.held.map(\.words) == ["b=active@2"])
        _ = script.settle(script.annotate { $0.request = GroupScript.request(.fence("c"), "") })
        let story = script.play(script.release())
        #expect(script.machine.record?.record.fenced == ["c"], "\(script.answers) \(story)")
    }

    /// The refusal of a switchover is upkeep, and waits for its turn: meanwhile the move is not announced anew.
    @Test func aRefusalThatWaitsForItsTurnIsNotForgotten() {
        var script = GroupScript.three()
        script.denied = ["b"]
        var effects = script.annotate { $0.request = GroupScript.toB }
        var intents = 0
        var story: [String] = []
        for _ in 1...200 where !effects.isEmpty {
            let effect = effects.removeFirst()
            story.append(effect.words)
            if case .writeRecord(_, let record, _, let urgency) = effect, urgency >= .completion {
                if intents > 5 { break }
                _ = record
                effects += script.end(effect, record: .notSent)
            } else {
                if effect.recordWrite != nil { intents += 1 }
                effects += script.follow(effect)
            }
        }
        #expect(intents == 1, "\(intents): \(story.prefix(30))")
    }

    /// The same while the active member fails: the failover is not kept waiting.
    @Test func aRefusalThatWaitsForItsTurnDoesNotKeepAFailoverWaiting() {
        var script = GroupScript.three()
        script.denied = ["b"]
        func isUpkeep(_ effect: Effect) -> Bool {
            if case .writeRecord(_, _, _, let urgency) = effect { urgency >= .completion } else { false }
        }
        script.holds = isUpkeep
        var story = script.play(script.annotate { $0.request = GroupScript.toB })
        story += ["-- a fails"] + script.play(script.health("a", .unhealthy))
        for round in 1...10 {
            script.at(round * 1000)
            let effects = script.release { $0.end($1, record: .notSent) }
            script.holds = isUpkeep
            story += script.play(effects + script.fireTimers())
        }
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
    }

    /// The given-up request is met by a later failover.
    @Test func aRequestThatWasGivenUpAndIsMetByAFailoverIsDone() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2) { $0.priority = 50 }
        script.place("b", .passive, epoch: 3)
        var record = script.record("c", epoch: 3, origin: .intended, writer: "dead")
        record.announced = Announcements(since: Epoch(0))
        record.request = GroupScript.toB
        var move = MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .switchover)
        move.request = "o"
        record.remember(move, limit: 20)
        record.remember(MoveEntry(epoch: Epoch(3), from: [], target: "c", cause: .targetRefused), limit: 20)
        guard let id = script.machine.started().first?.readRecordID else { return }
        _ = script.settle(script.observe())
        for name in ["a", "b"] { _ = script.settle(script.health(name, .healthy)) }
        var story = script.play(script.machine.recordRead(id, .found(script.stored(record)), at: script.now))
        story += script.pass(1...20)
        #expect(script.machine.actives.map(\.name) == ["b"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers) \(story)")
    }

    /// A switchover is withdrawn; the Lease cannot be written for a while, and is in conflict then.
    @Test func aRefusalThatMeetsAConflictIsTold() {
        var script = GroupScript.three()
        script.denied = ["b"]
        script.holds = { effect in effect.recordWrite.map { $0.record.origin == .adopted } ?? false }
        var story = script.play(script.annotate { $0.request = GroupScript.toB })
        #expect(script.held.count == 1)
        story += script.play(script.release { $0.end($1, record: .conflict) })
        story += script.pass(1...10)
        #expect(script.answers.map(\.outcome) == [.refused], "\(script.answers) \(story)")
        #expect(story.filter { $0.hasPrefix("moving") }.count <= 2, "\(story)")
    }

    /// A fence is asked for beside a failover that waits; both are done, and once.
    @Test func aFenceOfTheTargetBesideAFailoverIsDone() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b", .active)
        var story = script.play(script.health("a", .unhealthy))
        story += script.play(script.annotate { $0.request = GroupScript.request(.fence("b"), "f") })
        story += script.play(script.release())
        story += script.pass(1...10)
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.done], "\(story)")
    }

    /// The fence of the active pod has no target that can be written: it is fenced all the same.
    @Test func aFenceWhoseTargetsAreAllDeniedIsAnswered() {
        var script = GroupScript.three()
        script.denied = ["b", "c"]
        var story = script.play(script.annotate { $0.request = GroupScript.request(.fence("a"), "f") })
        story += script.pass(1...40)
        script.denied = ["b"]
        for second in 41...80 {
            script.at(second * 1000)
            story += script.play(script.machine.connectionRestored(at: script.now)) + script.play(script.fireTimers())
        }
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.done], "\(script.answers) \(story)")
        let intents = story.filter { $0.hasPrefix("moving") }
        #expect(intents.count < 20, "\(intents.count): \(intents)")
    }

    /// A forced switchover to an unhealthy pod that is denied.
    @Test func aForcedSwitchoverThatIsDeniedIsRefusedOnce() {
        var script = GroupScript.three()
        _ = script.settle(script.health("b", .unhealthy))
        script.holds = { if case .tryRole = $0 { true } else { false } }
        _ = script.settle(script.annotate { $0.request = GroupScript.request(.switchover(to: "b", isForced: true)) })
        script.denied = ["b"]
        var story = script.play(Self.trialPasses(&script))
        story += script.pass(1...40)
        #expect(script.machine.actives.map(\.name) == ["a"], "\(story)")
        #expect(script.answers.map(\.outcome) == [.refused], "\(script.answers) \(story)")
        #expect(story.filter { $0.hasPrefix("moving") }.count == 1, "\(story)")
    }

    /// Two are denied while a request waits beside: nothing is begun for ever.
    @Test func aSwitchoverWhoseEveryTargetIsDeniedEndsOnce() {
        var script = Self.toAnybody(priorities: ["b": 300, "c": 200])
        script.denied = ["a", "b", "c"]
        script.holds = { effect in GroupScript.isWrite(of: "a", .passive)(effect) }
        var story = script.play(Self.trialPasses(&script))
        script.denied = []
        story += script.play(script.release())
        #expect(script.machine.actives.count == 1, "\(story)")
    }
}
