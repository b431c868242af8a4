import FailoverCore
import Testing

@testable import Supervision

/// How long the next write of a group may take.
@Suite struct WritePatienceTests {
    private static func at(_ seconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: seconds * 1_000_000_000)
    }

    /// A try of which no answer came within its time, and when the next begins.
    private static func silence(
        of target: WriteTarget,
        _ patience: inout WritePatience,
        at now: MonotonicTime
    ) -> MonotonicTime {
        let time = patience.time(target, at: now)
        patience.ended(target, .unanswered, after: time, at: now + time)
        return now + time
    }

    /// The API server goes on without a webhook that fails open, after up to 30 s.
    @Test func eachTryWithoutAnAnswerIsGivenLonger() {
        var patience = WritePatience()
        var now = Self.at(100)
        var given: [Duration] = []
        for _ in 0..<5 {
            given.append(patience.time(.role("web-0"), at: now))
            now = Self.silence(of: .role("web-0"), &patience, at: now)
        }
        #expect(given == [.seconds(5), .seconds(12), .seconds(30), .seconds(30), .seconds(30)])
        #expect(patience.tries(.role("web-0"), at: now) == 5)
        patience.ended(.role("web-0"), .answered, after: .milliseconds(5), at: now)
        #expect(patience.time(.role("web-0"), at: now) == .seconds(5) && patience.tries(.role("web-0"), at: now) == 0)
    }

    @Test func anAnswerThatNeededTheTimeIsNoReasonForLess() {
        var patience = WritePatience()
        let now = Self.silence(of: .role("web-0"), &patience, at: Self.at(100))
        patience.ended(.role("web-0"), .answered, after: .seconds(10), at: now + .seconds(10))
        #expect(patience.time(.role("web-0"), at: now + .seconds(20)) == .seconds(12))
    }

    @Test func othersOfItsKindMostLikelyShareTheWebhook() {
        var patience = WritePatience()
        var now = Self.silence(of: .role("web-0"), &patience, at: Self.at(100))
        now = Self.silence(of: .role("web-0"), &patience, at: now)
        #expect(patience.time(.role("web-1"), at: now) == .seconds(12))
        #expect(patience.time(.record, at: now) == .seconds(5) && patience.tries(.record, at: now) == 0)
        #expect(patience.time(.slice("web-1"), at: now) == .seconds(5))
        #expect(patience.time(.deletion("web-0"), at: now) == .seconds(5))
        patience.ended(.role("web-1"), .answered, after: .milliseconds(5), at: now)
        #expect(patience.time(.role("web-0"), at: now) == .seconds(30), "the answer was not for that one")
    }

    /// A deletion is not bound to a version of the pod, which may be active by then.
    @Test func aDeletionIsNotOnItsWayForLong() {
        var patience = WritePatience()
        var now = Self.at(100)
        for _ in 0..<4 { now = Self.silence(of: .deletion("web-0"), &patience, at: now) }
        #expect(patience.time(.deletion("web-0"), at: now) == .seconds(12))
        #expect(!WriteTarget.deletion("web-0").mayOutlastLead && WriteTarget.role("web-0").mayOutlastLead)
    }

    /// 504 at once is no webhook that was waited for.
    @Test func aRefusalAtOnceIsNoSilence() {
        var patience = WritePatience()
        patience.ended(.record, .unanswered, after: .milliseconds(3), at: Self.at(100))
        patience.ended(.record, .overloaded, after: .milliseconds(3), at: Self.at(100))
        #expect(patience.time(.record, at: Self.at(100)) == .seconds(5))
    }

    @Test func whatIsLongAgoIsForgotten() {
        var patience = WritePatience()
        let now = Self.silence(of: .role("web-0"), &patience, at: Self.at(100))
        #expect(patience.tries(.role("web-0"), at: now + .seconds(119)) == 1)
        #expect(patience.tries(.role("web-0"), at: now + .seconds(120)) == 0)
        #expect(patience.time(.role("web-1"), at: now + .seconds(120)) == .seconds(5))
    }
}
