import Testing

@testable import Supervision

@Suite(.timeLimit(.minutes(5))) struct WriteLimiterTests {
    private actor Gauge {
        private var now = 0
        private(set) var most = 0

        func enter() {
            now += 1
            most = max(most, now)
        }

        func leave() { now -= 1 }
    }

    @Test func neverLetsMoreThroughThanTheLimit() async {
        let limiter = WriteLimiter(limit: 3)
        let gauge = Gauge()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await limiter.withTurn {
                        await gauge.enter()
                        await Task.yield()
                        await gauge.leave()
                    }
                }
            }
        }
        #expect(await gauge.most <= 3)
        #expect(await limiter.withTurn { 7 } == 7)
    }
}
