import Coordination
import Foundation
import Testing

@testable import FailoverCore
@testable import KubernetesClient
@testable import Supervision

/// What a group makes of its Service's slices, event by event.
@Suite struct EndpointViewTests {
    private static let (old, new) = (Member.ID("uid-0"), Member.ID("uid-1"))
    private static let settling = OperationID(number: 7)
    private static let promoting = OperationID(number: 8)

    private static func at(_ milliseconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
    }

    private static func slice(_ pods: (Member.ID, Bool)...) -> ServiceEndpoints {
        ServiceEndpoints(
            metadata: ObjectMeta(name: "web-1"),
            endpoints: pods.map { .init(pod: $0.uid, isReady: $1) }
        )
    }

    /// A view that shows these pods.
    private static func view(_ slices: ServiceEndpoints...) -> EndpointView {
        var view = EndpointView(of: "web")
        _ = view.observed(slices, at: at(0))
        return view
    }

    private static func member(_ id: Member.ID, _ role: Role) -> Member {
        Member(id: id, name: "web", version: .init("1"), role: role)
    }

    private static func words(_ outcomes: [EndpointView.Outcome]) -> [String] {
        outcomes.map { outcome in
            switch outcome {
            case .settled(let id): "settled \(id.number)"
            case .followed(let move, let time):
                "followed \(move.epoch)\(time.map { " after \($0.wholeMilliseconds)" } ?? "")\(move.isLate ? " late" : "")"
            case .dropped(let move): "dropped \(move.epoch)\(move.isLate ? " late" : "")"
            }
        }
    }

    /// A promotion at an epoch is acknowledged.
    private static func promote(_ view: inout EndpointView, _ epoch: Int, at time: MonotonicTime) -> [String] {
        view.promotes(promoting, at: Epoch(epoch))
        return words(view.roleWritten(promoting, .written(member(new, .active)), at: time))
    }

    // MARK: Settling

    /// Whether a promotion waits once the old pod was demoted.
    private static func waits(_ view: inout EndpointView) -> Bool { view.settle(settling, without: [old]) }

    @Test func whatIsNotKnownOrNotShownIsNotWaitedFor() {
        var unseen = EndpointView(of: "web")
        #expect(!Self.waits(&unseen))
        var other = Self.view(Self.slice((Self.new, true)))
        #expect(!Self.waits(&other))
        var empty = Self.view()
        #expect(!Self.waits(&empty))
        var unreadable = Self.view(Self.slice((Self.old, true)))
        _ = unreadable.readable(false, at: Self.at(1))
        #expect(!Self.waits(&unreadable))
        _ = unreadable.readable(true, at: Self.at(2))
        #expect(Self.waits(&unreadable))
    }

    /// Also a pod that is not ready is taken out by an update, in the middle of which the controller must not be met.
    @Test(arguments: [true, false]) func settlesWhenNoSliceShowsThePodAnyMore(isReady: Bool) {
        var view = Self.view(Self.slice((Self.old, isReady)), Self.slice((Self.new, true)))
        #expect(Self.waits(&view))
        #expect(view.observed([Self.slice((Self.old, false))], at: Self.at(1)).isEmpty)
        #expect(Self.words(view.observed([Self.slice((Self.new, true))], at: Self.at(2))) == ["settled 7"])
        #expect(view.observed([], at: Self.at(3)).isEmpty)
    }

    @Test func whoCannotSeeAnyMoreDoesNotWait() {
        var view = Self.view(Self.slice((Self.old, true)))
        #expect(Self.waits(&view))
        #expect(Self.words(view.readable(false, at: Self.at(1))) == ["settled 7"])
    }

    // MARK: Following

