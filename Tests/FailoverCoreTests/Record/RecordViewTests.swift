import Testing

@testable import FailoverCore

/// What the informer shows of a record is kept for as long as it is news: thousands of groups would each keep a record twice.
@Suite struct RecordViewTests {
    private static let now = MonotonicTime(nanoseconds: 1)

    private static func record(_ version: Int) -> StoredRecord {
        let record = GroupRecord(
            holder: .init(name: "a", id: .init("a")),
            epoch: Epoch(version),
            origin: .intended,
            writer: "w",
            reason: "r"
        )
        return StoredRecord(record: record, version: .init(uid: "lease", version: .init("\(version)")))
    }

    private static func view(of version: Int) -> RecordView {
        var view = RecordView()
        view.took(record(version), at: now)
        return view
    }

    @Test func whatItWroteItselfIsNotKept() {
        var view = Self.view(of: 7)
        let mustRead = view.saw(Self.record(7), isRelist: false)
        #expect(!mustRead)
        #expect(view == Self.view(of: 7))
    }

    /// The informer may show a write before its answer is in.
    @Test func whatTheAnswerOvertakesIsNotKept() {
        var (view, blind) = (Self.view(of: 7), Self.view(of: 7))
        let mustRead = view.saw(Self.record(8), isRelist: false)
        #expect(!mustRead)
        for version in [7, 8] {
            #expect(view.isNewsSeen == (view.record?.epoch == Epoch(7)))
            view.took(Self.record(version), at: Self.now)
            blind.took(Self.record(version), at: Self.now)
        }
        #expect(view == blind)
    }

    @Test func newsIsKeptUntilItIsTakenOver() {
        var view = Self.view(of: 7)
        let mustRead = view.saw(Self.record(9), isRelist: false)
        #expect(!mustRead)
        view.took(Self.record(8), at: Self.now)
        #expect(view.observedEpoch == Epoch(9))
        view.takeObserved(at: Self.now)
        #expect(view.record?.epoch == Epoch(9))
        #expect(!view.isNewsSeen)
    }

    /// A server that was set back: a change is shown while what it was set back to is being read.
    @Test func whatFollowsAnOlderStateIsKept() {
        var view = Self.view(of: 9)
        let mustRead = view.saw(Self.record(6), isRelist: true)
        #expect(mustRead)
        view.beginReading()
        _ = view.saw(Self.record(7), isRelist: false)
        view.took(Self.record(6), at: Self.now)
        view.takeObserved(at: Self.now)
        #expect(view.record?.epoch == Epoch(7))
    }
}
