import Testing

@testable import FailoverCore

/// A request is answered once, and by what was done.
@Suite struct TruthfulAnswerTests {
    @Test func aSwitchoverWhoseTargetVanishedIsNotDone() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(script.annotate { $0.request = GroupScript.toB })
        script.remove("b")
        script.holds = { _ in false }
        _ = script.settle(script.observe())
        #expect(script.answers.last.map { $0.outcome == .refused } ?? true, "\(script.answers)")
        #expect(script.machine.actives.map(\.name) == ["a"] || script.machine.actives.map(\.name) == ["c"])
    }

    @Test func theSameAfterARestart() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("c", .passive, epoch: 2)
        var record = script.record("b", epoch: 2, origin: .intended, writer: "dead")
        record.request = GroupScript.toB
        var move = MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .switchover)
        move.request = "o"
        record.remember(move, limit: 20)
        _ = script.settle(script.start(record: record, healthy: ["a", "c"]))
        #expect(script.answers.last.map { $0.outcome == .refused } ?? true, "\(script.answers)")
    }

    @Test func aSwitchoverInAnOutageOfWhichOnlySealsWereWrittenIsNotDone() {
        var script = GroupScript.three(healthy: ["b", "c"])
        script.holds = { if case .writeRecord = $0 { true } else { false } }
        script.remove("a")
        script.place("d", .passive, epoch: 1)
        _ = script.settle(script.health("c", .unhealthy))
        script.holds = { _ in false }
        _ = script.observe()
        // Nobody but `b` could be promoted.
        script.holds = GroupScript.isWrite(of: "b")
        var record = script.machine.record!.record
        record.request = GroupScript.toB
        let effects = script.release { script, effect in
            guard case .writeRecord(let id, _, _, _) = effect else { return [] }
            let read = script.machine.recordWritten(id, .conflict, at: script.now)
            guard let read = read.compactMap(\.readRecordID).first else { return [] }
            return script.machine.recordRead(read, .found(script.stored(record, version: "900")), at: script.now)
        }
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(effects)
        script.remove("b")
        script.holds = { _ in false }
        _ = script.settle(script.observe())
        #expect(script.answers.last.map { $0.outcome == .refused } ?? true, "\(script.answers)")
    }

    @Test func aSwitchoverThatEndedOnAnotherPodIsNotDone() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(script.annotate { $0.request = GroupScript.toB })
        script.place("b", .passive, epoch: 1) { $0.lifecycle = .terminating }
        script.holds = { _ in false }
        _ = script.settle(script.observe())
        #expect(script.machine.actives.map(\.name) != ["b"])
        #expect(script.answers.last.map { $0.outcome == .refused } ?? false, "\(script.answers)")
    }

    @Test(arguments: [RecordWriteOutcome.notSent, .conflict]) func refusedAndThenDone(outcome: RecordWriteOutcome) {
        var script = GroupScript.three()
        script.holds = { if case .tryRole = $0 { true } else { false } }
        _ = script.settle(script.annotate { $0.request = GroupScript.toB })
        script.denied = ["b"]
        var story: [String] = []
        let tried = script.release { script, effect in
            guard case .tryRole(let id, _) = effect else { return [] }
            return script.machine.roleTried(id, .notRefused, at: script.now)
        }
        _ = script.settle(tried) { story.append($0.words) }
        script.holds = { if case .writeRecord = $0 { true } else { false } }
        for second in 1...5 {
            script.at(second * 1000)
            _ = script.settle(script.fireTimers()) { story.append($0.words) }
        }
        let effects = script.release { $0.end($1, record: outcome) }
        _ = script.settle(effects) { story.append($0.words) }
        let said = story.filter { $0.hasPrefix("answered") }
        #expect(said.count == 1, "\(said)")
        #expect(script.answers.map(\.outcome) == [.refused], "\(script.answers) \(script.machine.actives.map(\.name))")
    }

    /// Of two active members one is to be fenced, while nothing moves by itself: the other stays, whoever ranks higher.
    @Test func aFenceBesideASecondActiveMemberMovesTheRoleToNobodyElse() {
        var script = GroupScript.three()
        _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: nil) })
        script.place("c", .passive, epoch: 1) { $0.priority = 200 }
        script.place("b", .active, epoch: 1)
        _ = script.settle(script.observe())
        let effects = script.annotate { $0.request = OperatorRequest(id: "f", action: .fence("a")) }
        #expect(effects.targets == ["b"])
    }

    /// What another supervisor has announced for a fence is left to it for a while.
    @Test func aFenceThatAnotherHasAnnouncedIsLeftToIt() {
        var script = GroupScript.three()
        let effects = script.annotate { record in
            record.epoch = Epoch(2)
            record.writer = "another"
            record.origin = .intended
            record.holder = .init(name: "c", id: .init("uid-c"))
            record.fenced = ["a"]
            record.request = OperatorRequest(id: "f", action: .fence("a"))
            var move = MoveEntry(epoch: Epoch(2), from: ["a"], target: "c", cause: .fenced)
            move.request = "f"
            record.remember(move, limit: 20)
        }
        #expect(script.settle(effects).isEmpty)
        script.at(5000)
        #expect(script.settle(script.fireTimers()).contains { $0.contains("=active@3") })
    }

    @Test func aRequestThatWasCarriedOutIsAnsweredAlthoughAnotherTookItsPlace() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "first", action: GroupScript.toB.action) })
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "second", action: .pause(nil)) })
        _ = script.settle(script.release())
        #expect(script.machine.actives.map(\.name) == ["b"])
        #expect(script.answers.map(\.id).sorted() == ["first", "second"], "\(script.answers)")
    }

    @Test func aRequestForAPodWithoutVerdictIsRefusedAfterAWindow() {
        var script = GroupScript.three(healthy: ["a"])
        var effects = script.annotate { $0.request = GroupScript.toB }
        for second in 1...60 {
            script.at(second * 1000)
            effects += script.probed("b", second.isMultiple(of: 2) ? .success : .failure)
            effects += script.fireTimers()
            _ = script.settle(effects)
            effects = []
        }
        #expect(script.machine.view.health(of: .init("uid-b")) == .unknown)
        #expect(script.answers.last?.outcome == .refused, "no answer after 60 s; a window is 5 s")
    }

    @Test func theLastEpochsSwitchIsFinished() {
        var script = GroupScript.three(epoch: Epoch.last.number - 1)
        script.denied = ["b"]
        _ = script.settle(script.health("a", .unhealthy))
        script.at(6000)
        _ = script.settle(script.fireTimers())
        script.denied = []
        _ = script.settle(script.machine.connectionRestored(at: script.now))
        _ = script.settle(script.observe())
        #expect(script.machine.actives.count == 1)
    }

    @Test func aPauseByHandThatIsMadeLongerLasts() {
        var script = GroupScript.three()
        _ = script.settle(script.annotate { $0.pause = Pause(id: "", rest: .seconds(60)) })
        script.at(30_000)
        _ = script.settle(script.annotate { $0.pause = Pause(id: "", rest: nil) })
        script.at(61_000)
        _ = script.settle(script.fireTimers())
        #expect(script.machine.record?.record.pause != nil)
    }

    @Test func aRequestThatMovesNothingIsAnsweredAtTheLastEpoch() {
        var script = GroupScript()
        for (name, role) in [("a", Role.active), ("b", .passive)] {
            script.place(name, role, epoch: Epoch.last.number)
        }
        _ = script.settle(script.start(record: script.record("a", epoch: Epoch.last.number), healthy: ["a", "b"]))
        let story = script.play(
            script.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false)) }
        )
        #expect(script.answers.map(\.id) == ["o"], "\(story)")
    }

    @Test func anActiveMemberWithoutVerdictYields() {
        var script = GroupScript.three(healthy: ["b"])
        for second in 1...120 {
            script.at(second * 1000)
            _ = script.settle(script.probed("b", .success))
            _ = script.settle(script.probed("a", second.isMultiple(of: 4) ? .success : .failure))
            _ = script.settle(script.fireTimers())
        }
        #expect(script.machine.view.health(of: .init("uid-a")) == .unknown)
        #expect(script.machine.actives.map(\.name) == ["b"])
    }
}
