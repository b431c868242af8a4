import Testing

@testable import FailoverCore

/// Whom records announced, and for how long that is remembered.
@Suite struct AnnouncementsTests {
    private func member(_ name: String, _ epoch: Int?) -> Member {
        Member(id: .init(name), name: name, version: .init("1"), epoch: epoch.map { Epoch($0) })
    }

    @Test func onlyAnnouncementsAboveAMembersOwnEpochConcernIt() {
        var announced = Announcements(since: Epoch(0))
        announced.note(Epoch(3), .init("b"), afterLoss: false)
        #expect(announced.mayName(member("b", 2), apartFrom: OwnRun()))
        #expect(announced.mayName(member("b", nil), apartFrom: OwnRun()))
        #expect(!announced.mayName(member("b", 3), apartFrom: OwnRun()))
        #expect(!announced.mayName(member("c", nil), apartFrom: OwnRun()))
    }

    @Test func thoseOfTheOwnRunAreKnown() {
        var announced = Announcements(since: Epoch(0))
        announced.note(Epoch(3), .init("b"), afterLoss: false)
        var run = OwnRun()
        run.recorded(Epoch(3), after: Epoch(2))
        #expect(!announced.mayName(member("b", 2), apartFrom: run))
    }

    @Test func afterALossAnybodyMayHaveBeenAnnounced() {
        var announced = Announcements(since: Epoch(0))
        announced.note(Epoch(1003), .init("b"), afterLoss: true)
        #expect(announced.mayName(member("c", 3), apartFrom: OwnRun()))
        #expect(!announced.mayName(member("c", 1003), apartFrom: OwnRun()))
    }

    @Test func whatIsTooMuchToKeepCountsForEverybody() {
        var announced = Announcements(since: Epoch(0))
        for epoch in 1...Announcements.limit + 5 { announced.note(Epoch(epoch), .init("b"), afterLoss: false) }
        #expect(announced.entries.count == Announcements.limit && announced.since == Epoch(5))
        #expect(announced.mayName(member("c", 4), apartFrom: OwnRun()))
        #expect(!announced.mayName(member("c", 5), apartFrom: OwnRun()))
    }

    @Test func aRecordRemembersWhomItAnnouncedThoughTheMoveIsWithdrawn() {
        var script = GroupScript()
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 1)
        }
        var record = script.record("a")
        record.announced = Announcements(since: Epoch(0))
        _ = script.settle(script.start(record: record, healthy: ["a", "b", "c"]))
        script.denied = ["b"]
        _ = script.settle(
            script.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false)) }
        )
        #expect(script.machine.record?.record.origin == .adopted)
        let entries = script.machine.record?.record.announced.entries
        #expect(entries == [.init(epoch: Epoch(2), target: .init("uid-b"))])
    }
}
