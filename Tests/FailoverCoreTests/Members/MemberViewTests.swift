import Testing

@testable import FailoverCore

@Suite struct MemberViewTests {
    private func member(_ version: String, _ role: Role) -> Member {
        Member(id: .init("a"), name: "a", version: .init(version), role: role)
    }

    @Test func neverReplacesANewerVersionByAnOlder() {
        var view = MemberView()
        view.listed([member("9", .passive)], version: .init("9"), isRelist: false)
        view.updated(member("11", .active))
        view.updated(member("10", .passive))
        #expect(view[.init("a")]?.role == .active)
        view.listed([member("9", .passive)], version: .init("10"), isRelist: false)
        #expect(view[.init("a")]?.role == .active)
    }

    @Test func ignoresAnOlderListing() {
        var view = MemberView()
        view.listed([member("9", .passive)], version: .init("20"), isRelist: false)
        view.listed([], version: .init("19"), isRelist: false)
        #expect(view.all.count == 1)
    }

    @Test func believesARelistEvenIfItIsOlder() {
        var view = MemberView()
        view.listed([member("90", .active)], version: .init("90"), isRelist: false)
        view.listed([member("5", .passive)], version: .init("6"), isRelist: true)
        #expect(view[.init("a")]?.role == .passive)
    }

    /// The answer to its promotion may come after it has left.
    @Test func whoDepartedWhileItWasPromotedIsActive() {
        var view = MemberView()
        view.listed([member("1", .passive)], version: .init("1"), isRelist: false)
        view.listed([], version: .init("2"), isRelist: false)
        view.stored(member("3", .active))
        #expect(view.departed.map(\.role) == [.active] && view.all.isEmpty)
        view.stored(member("4", .passive))
        #expect(view.departed.isEmpty)
    }

    @Test(arguments: [("9", "10", true), ("10", "9", false), ("99", "100", true), ("7", "7", false)])
    func ordersVersionsAsNumbers(left: String, right: String, isLess: Bool) {
        #expect((ObjectVersion(left) < ObjectVersion(right)) == isLess)
    }

    @Test func forgetsTheHealthOfWhoIsGone() {
        var view = MemberView()
        view.listed([member("1", .passive)], version: .init("1"), isRelist: false)
        var evidence = HealthEvidence(since: MonotonicTime(nanoseconds: 0))
        evidence.became(.healthy, at: MonotonicTime(nanoseconds: 0))
        view.probed(.init("a"), evidence)
        view.removed(.init("a"))
        #expect(view.health(of: .init("a")) == .unknown)
        #expect(view.evidence(of: .init("a")) == nil)
    }
}
