import Coordination
import FailoverCore
import Testing

@testable import Supervision

/// Writes that are not answered hold up only themselves.
@Suite(.timeLimit(.minutes(5))) struct HungWriteTests {
    /// A scheduler with a clock of the test's own.
    private struct Stage: Sendable {
        let clock: TestClock
        let scheduler: WriteScheduler
        let order = Locked<[String]>([])

        init() {
            let clock = TestClock()
            self.clock = clock
            scheduler = WriteScheduler(now: clock.clock.now)
        }

        /// Sends a write that has no answer until `end` is opened, and returns once it is under way, or waits.
        func hang(
            _ urgency: WriteUrgency = .demotion,
            by way: WriteScheduler.Way = .window,
            name: String = "hung",
            as ending: WriteWindow.Ending = .unanswered,
            until end: Latch,
            in group: inout TaskGroup<Void>
        ) async {
            let before = await scheduler.counts
            group.addTask {
                _ = await scheduler.write(urgency, importance: 100, by: way) {
                    order.withLock { $0.append(name) }
                    await end.wait()
                    return (true, ending)
                }
            }
            while case let now = await scheduler.counts,
                now.underWay + now.waiting <= before.underWay + before.waiting
            {
                await Task.yield()
            }
        }

        /// A write that is answered at once.
        func answer(_ urgency: WriteUrgency = .failing) async {
            _ = await scheduler.write(urgency, importance: 100) { (true, .answered) }
        }
    }

    /// However many retries there are, the first try of another group goes at once.
    @Test func retriesTakeNoPlaceInTheWindow() async {
        let stage = Stage()
        let (end, limit) = (Latch(), await stage.scheduler.counts.limit)
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<limit * 4 {
                let way = WriteScheduler.Way.retry(namespace: "n\(index % 2)", tries: 1)
                await stage.hang(by: way, until: end, in: &group)
            }
            let counts = await stage.scheduler.counts
            #expect(counts.underWay == RetryLine.limit && counts.waiting == limit * 4 - RetryLine.limit)
            // It would wait for ever.
            await stage.answer(.upkeep)
            end.open()
            await group.waitForAll()
        }
        let counts = await stage.scheduler.counts
        #expect(counts.underWay == 0 && counts.waiting == 0)
        #expect(counts.limit == limit, "they were known to take long")
    }

    @Test func retriesOfOneNamespaceLeaveRoomForAnother() async {
        let stage = Stage()
        let end = Latch()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<RetryLine.limit {
                await stage.hang(by: .retry(namespace: "a", tries: 1), until: end, in: &group)
            }
            #expect(await stage.scheduler.counts.underWay == RetryLine.limitOfNamespace)
            await stage.hang(by: .retry(namespace: "b", tries: 3), until: end, in: &group)
            #expect(await stage.scheduler.counts.underWay == RetryLine.limitOfNamespace + 1)
            end.open()
            await group.waitForAll()
        }
    }

    /// What was tried in vain more often goes behind what was not, so that each has its turn.
    @Test func theRetryThatWasTriedLeastIsNext() async {
        let stage = Stage()
        let ends = (0..<RetryLine.limitOfNamespace).map { _ in Latch() }
        let end = Latch()
        await withTaskGroup(of: Void.self) { group in
            for latch in ends { await stage.hang(by: .retry(namespace: "a", tries: 1), until: latch, in: &group) }
            stage.order.withLock { $0 = [] }
            for (name, urgency, tries) in [
                ("often", WriteUrgency.promotion, 7), ("seal", .seal, 2), ("demotion", .demotion, 2),
            ] {
                let way = WriteScheduler.Way.retry(namespace: "a", tries: tries)
                await stage.hang(urgency, by: way, name: name, until: end, in: &group)
            }
            end.open()
            ends[0].open()
            while stage.order.withLock({ $0.count }) < 3 { await Task.yield() }
            for latch in ends { latch.open() }
            await group.waitForAll()
        }
        #expect(stage.order.withLock { $0 } == ["demotion", "seal", "often"])
    }

    /// First tries of many groups that hang together: another group waits for a look, and not until they give up.
    @Test func whatHasNoAnswerForLongGivesItsPlaceAwayWhileOthersAreAnswered() async {
        let stage = Stage()
        let (end, limit) = (Latch(), await stage.scheduler.counts.limit)
        await withTaskGroup(of: Void.self) { group in
            await stage.answer()
            for _ in 0..<limit { await stage.hang(until: end, in: &group) }
            await stage.hang(.failing, name: "b", until: end, in: &group)
            stage.clock.advance(by: .milliseconds(999))
            _ = await stage.scheduler.look()
            #expect(await stage.scheduler.counts.waiting == 1)
            stage.clock.advance(by: .milliseconds(1))
            let delay = await stage.scheduler.look()
            #expect(delay.waiting == 0 && delay.unanswered == limit)
            while !stage.order.withLock({ $0.contains("b") }) { await Task.yield() }
            end.open()
            await group.waitForAll()
        }
        #expect(await stage.scheduler.counts.underWay == 0)
    }

    @Test func thereIsABoundToThem() async {
        let stage = Stage()
        let (end, limit) = (Latch(), await stage.scheduler.counts.limit)
        await withTaskGroup(of: Void.self) { group in
            await stage.answer()
            for _ in 0..<limit * 2 + WriteScheduler.mostOverdue { await stage.hang(until: end, in: &group) }
            for _ in 0..<8 {
                stage.clock.advance(by: .seconds(1))
                // Another client is answered all the time.
                _ = await stage.scheduler.write(.upkeep, importance: 0, by: .retry(namespace: "x", tries: 1)) {
                    (true, .answered)
                }
                _ = await stage.scheduler.look()
            }
            #expect(await stage.scheduler.counts.underWay == limit + WriteScheduler.mostOverdue)
            #expect(await stage.scheduler.counts.waiting == limit)
            end.open()
            await group.waitForAll()
        }
    }

    /// A server that answers nobody is backed off from.
    @Test func aServerThatHangsAsAWholeIsAskedLess() async {
        let stage = Stage()
        let limit = await stage.scheduler.counts.limit
        for round in 1...3 {
            let end = Latch()
            await withTaskGroup(of: Void.self) { group in
                let count = await stage.scheduler.counts.limit
                for _ in 0..<count * 2 { await stage.hang(until: end, in: &group) }
                for _ in 0..<5 {
                    stage.clock.advance(by: .seconds(1))
                    _ = await stage.scheduler.look()
                }
                #expect(await stage.scheduler.counts.underWay == count, "none gives its place away")
                end.open()
                await group.waitForAll()
            }
            #expect(await stage.scheduler.counts.limit <= max(8, limit >> round))
        }
        #expect(await stage.scheduler.counts.limit == 8)
    }

    @Test func whoIsCancelledLeavesTheLineOfRetries() async {
        let stage = Stage()
        let end = Latch()
        let way = WriteScheduler.Way.retry(namespace: "a", tries: 1)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<RetryLine.limitOfNamespace { await stage.hang(by: way, until: end, in: &group) }
            let task = Task { await stage.scheduler.write(.seal, importance: 0, by: way) { (true, .answered) } }
            while await stage.scheduler.counts.waiting < 1 { await Task.yield() }
            task.cancel()
            #expect(await task.value == nil)
            #expect(await stage.scheduler.counts.waiting == 0)
            end.open()
            await group.waitForAll()
        }
        #expect(await stage.scheduler.write(.seal, importance: 0, by: way) { (7, .answered) } == 7)
    }

    // MARK: What is told

    @Test func aLongWaitIsToldOnceAMinuteAndItsEndOnce() {
        let logs = LogRecorder()
        var log = WriteDelayLog(logs.logger)
        let start = MonotonicTime(nanoseconds: 1_000_000_000)
        var delay = WriteDelay(waiting: 3, longest: .seconds(4), unanswered: 20, limit: 8)
        log.heard(delay, at: start)
        #expect(logs.lines.isEmpty)
        delay.longest = .seconds(5)
        for second in 0..<61 { log.heard(delay, at: start + .seconds(second)) }
        #expect(
            logs.lines
                == Array(
                    repeating: "warning: writes to the API server wait for their turn limit=8 longest=5.0 seconds "
                        + "unanswered=20 waiting=3",
                    count: 2
                )
        )
        delay.waiting = 0
        for second in 61..<70 { log.heard(delay, at: start + .seconds(second)) }
        #expect(logs.lines.dropFirst(2) == ["notice: writes to the API server no longer wait"])
    }

    /// Nothing is looked at while nothing waits.
    @Test func theWatchSleepsWhileSomethingWaits() async {
        let stage = Stage()
        let logs = LogRecorder()
        let (end, limit) = (Latch(), await stage.scheduler.counts.limit)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<limit { await stage.hang(until: end, in: &group) }
            group.addTask { await stage.scheduler.run(stage.clock.clock, logs.logger) }
            await stage.hang(.failing, name: "b", until: end, in: &group)
            for second in 1...5 {
                await stage.clock.sleepBegins(count: second)
                stage.clock.advance(by: .seconds(1))
            }
            await stage.clock.sleepBegins(count: 6)
            #expect(logs.lines.count == 1 && logs.lines[0].contains("waiting=1"))
            end.open()
            while await stage.scheduler.counts.underWay > 0 { await Task.yield() }
            stage.clock.advance(by: .seconds(1))
            while logs.lines.count < 2 { await Task.yield() }
            group.cancelAll()
            await group.waitForAll()
        }
        #expect(logs.lines.last == "notice: writes to the API server no longer wait")
        #expect(stage.clock.sleeps.isEmpty)
    }
}
