import Coordination
import Testing

@Suite struct BackoffTests {
    @Test(arguments: [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (50, 1000)])
    func backsOffByTheTable(attempt: Int, milliseconds: Int) {
        let backoff = Backoff()
        #expect(backoff.delay(attempt: attempt, jitter: 1) == .milliseconds(milliseconds))
        #expect(backoff.delay(attempt: attempt, jitter: 0) == .milliseconds(milliseconds) / 2)
    }

    @Test(arguments: [Int.min, -1, 0]) func beginsWithTheFirstWait(attempt: Int) {
        let backoff = Backoff(first: .milliseconds(50), cap: .seconds(30))
        #expect(backoff.delay(attempt: attempt, jitter: 1) == .milliseconds(50))
    }

    @Test(arguments: [20, 63, 64, Int.max]) func neverWaitsLongerThanTheCap(attempt: Int) {
        #expect(Backoff(first: .seconds(1), cap: .seconds(30)).delay(attempt: attempt, jitter: 1) == .seconds(30))
    }

    @Test func aFirstWaitAboveTheCapIsTheCap() {
        #expect(Backoff(first: .seconds(9), cap: .seconds(3)).delay(attempt: 0, jitter: 1) == .seconds(3))
    }
}

@Suite struct LockedTests {
    @Test func givesOneAfterTheOtherTheValue() async {
        let count = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<1_000 { count.withLock { $0 += 1 } } }
            }
        }
        #expect(count.withLock { $0 } == 8_000)
    }

    @Test func answersWhatTheBodyAnswers() {
        let values = Locked([1, 2, 3])
        #expect(values.withLock { $0.popLast() } == 3)
        #expect(values.withLock { $0 } == [1, 2])
    }
}
