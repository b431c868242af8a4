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
        counts.observed(isEmpty: false, isSwitching: false, at: Self.at(0))
        counts.began(.activeUnhealthy, fromNobody: false, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: true, isSwitching: true, at: Self.at(11))
        counts.completed(Self.move(.activeUnhealthy), at: Self.at(12))
        #expect(counts.unavailable == .seconds(5) && counts.moves == [.activeUnhealthy: 1])
    }

    @Test mutating func aPodThatIsGoneCountsFromTheDecision() {
        counts.began(.activeGone, fromNobody: false, failingSince: nil, at: Self.at(10))
        counts.completed(Self.move(.activeGone), at: Self.at(10.5))
        #expect(counts.unavailable == .seconds(0.5))
    }

    /// Two moves, the first of them to nobody, are one outage.
    @Test mutating func nobodyActiveCountsUntilThePromotion() {
        counts.began(.activeUnhealthy, fromNobody: false, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: true, isSwitching: true, at: Self.at(11))
        counts.completed(Self.move(.activeUnhealthy, to: nil), at: Self.at(12))
        counts.observed(isEmpty: true, isSwitching: true, at: Self.at(50))
        counts.began(.noActive, fromNobody: true, failingSince: nil, at: Self.at(100))
        counts.completed(Self.move(.noActive), at: Self.at(101))
        #expect(counts.unavailable == .seconds(94) && counts.moves == [.activeUnhealthy: 1, .noActive: 1])
    }

    @Test(arguments: [SwitchCause.switchover, .preempted, .fenced, .labelledByHand, .multipleActive])
    mutating func aMoveFromAPodThatServesCountsItsGap(cause: SwitchCause) {
        counts.began(cause, fromNobody: false, failingSince: nil, at: Self.at(10))
        counts.completed(Self.move(cause, gap: .milliseconds(8)), at: Self.at(12))
        #expect(counts.unavailable == .milliseconds(8))
    }

    /// The informer shows the promotion before its answer comes.
    @Test mutating func whoIsSeenActiveInTheMiddleOfASwitchEndsNothing() {
        counts.observed(isEmpty: true, isSwitching: false, at: Self.at(10))
        counts.began(.noActive, fromNobody: true, failingSince: nil, at: Self.at(20))
        counts.observed(isEmpty: false, isSwitching: true, at: Self.at(21))
        counts.completed(Self.move(.noActive), at: Self.at(22))
        #expect(counts.unavailable == .seconds(12))
    }

    /// The pod that was to take over was refused; another did.
    @Test mutating func aRefusedTargetDoesNotBeginTheOutageAnew() {
        counts.began(.activeUnhealthy, fromNobody: false, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: true, isSwitching: true, at: Self.at(11))
        counts.began(.targetRefused, fromNobody: false, failingSince: nil, at: Self.at(12))
        counts.completed(Self.move(.targetRefused), at: Self.at(13))
        #expect(counts.unavailable == .seconds(6))
    }

    /// Paused, the active pod fails, and an operator ends that.
    @Test mutating func whatAnOperatorEndsCountsIfItWasDown() {
        counts.began(.switchover, fromNobody: false, failingSince: Self.at(5), at: Self.at(25))
        counts.completed(Self.move(.switchover), at: Self.at(26))
        #expect(counts.unavailable == .seconds(21))
    }

    /// A label that somebody takes away, long after a failover that was not needed.
    @Test mutating func anOldFailureIsNotCountedLater() {
        counts.began(.activeUnhealthy, fromNobody: false, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: false, isSwitching: false, at: Self.at(11))
        counts.observed(isEmpty: true, isSwitching: false, at: Self.at(1000))
        counts.began(.labelLost, fromNobody: true, failingSince: nil, at: Self.at(1000))
        counts.completed(Self.move(.labelLost), at: Self.at(1001))
        #expect(counts.unavailable == .seconds(1))
    }

    /// A move that was not needed after all leaves nothing for the next one.
    @Test mutating func whatRecoveredIsForgotten() {
        counts.began(.activeUnhealthy, fromNobody: false, failingSince: Self.at(7), at: Self.at(10))
        counts.observed(isEmpty: false, isSwitching: false, at: Self.at(11))
        counts.began(.switchover, fromNobody: false, failingSince: nil, at: Self.at(1000))
        counts.completed(Self.move(.switchover, gap: .milliseconds(8)), at: Self.at(1001))
        #expect(counts.unavailable == .milliseconds(8))
    }
}
