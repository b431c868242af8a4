import Testing

@testable import FailoverCore

/// Labels that others write.
@Suite struct DriftTests {
    @Test func takesOneOtherHealthyMemberLabelledByHandForASwitchover() {
        var script = GroupScript.three()
        script.place("b", .active, epoch: 1)
        let effects = script.observe()
        #expect(effects.moves == [.labelledByHand] && effects.targets == ["b"])
        #expect(script.settle(effects).sorted() == ["a=passive@2", "b=active@2", "c=passive@2"])
    }

    @Test func demotesAnUnhealthyOneTwoAtOnceAndOneThatCameBackAsActive() {
        var unhealthy = GroupScript.three()
        _ = unhealthy.health("b", .unhealthy)
        unhealthy.place("b", .active, epoch: 1)
        #expect(unhealthy.settle(unhealthy.observe()) == ["b=passive@1"])
        var two = GroupScript.three()
        two.place("b", .active, epoch: 1)
        two.place("c", .active, epoch: 1)
        #expect(two.settle(two.observe()).sorted() == ["b=passive@1", "c=passive@1"])
        // Never seen as anything but active: an old one that returns.
        var returned = GroupScript.three()
        returned.place("d", .active, epoch: 1)
        _ = returned.health("d", .healthy)
        #expect(returned.settle(returned.observe()) == ["d=passive@1"])
    }

    @Test func repairsAtMostTenTimesAMinuteAndThenSaysThatSomebodyElseWrites() {
        var script = GroupScript.three()
        var writes = 0
        var findings: [Decision.Finding] = []
        var last: [Effect] = []
        for round in 0..<15 {
            script.at(1000 * round)
            script.place("c", nil, epoch: 1)
            last = script.observe()
            findings += last.findings
            writes += script.settle(last).count
        }
        #expect(writes == RepairLimit.count && findings == [.drift(.labels)])
        script.at(60_000)
        #expect(script.settle(script.machine.policyChanged(GroupPolicy(), at: script.now)) == ["c=passive@1"])
    }

    @Test func repairsOfPassiveLabelsDoNotUseUpWhatTheActiveOneNeeds() {
        var script = GroupScript.three()
        for round in 0..<RepairLimit.count {
            script.at(100 * round)
            script.place("c", nil, epoch: 1)
            _ = script.settle(script.observe())
        }
        script.place("c", nil, epoch: 1)
        script.place("a", nil, epoch: 1)
        let effects = script.observe()
        #expect(effects.moves == [.labelLost])
        #expect(script.settle(effects).contains("a=active@2"))
        // Nor does a second active member wait.
        script.place("b", .active, epoch: 2) { $0.priority = 0 }
        #expect(script.settle(script.observe()).contains("b=passive@2"))
    }

    @Test func manyActiveMembersAreDemotedAtOnce() {
        var script = GroupScript()
        let names = (0..<13).map { "p\($0)" }
        for name in names { script.place(name, name == "p0" ? .active : .passive, epoch: 1) }
        _ = script.settle(script.start(record: script.record("p0"), healthy: names))
        for name in names { script.place(name, .active, epoch: 1) }
        #expect(script.settle(script.observe()).count == 12 && script.machine.actives.map(\.name) == ["p0"])
    }

    @Test func newPodsAreLabelledHoweverManyTheyAre() {
        var script = GroupScript.three()
        for number in 0..<40 { script.place("n\(number)", nil) }
        #expect(script.settle(script.observe()).count == 40)
    }

    /// The webhook writes the label back.
    @Test func aWriteThatAWebhookUndoesIsNotTakenForDone() {
        var script = GroupScript.three()
        script.holds = { if case .writeRole(_, let write) = $0 { write.member.name == "a" } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .writeRole(let id, let write) = effect else { return [] }
            var stored = write.member
            stored.epoch = write.epoch
            stored.version = ObjectVersion("900")
            return script.machine.roleWritten(id, .written(stored), at: script.now)
        }
        #expect(effects.map(\.words) == ["failed: writing pod a", "backoff 0", "waits for a to b"])
    }

    @Test func aLostLeaseIsWrittenAnewAtAHigherEpoch() {
        var script = GroupScript.three()
        script.loseLease()
        let effects = script.observeRecord()
        guard case .readRecord(let id) = effects.first else {
            Issue.record("not read: \(effects)")
            return
        }
        _ = script.settle(script.machine.recordRead(id, .absent, at: script.now))
        #expect(script.machine.record?.record.epoch ?? Epoch(0) > Epoch(1000))
        #expect(script.machine.actives.map(\.name) == ["a"])
    }
}
