import Coordination
import FailoverCore
import Repeatable
import Testing

@testable import Supervision

@Suite(.timeLimit(.minutes(5))) struct RequestLimiterTests {
    private actor Gauge {
        private var now = 0
        private(set) var most = 0
        private(set) var order: [WriteUrgency] = []

        func enter(_ urgency: WriteUrgency) {
            now += 1
            most = max(most, now)
            order.append(urgency)
        }

        func leave() { now -= 1 }
    }

    @Test func neverLetsMoreThroughThanTheLimit() async {
        let limiter = RequestLimiter(limit: 3)
        let gauge = Gauge()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    _ = await limiter.withTurn(.move, patience: .seconds(60)) {
                        await gauge.enter(.move)
                        await Task.yield()
                        await gauge.leave()
                    }
                }
            }
        }
        #expect(await gauge.most <= 3)
        #expect(await gauge.order.count == 50)
        #expect(await limiter.withTurn(.upkeep, patience: .zero) { 7 } == 7)
    }

    @Test func letsThroughFirstWhatEndsAnOutage() async {
        let limiter = RequestLimiter(limit: 1)
        let gauge = Gauge()
        let gate = Latch()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await limiter.withTurn(.upkeep, patience: .zero) { await gate.wait() } }
            while await !limiter.isFull { await Task.yield() }
            for (count, urgency) in [(1, WriteUrgency.upkeep), (1, .move), (1, .outage), (1, .promotion), (2, .move)] {
                group.addTask {
                    _ = await limiter.withTurn(urgency, patience: .seconds(60)) { await gauge.enter(urgency) }
                }
                while await limiter.waitingCount(urgency) < count { await Task.yield() }
            }
            gate.open()
        }
        #expect(await gauge.order == [.promotion, .outage, .move, .move, .upkeep])
    }

    @Test func givesUpAWriteWhoseTurnDoesNotCome() async {
        let clock = ManualClock()
        let limiter = RequestLimiter(limit: 1, clock: clock)
        let outcome = await limiter.withTurn(.move, patience: .seconds(60)) {
            async let inner = limiter.withTurn(.promotion, patience: .seconds(1)) { true }
            await clock.waitForSleepers(1)
            clock.advance(by: .seconds(1))
            return await inner
        }
        #expect(outcome == .some(nil))
        #expect(await limiter.waitingCount(.promotion) == 0)
        #expect(await limiter.withTurn(.move, patience: .zero) { true } == true)
    }
}
