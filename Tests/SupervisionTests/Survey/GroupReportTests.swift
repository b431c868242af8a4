import FailoverCore
import Foundation
import Testing

@testable import KubernetesClient
@testable import Supervision

/// What is made of the moves that a Lease remembers.
@Suite struct GroupReportTests {
    private static let now = MicroTime(microseconds: 1_772_323_200_000_000)

    private static func time(_ hoursAgo: Double) -> MicroTime {
        MicroTime(microseconds: now.microseconds - Int64(hoursAgo * 3.6e9))
    }

    private static func move(
        _ hoursAgo: Double,
        _ cause: String,
        to: String? = "b",
        _ more: String = ""
    ) throws -> StoredMove {
        let target = to.map { #""to": "\#($0)", "# } ?? ""
        let text = #"{"time": "\#(time(hoursAgo))", "from": ["a"], \#(target)"cause": "\#(cause)", "epoch": 3\#(more)}"#
        return try JSONDecoder().decode(StoredMove.self, from: Data(text.utf8))
    }

    private static func report(_ moves: [StoredMove], created: Double = 1000, days: Double = 10) throws -> GroupReport {
        let lease = Data(#"{"metadata": {"name": "kube-standby-web", "namespace": "shop"}}"#.utf8)
        var record = try #require(RecordedGroup(try JSONDecoder().decode(Lease.self, from: lease)))
        record.moves = moves
        record.created = time(created)
        return GroupReport(record, seconds: days * 86_400, now: now)
    }

    @Test func downtimeIsDetectionSwitchingAndWaiting() throws {
        let report = try Self.report([
            try Self.move(
                100,
                "ActiveUnhealthy",
                #", "failingSeconds": 3, "durationSeconds": 0.5, "nobodyActiveSeconds": 0.1"#
            ),
            try Self.move(50, "Switchover", #", "durationSeconds": 0.4, "nobodyActiveSeconds": 0.2, "by": "ann""#),
            try Self.move(10, "Fenced", to: nil, #", "durationSeconds": 0, "by": "ann""#),
            try Self.move(9, "NoActive", #", "durationSeconds": 0.3"#),
        ])
        #expect(
            report.detectingSeconds == 3 && abs(report.switchingSeconds - 1) < 1e-9 && report.waitingSeconds == 3600
        )
        #expect(report.moves == 4 && report.requesters == ["ann": 2] && !report.isCutShort)
        #expect(report.causes == ["ActiveUnhealthy": 1, "Switchover": 1, "Fenced": 1, "NoActive": 1])
        #expect(abs(report.availability - (1 - 3604.0 / 864_000)) < 1e-9)
    }

    @Test func whatIsOlderOrWasNotMadeIsNotCounted() throws {
        let report = try Self.report([
            try Self.move(300, "ActiveUnhealthy", #", "failingSeconds": 3, "durationSeconds": 1"#),
            try Self.move(1, "ActiveUnhealthy", #", "failingSeconds": 3"#),
        ])
        #expect(report.moves == 0 && report.downSeconds == 0 && report.availability == 1)
    }

    @Test func saysWhereTheHistoryBegins() throws {
        let young = try Self.report([], created: 5)
        #expect(young.isCutShort && young.from == Self.time(5))
        let full = try (1...MoveEntry.limit).reversed().map {
            try Self.move(Double($0), "ActiveGone", #", "durationSeconds": 1"#)
        }
        let report = try Self.report(full)
        #expect(
            report.isCutShort && report.from == Self.time(Double(MoveEntry.limit)) && report.moves == MoveEntry.limit
        )
        #expect(report.switchingSeconds == Double(MoveEntry.limit))
    }

    @Test func whoIsActiveNowAndNobodyCountsUntilNow() throws {
        let report = try Self.report([try Self.move(2, "ActiveUnhealthy", to: nil, #", "durationSeconds": 0"#)])
        #expect(report.waitingSeconds == 7200)
    }

    /// A second move to nobody, before anybody was active again, adds nothing.
    @Test func timeWithoutAnybodyCountsOnce() throws {
        let moves = [
            try Self.move(10, "Fenced", to: nil, #", "durationSeconds": 0"#),
            try Self.move(8, "Fenced", to: nil, #", "durationSeconds": 0"#),
            try Self.move(7, "NoActive", #", "durationSeconds": 0"#),
            try Self.move(2, "ActiveUnhealthy", to: nil, #", "durationSeconds": 0"#),
            try Self.move(1, "ActiveGone", to: nil, #", "durationSeconds": 0"#),
        ]
        #expect(try Self.report(moves).waitingSeconds == 5 * 3600)
    }

    /// What the version before this one wrote has neither.
    @Test func oldMovesAreRead() throws {
        let move = try Self.move(1, "ActiveUnhealthy", #", "durationSeconds": 0.5"#)
        #expect(move.failingSeconds == nil && move.by == nil && move.entry(now: MicroTime(Date())).failing == nil)
        #expect(try Self.report([move]).switchingSeconds == 0.5)
    }

    // MARK: What is stored

    @Test func howLongAPodFailedAndWhoAskedAreStored() throws {
        var record = GroupRecord(holder: nil, epoch: Epoch(3), origin: .intended, writer: "w", reason: "r")
        var failed = MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .activeUnhealthy, startedAt: 1)
        failed.failing = .milliseconds(2500)
        var asked = MoveEntry(epoch: Epoch(3), from: ["b"], target: "a", cause: .switchover, startedAt: 2)
        asked.request = "1"
        record.history = [failed, asked]
        record.request = OperatorRequest(id: "1", action: .switchover(to: nil, isForced: false))
        var base = Lease(metadata: ObjectMeta(name: "kube-standby-web"), spec: nil)
        base.metadata.annotations = [RecordMapping.Annotation.request: #"{"id":"1","action":"Switchover","by":"ann"}"#]
        func moves(_ base: Lease, _ record: GroupRecord) -> (Lease, [StoredMove]) {
            let lease = RecordMapping.lease(record, group: "web", namespace: "n", base: base, now: Date())
            return (lease, RecordMapping.moves(lease.metadata.annotations?[RecordMapping.Annotation.history]))
        }
        let (written, first) = moves(base, record)
        #expect(first.map(\.failingSeconds) == [2.5, nil] && first.map(\.by) == [nil, "ann"])
        #expect(RecordMapping.stored(written).record.history.map(\.failing) == [.milliseconds(2500), nil])
        // The request is answered, and gone; who asked stays.
        record.request = nil
        #expect(moves(written, record).1.map(\.by) == [nil, "ann"])
    }
}
