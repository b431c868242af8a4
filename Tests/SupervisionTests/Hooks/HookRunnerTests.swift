import Coordination
import Foundation
import MetricsTestKit
import Testing

@testable import FailoverCore
@testable import Supervision

/// How often a hook is tried, when it is not, and how many are at once.
@Suite(.timeLimit(.minutes(5))) struct HookRunnerTests {
    /// A runner whose tries end as a test says, and what was tried and waited for.
    private struct Stage: Sendable {
        let log = EventLog()
        let metrics = TestMetrics()
        let runner: HookRunner

        /// Further tries succeed.
        init(_ attempts: [HookRunner.Attempt] = []) {
            let rest = Locked(attempts)
            runner = HookRunner(metrics: metrics) { [log] pause in
                log.add(pause >= .seconds(1) ? "waits long" : "waits")
            } attempt: { [log] errand in
                log.add("tries \(errand.call.pod)")
                return rest.withLock { $0.isEmpty ? .succeeded : $0.removeFirst() }
            }
        }

        func run(isWanted: @escaping @Sendable () async -> Bool = { true }) async -> HookOutcome {
            await runner.run(HookErrandTests.errand(), .upkeep, isWanted: isWanted)
        }
    }

    @Test(
        arguments: [
            ([], HookOutcome.succeeded, 1),
            ([.failed("a"), .failed("b")], .succeeded, 3),
            ([.failed("a"), .failed("b"), .failed("c")], .failed("c"), 3),
            ([.refused("a")], .failed("a"), 1),
            ([.failed("a"), .refused("b")], .failed("b"), 2),
            ([.gone], .gone, 1),
            ([.failed("a"), .gone], .gone, 2),
        ] as [([HookRunner.Attempt], HookOutcome, Int)]
    )
    func isTriedThreeTimesAtMost(attempts: [HookRunner.Attempt], outcome: HookOutcome, tries: Int) async {
        let stage = Stage(attempts)
        #expect(await stage.run() == outcome)
        #expect(stage.log.lines(with: "tries").count == tries)
        #expect(stage.log.lines(with: "waits").count == tries - 1)
    }

    @Test(
        arguments: [
            ([], "succeeded"), ([.refused("a")], "failed"), ([.gone], "gone"),
        ] as [([HookRunner.Attempt], String)]
    ) func isCountedAndTimedOnce(
        attempts: [HookRunner.Attempt],
        result: String
    ) async throws {
        let stage = Stage(attempts)
        _ = await stage.run()
        for name in ["succeeded", "failed", "gone"] {
            let labels = [("hook", "onDemote"), ("result", name)]
            let counter = try stage.metrics.expectCounter("kube_standby_hooks_total", labels)
            #expect(counter.totalValue == (name == result ? 1 : 0))
        }
        let timer = try stage.metrics.expectTimer("kube_standby_hook_duration_seconds", [("hook", "onDemote")])
        #expect(timer.values.count == 1)
    }

    @Test func whatIsNotRunIsNotCounted() async throws {
        let stage = Stage()
        #expect(await stage.run { false } == .notSent)
        let timer = try stage.metrics.expectTimer("kube_standby_hook_duration_seconds", [("hook", "onDemote")])
        #expect(timer.values.isEmpty)
    }

    @Test func waitsLongerBeforeTheLastTry() async {
        let stage = Stage([.failed("a"), .failed("b")])
        #expect(await stage.run() == .succeeded)
        #expect(
            stage.log.lines.filter { $0 != "waits" } == ["tries web-0", "tries web-0", "waits long", "tries web-0"]
        )
    }

    @Test func isNotTriedOnceNobodyWantsIt() async {
        let stage = Stage([.failed("a")])
        #expect(await stage.run { false } == .notSent)
        #expect(stage.log.lines == [])
        let asked = Locked(0)
        let outcome = await stage.run {
            asked.withLock {
                $0 += 1
                return $0 == 1
            }
        }
        #expect(outcome == .notSent && stage.log.lines(with: "tries").count == 1)
    }

    /// What was cancelled by us has not failed, but what succeeded has.
    @Test(arguments: [(true, HookOutcome.succeeded), (false, .notSent)])
    func aTryThatIsCancelledSaysNothingButItsSuccess(succeeds: Bool, expected: HookOutcome) async {
        let log = EventLog()
        let runner = HookRunner(metrics: TestMetrics()) { _ in
            log.add("begins")
            // Opened by nobody: it ends with the task.
            await Latch().wait()
            return succeeds ? .succeeded : .failed("cancelled")
        }
        let outcome = await withTaskGroup(of: HookOutcome.self) { group in
            group.addTask { await runner.run(HookErrandTests.errand(), .upkeep) { true } }
            await log.wait(for: "begins")
            group.cancelAll()
            return await group.next()
        }
        #expect(outcome == expected)
    }

    /// The others wait for their turns, but those that a promotion waits for have turns of their own.
    @Test func onlySoManyAreAtOnce() async {
        let (log, latches) = (EventLog(), Locked<[Latch]>([]))
        let runner = HookRunner(metrics: TestMetrics()) { errand in
            let latch = Latch()
            latches.withLock { $0.append(latch) }
            log.add("begins \(errand.call.kind)")
            if errand.call.kind == .demote { await latch.wait() }
            return .succeeded
        }
        await withTaskGroup(of: Void.self) { group in
            let run = { @Sendable (kind: HookKind, urgency: WriteUrgency) async -> Void in
                _ = await runner.run(HookErrandTests.errand(kind), urgency) { true }
                log.add("ended")
            }
            for _ in 0..<HookRunner.mostAtOnce { group.addTask { await run(.demote, .upkeep) } }
            await log.wait(for: "begins demote", count: HookRunner.mostAtOnce)
            group.addTask { await run(.promote, .upkeep) }
            await Self.waitUntil { await runner.turns.waitingCount(.upkeep) == 1 }
            #expect(log.lines(with: "begins promote") == [])
            await run(.promote, .promotion)
            #expect(log.lines(with: "begins promote").count == 1)
            #expect(await runner.turns.waitingCount(.upkeep) == 1)
            for latch in latches.withLock({ $0 }) { latch.open() }
            await log.wait(for: "ended", count: HookRunner.mostAtOnce + 2)
        }
        #expect(log.lines(with: "begins promote").count == 2)
    }

    private static func waitUntil(_ holds: @Sendable () async -> Bool) async {
        while await !holds() { await Task.yield() }
    }
}
