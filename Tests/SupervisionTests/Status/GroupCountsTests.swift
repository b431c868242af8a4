import Testing

@testable import FailoverCore
@testable import Supervision

/// How long nobody served, and what moved.
@Suite struct GroupCountsTests {
    private var counts = GroupCounts()

    private static func at(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: 1_000_000_000_000) + .seconds(seconds)
    }

    private static func move(_ cause: SwitchCause, to target: String? = "b", gap: Duration? = nil) -> CompletedMove {
        let member = target.map { Member(id: .init($0), name: $0, version: .init("1"), role: .active) }
        return CompletedMove(from: [], target: member, cause: cause, epoch: Epoch(2), duration: .zero, gap: gap)
    }

    @Test mutating func aFailoverCountsFromTheFirstFailedProbe() {
        counts.observed(isEmpty: false, at: Self.at(0))
        counts.began(.activeUnhealthy, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: true, at: Self.at(11))
        counts.completed(Self.move(.activeUnhealthy), at: Self.at(12))
        #expect(counts.unavailable == .seconds(5) && counts.moves == [.activeUnhealthy: 1])
    }

    @Test mutating func aPodThatIsGoneCountsFromTheDecision() {
        counts.began(.activeGone, failingSince: nil, at: Self.at(10))
        counts.completed(Self.move(.activeGone), at: Self.at(10.5))
        #expect(counts.unavailable == .seconds(0.5))
    }

    /// Two moves, the first of them to nobody, are one outage.
    @Test mutating func nobodyActiveCountsUntilThePromotion() {
        counts.began(.activeUnhealthy, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: true, at: Self.at(11))
        counts.completed(Self.move(.activeUnhealthy, to: nil), at: Self.at(12))
        counts.observed(isEmpty: true, at: Self.at(50))
        counts.began(.noActive, failingSince: nil, at: Self.at(100))
        counts.completed(Self.move(.noActive), at: Self.at(101))
        #expect(counts.unavailable == .seconds(90) && counts.moves == [.activeUnhealthy: 1, .noActive: 1])
    }

    @Test(arguments: [SwitchCause.switchover, .preempted, .fenced, .labelledByHand, .multipleActive])
    mutating func aMoveFromAPodThatServesCountsItsGap(cause: SwitchCause) {
        counts.began(cause, failingSince: Self.at(1), at: Self.at(10))
        counts.completed(Self.move(cause, gap: .milliseconds(8)), at: Self.at(12))
        #expect(counts.unavailable == .milliseconds(8))
    }

    /// A move that was not needed after all leaves nothing for the next one.
    @Test mutating func whatRecoveredIsForgotten() {
        counts.began(.activeUnhealthy, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: false, at: Self.at(11))
        counts.began(.switchover, failingSince: nil, at: Self.at(1000))
        counts.completed(Self.move(.switchover, gap: .milliseconds(8)), at: Self.at(1001))
        #expect(counts.unavailable == .milliseconds(8))
    }
}
