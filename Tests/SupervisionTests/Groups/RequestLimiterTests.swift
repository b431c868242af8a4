import Coordination
import FailoverCore
import Testing
import Transport

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
                    _ = await limiter.withTurn(.failing, patience: .seconds(60)) {
                        await gauge.enter(.failing)
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
            for (count, urgency) in [
                (1, WriteUrgency.upkeep), (1, .failing), (1, .outage), (1, .promotion), (2, .failing),
            ] {
                group.addTask {
                    _ = await limiter.withTurn(urgency, patience: .seconds(60)) { await gauge.enter(urgency) }
                }
                while await limiter.waitingCount(urgency) < count { await Task.yield() }
            }
            gate.open()
        }
        #expect(await gauge.order == [.promotion, .outage, .failing, .failing, .upkeep])
    }

    @Test func givesUpAWriteWhoseTurnDoesNotCome() async {
        let limiter = RequestLimiter(limit: 1)
        let outcome = await limiter.withTurn(.failing, patience: .seconds(60)) {
            await limiter.withTurn(.promotion, patience: .milliseconds(10)) { true }
        }
        #expect(outcome == .some(nil))
        #expect(await limiter.waitingCount(.promotion) == 0)
        #expect(await limiter.withTurn(.failing, patience: .zero) { true } == true)
    }

    /// Runs `body` while the one turn of a limiter is taken.
    private static func whileTaken(_ body: @Sendable @escaping (RequestLimiter, Latch) async -> Void) async {
        let limiter = RequestLimiter(limit: 1)
        let gate = Latch()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await limiter.withTurn(.upkeep, patience: nil) { await gate.wait() } }
            while await !limiter.isFull { await Task.yield() }
            await body(limiter, gate)
        }
    }

    @Test func givesUpAWriteWhoseTaskIsCancelledAndPassesTheTurnOn() async {
        await Self.whileTaken { limiter, gate in
            let waiting = Task { await limiter.withTurn(.promotion, patience: nil) { true } }
            while await limiter.waitingCount(.promotion) < 1 { await Task.yield() }
            waiting.cancel()
            #expect(await waiting.value == nil)
            #expect(await limiter.waitingCount(.promotion) == 0)
            gate.open()
            #expect(await limiter.withTurn(.upkeep, patience: nil) { true } == true)
        }
    }

    @Test func withoutPatienceOrALimitToItATurnComesInTheEnd() async {
        await Self.whileTaken { limiter, gate in
            async let second = limiter.withTurn(.failing, patience: nil) { 2 }
            while await limiter.waitingCount(.failing) < 1 { await Task.yield() }
            #expect(await limiter.withTurn(.promotion, patience: .zero) { 3 } == nil)
            gate.open()
            #expect(await second == 2)
        }
    }

    /// The turn that came in the moment of giving up is used, not lost: afterwards all turns are there.
    @Test func losesNoTurnHoweverManyGiveUp() async {
        let limiter = RequestLimiter(limit: 2)
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let patience: Duration? = number.isMultiple(of: 3) ? .microseconds(number) : nil
                    let urgency = WriteUrgency.allCases[number % WriteUrgency.allCases.count]
                    _ = await limiter.withTurn(urgency, patience: patience) { await Task.yield() }
                }
            }
        }
        #expect(await !limiter.isFull)
        for urgency in WriteUrgency.allCases { #expect(await limiter.waitingCount(urgency) == 0) }
        let both = await limiter.withTurn(.failing, patience: .zero) {
            await limiter.withTurn(.failing, patience: .zero) { true }
        }
        #expect(both == .some(true))
    }
}