    @Test func countsFromThePromotionToTheFirstSliceThatShowsThePodReady() {
        var view = Self.view()
        #expect(Self.promote(&view, 3, at: Self.at(10)).isEmpty)
        #expect(view.observed([Self.slice((Self.new, false))], at: Self.at(15)).isEmpty)
        #expect(
            Self.words(view.observed([Self.slice((Self.new, true))], at: Self.at(22))) == ["followed 3 after 12 ms"]
        )
        #expect(view.observed([Self.slice((Self.new, true))], at: Self.at(30)).isEmpty)
        // The move's end, which is told after the promotion's, is no other move.
        let move = CompletedMove(
            from: [],
            target: Self.member(Self.new, .active),
            cause: .noActive,
            epoch: Epoch(3),
            duration: .zero
        )
        #expect(view.moved(move, at: Self.at(31)).isEmpty && view.awaited == nil)
    }

    @Test func onlyThePromotionThatWasSentAndStoredCounts() {
        var view = Self.view()
        #expect(view.roleWritten(Self.promoting, .written(Self.member(Self.new, .active)), at: Self.at(1)).isEmpty)
        for outcome: RoleWriteOutcome in [.conflict, .gone, .notSent, .written(Self.member(Self.new, .passive))] {
            view.promotes(Self.promoting, at: Epoch(3))
            _ = view.roleWritten(Self.promoting, outcome, at: Self.at(1))
            #expect(view.awaited == nil)
        }
    }

    /// Its answer was lost, and a read showed that it was stored.
    @Test func aPromotionThatIsKnownByTheMovesEndCountsFromThere() {
        var view = Self.view()
        let move = CompletedMove(
            from: [],
            target: Self.member(Self.new, .active),
            cause: .noActive,
            epoch: Epoch(3),
            duration: .zero
        )
        #expect(view.moved(move, at: Self.at(5)).isEmpty)
        #expect(Self.words(view.observed([Self.slice((Self.new, true))], at: Self.at(9))) == ["followed 3 after 4 ms"])
    }

    @Test func theNextMoveEndsTheWait() {
        var view = Self.view()
        _ = Self.promote(&view, 3, at: Self.at(10))
        #expect(view.late(Epoch(2)) == nil)
        #expect(view.late(Epoch(3))?.pod == Self.new && view.late(Epoch(3)) == nil)
        #expect(Self.promote(&view, 4, at: Self.at(20)) == ["dropped 3 late"])
        let nobody = CompletedMove(from: [], target: nil, cause: .fenced, epoch: Epoch(5), duration: .zero)
        #expect(Self.words(view.moved(nobody, at: Self.at(30))) == ["dropped 4"])
    }

    @Test func whatIsNotSeenIsNotCounted() {
        var view = EndpointView(of: "web")
        #expect(Self.promote(&view, 3, at: Self.at(10)).isEmpty && view.awaited == nil)
    }

    /// What is not known is neither over nor late; once it is known again it is told, without a time.
    @Test(arguments: [false, true]) func whoCannotSeeForAWhileKeepsWaiting(isLate: Bool) {
        var view = Self.view()
        _ = Self.promote(&view, 3, at: Self.at(10))
        if isLate { #expect(view.late(Epoch(3)) != nil) }
        #expect(view.readable(false, at: Self.at(11)).isEmpty && view.awaited?.pod == Self.new)
        #expect(view.late(Epoch(3)) == nil, "it may be there by now")
        #expect(view.readable(true, at: Self.at(12)).isEmpty)
        let followed = view.observed([Self.slice((Self.new, true))], at: Self.at(13))
        #expect(Self.words(followed) == ["followed 3\(isLate ? " late" : "")"])
    }

    /// A list is made from time to time although nothing can be watched.
    @Test func aListShowsWhatNobodyCanFollow() {
        var view = Self.view()
        _ = Self.promote(&view, 3, at: Self.at(10))
        _ = view.readable(false, at: Self.at(11))
        #expect(Self.words(view.observed([Self.slice((Self.new, true))], at: Self.at(12))) == ["followed 3"])
    }

    @Test func whoWaitsForTheEndpointOfAPromotionIsLetGoOnceItCannotBeSeen() async throws {
        var view = Self.view()
        _ = Self.promote(&view, 3, at: Self.at(10))
        let ended = try #require(view.awaited?.ended)
        _ = view.readable(false, at: Self.at(11))
        await ended.wait()
    }

    // MARK: What is kept and counted

    @Test func timesOfTheLastMovesAreKept() throws {
        var times = EndpointTimes()
        for epoch in 1...30 { times.note(Epoch(epoch), .milliseconds(epoch)) }
        let seconds = (1...30).map { epoch in
            let entry = MoveEntry(epoch: Epoch(epoch), from: [], target: "web-0", cause: .noActive, startedAt: 1)
            return times.filling(StoredMove(entry, now: .init(timeIntervalSince1970: 0))).endpointSeconds
        }
        #expect(seconds[..<10].allSatisfy { $0 == nil } && seconds[10...].allSatisfy { $0 != nil })
        #expect(seconds.last == 0.03)
    }
}
