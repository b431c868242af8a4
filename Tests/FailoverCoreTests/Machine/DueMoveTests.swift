import Testing

@testable import FailoverCore

/// What is due is not kept waiting by what is not.
@Suite struct DueMoveTests {
    @Test func aDelayThatEndsBeforeTheAdoptionCounts() {
        var script = GroupScript.three(GroupPolicy(delay: .seconds(10), verdictWindow: .seconds(5)))
        _ = script.settle(script.health("b", .unhealthy))
        _ = script.settle(
            script.annotate { GroupScript.foreign(&$0, to: "b", cause: .switchover, request: GroupScript.toB) }
        )
        _ = script.settle(script.health("a", .unhealthy))
        var moved: Int?
        var story: [String] = []
        for tenth in 1...400 where moved == nil {
            script.at(tenth * 100)
            let more = script.play(script.fireTimers())
            story += more
            if more.contains(where: { $0.contains("=active@") }) { moved = tenth * 100 }
        }
        #expect(moved == 10_000, "moved at \(String(describing: moved)) ms: \(story)")
    }

    /// The pods are known before the record is.
    @Test func aPausedGroupDoesNotFinishWhatItSawMadeBeforeItReadTheRecord() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("b", .active, epoch: 2)
        script.place("c", .passive, epoch: 2)
        var record = script.record("b", epoch: 2, origin: .intended, writer: "dead")
        record.announced = Announcements(since: Epoch(0))
        record.remember(MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy), limit: 20)
        record.pause = Pause(id: "p", rest: nil)
        guard let id = script.machine.started().first?.readRecordID else { return }
        _ = script.settle(script.observe())
        for name in ["a", "b", "c"] { _ = script.settle(script.health(name, .healthy)) }
        var story = script.play(script.machine.recordRead(id, .found(script.stored(record)), at: script.now))
        script.at(3_600_000)
        script.remove("b")
        story += script.play(script.observe())
        #expect(!story.contains { $0.contains("=active@") }, "\(story)")
    }

    @Test(arguments: [true, false]) func nothingWaitsForUpkeepWhileNobodyIsActive(isPauseOver: Bool) {
        var script = GroupScript.three()
        if isPauseOver {
            _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: .seconds(5)) })
        }
        script.at(isPauseOver ? 5000 : 0)
        script.remove("a")
        script.holds = { $0.recordWrite != nil || $0.readRecordID != nil }
        var effects: [Effect] = []
        if !isPauseOver {
            // The request and the loss of the active pod are seen while the record is being read.
            effects = script.machine.recordObserved(nil, at: script.now)
            let read = effects.first?.readRecordID
            _ = script.observe()
            var record = script.machine.record!.record
            record.request = GroupScript.request(.unfence("c"))
            effects = script.machine.recordRead(read!, .found(script.stored(record, version: "300")), at: script.now)
        } else {
            effects = script.observe()
        }
        let urgencies = effects.compactMap { effect -> WriteUrgency? in
            if case .writeRecord(_, _, _, let urgency) = effect { urgency } else { nil }
        }
        #expect(urgencies == [.outage], "\(effects.map(\.words)) \(urgencies)")
    }

    /// Other groups' requests go first, again and again: that uses nothing up.
    @Test func whatWaitsForItsTurnUsesNoBudgetUp() {
        var script = GroupScript.three()
        script.place("a", nil, epoch: 1)
        var effects = script.observe()
        for turn in 1...20 {
            script.at(turn * 10)
            guard let write = effects.first(where: { $0.recordWrite != nil }) else { break }
            effects = script.end(write, record: .notSent)
        }
        let story = script.play(effects)
        #expect(script.machine.actives.map(\.name) == ["a"], "\(story)")
    }

    /// Somebody labels another again and again: in the end the label is taken away, and not both left active.
    @Test func twoActivesAreNotWaitedWith() {
        var script = GroupScript.three()
        var story: [String] = []
        for round in 1...11 {
            script.at(round * 1000)
            let active = script.machine.actives.map(\.name)
            let other = active == ["a"] ? "b" : "a"
            script.place(other, .active, epoch: script.member(other).epoch?.number)
            let more = script.play(script.observe())
            story += ["-- \(round)"] + more
        }
        #expect(script.machine.actives.count == 1, "\(story.suffix(12))")
    }

    /// A successor that knows the verdicts finds a half-made switch to a member that is unhealthy, announced 15 s ago.
    @Test func aHalfMadeSwitchToAnUnhealthyMemberIsNotWaitedWith() {
        var script = GroupScript(identity: "successor")
        script.at(100_000)
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1)
        script.place("c", .passive, epoch: 2)
        var record = script.record("b", epoch: 2, origin: .intended, writer: "dead")
        record.announced = Announcements(since: Epoch(0))
        record.remember(
            MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy, age: .seconds(15)),
            limit: 20
        )
        guard let id = script.machine.started().first?.readRecordID else { return }
        _ = script.settle(script.observe())
        for name in ["a", "c"] { _ = script.settle(script.health(name, .healthy)) }
        _ = script.settle(script.health("b", .unhealthy))
        var story = script.play(script.machine.recordRead(id, .found(script.stored(record)), at: script.now))
        var servedAt: Int?
        for tenth in 1000...1100 where servedAt == nil {
            script.at(tenth * 100)
            story += script.play(script.fireTimers())
            if !script.machine.actives.isEmpty { servedAt = tenth * 100 }
        }
        #expect(servedAt == 100_000, "served at \(String(describing: servedAt)): \(story)")
    }

    /// More moves of this run than are kept, none of them to a pod that nobody may write.
    @Test func aPodThatOnlyThisRunCouldHaveAnnouncedIsPassedOverHoweverManyMovesThereWere() {
        var script = GroupScript.three()
        script.denied = ["c"]
        for round in 1...34 {
            script.at(round * 1000)
            let to = script.machine.actives.map(\.name) == ["a"] ? "b" : "a"
            _ = script.settle(
                script.annotate { $0.request = GroupScript.request(.switchover(to: to, isForced: false), "o\(round)") }
            )
        }
        let active = script.machine.actives.map(\.name)
        let story = script.play(script.health(active[0], .unhealthy))
        #expect(script.machine.actives.map(\.name) != active, "\(script.answers.suffix(1)) \(story)")
    }
}
