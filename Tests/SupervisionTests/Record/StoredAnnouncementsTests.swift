import FailoverCore
import Foundation
import KubernetesClient
import Testing

@testable import Supervision

/// Whom records announced, as an annotation of the Lease.
@Suite struct StoredAnnouncementsTests {
    private static func entries(_ epochs: some Sequence<Int>) -> [Announcements.Entry] {
        epochs.map { .init(epoch: Epoch($0), target: Member.ID("u\($0)")) }
    }

    private static func read(_ text: String?, at epoch: Int = 9) -> Announcements {
        StoredAnnouncements.announcements(text, at: Epoch(epoch))
    }

    /// Nothing is known of what was before the record.
    private static let nothing = Announcements(since: Epoch(9))

    private static let targets = #"[{"epoch":5,"uid":"u5"}]"#

    @Test func readsWhatItWrites() throws {
        let announced = Announcements(since: Epoch(3), entries: Self.entries([5, 7, 9]))
        let text = try #require(StoredAnnouncements(announced, at: Epoch(9)).text(keeping: nil))
        #expect(
            text
                == #"{"epoch":9,"since":3,"targets":[{"epoch":5,"uid":"u5"},{"epoch":7,"uid":"u7"},{"epoch":9,"uid":"u9"}]}"#
        )
        #expect(Self.read(text) == announced)
        let none = Announcements(since: Epoch(9))
        #expect(Self.read(StoredAnnouncements(none, at: Epoch(9)).text(keeping: nil)) == none)
    }

    @Test func goesWithTheRecordThroughTheLease() {
        var record = GroupRecord(
            holder: .init(name: "a", id: .init("u9")),
            epoch: Epoch(9),
            origin: .intended,
            writer: "w",
            reason: "r"
        )
        record.announced = Announcements(since: Epoch(3), entries: Self.entries([5, 9]))
        var lease = RecordMapping.lease(record, group: "web", namespace: "n", base: nil, now: Date())
        #expect(RecordMapping.stored(lease).record == record)
        // An older version wrote the Lease since then and left the annotation as it was.
        lease.spec?.leaseTransitions = 10
        #expect(RecordMapping.stored(lease).record.announced == Announcements(since: Epoch(10)))
    }

    @Test(arguments: [10, 8, 0]) func whatWasWrittenAtAnotherEpochSaysNothing(epoch: Int) {
        #expect(Self.read(#"{"epoch":\#(epoch),"since":3,"targets":\#(Self.targets)}"#) == Self.nothing)
    }

    @Test(arguments: [
        nil, "", "nonsense", "[]", "{}", "null", "9", #"{"epoch":9,"since":3}"#,
        #"{"epoch":"9","since":3,"targets":[]}"#, #"{"epoch":9,"since":3,"targets":{}}"#,
        #"{"epoch":9,"since":3,"targets":[7]}"#, #"{"epoch":9,"since":3,"targets":[{"epoch":5}]}"#,
        #"{"epoch":9,"since":3,"targets":[{"epoch":5,"uid":7}]}"#,
    ]) func whatCannotBeReadSaysNothing(text: String?) {
        #expect(Self.read(text) == Self.nothing)
    }

    /// What one entry cannot have said, it may have said of anybody.
    @Test(arguments: [
        #"{"epoch":10,"uid":"u"}"#, #"{"epoch":-1,"uid":"u"}"#, #"{"epoch":9223372036854775807,"uid":"u"}"#,
        #"{"epoch":1073741825,"uid":"u"}"#, #"{"epoch":1e300,"uid":"u"}"#, #"{"epoch":5.5,"uid":"u"}"#,
        #"{"epoch":5,"uid":"\#(String(repeating: "x", count: 101))"}"#,
    ]) func oneEntryThatCannotBeMakesTheRestUnknown(entry: String) {
        #expect(Self.read(#"{"epoch":9,"since":3,"targets":[{"epoch":4,"uid":"a"},\#(entry)]}"#) == Self.nothing)
    }

    @Test(arguments: ["10", "-1", "9223372036854775807", "1e300"])
    func aBeginningThatCannotBeSaysNothing(since: String) {
        #expect(Self.read(#"{"epoch":9,"since":\#(since),"targets":[]}"#) == Self.nothing)
    }

    @Test func ofTooManyNothingIsKnown() throws {
        let full = Announcements(since: Epoch(3), entries: Self.entries(4..<(4 + Announcements.limit)))
        let last = 3 + Announcements.limit
        let text = try #require(StoredAnnouncements(full, at: Epoch(last)).text(keeping: nil))
        #expect(Self.read(text, at: last) == full)
        let targets = (0...100_000).map { #"{"epoch":\#($0 % 9),"uid":"u"}"# }.joined(separator: ",")
        #expect(Self.read(#"{"epoch":9,"since":3,"targets":[\#(targets)]}"#) == Self.nothing)
    }

    /// A uid is only compared.
    @Test func whateverAUIDHoldsIsKeptAndWrittenAsItWas() throws {
        let uid = "\u{1B}[2J\"\\\n\u{0}\u{202E}"
        let announced = Announcements(since: Epoch(3), entries: [.init(epoch: Epoch(5), target: Member.ID(uid))])
        let text = try #require(StoredAnnouncements(announced, at: Epoch(9)).text(keeping: nil))
        #expect(!text.contains("\n") && Self.read(text) == announced)
    }

    /// What it says goes last when an object would be too large; then nothing is known.
    @Test func isLeftOutWhereItHasNoRoom() {
        var base = Lease(metadata: ObjectMeta(name: "kube-standby-web"), spec: Lease.Spec())
        base.metadata.annotations = ["other": String(repeating: "x", count: 262_000)]
        var record = GroupRecord(holder: nil, epoch: Epoch(40), origin: .intended, writer: "w", reason: "r")
        record.announced = Announcements(since: Epoch(3), entries: Self.entries(9...40))
        let lease = RecordMapping.lease(record, group: "web", namespace: "n", base: base, now: Date())
        #expect(lease.metadata.annotations?[RecordMapping.Annotation.announced] == nil)
        #expect(RecordMapping.stored(lease).record.announced == Announcements(since: Epoch(40)))
    }
}
