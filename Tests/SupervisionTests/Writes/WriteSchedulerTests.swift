import Coordination
import FailoverCore
import Testing

@testable import Supervision

/// Whose write is next.
@Suite(.timeLimit(.minutes(5))) struct WriteSchedulerTests {
    /// A scheduler of which every turn is taken until `open`.
    private struct Stage: Sendable {
        let scheduler = WriteScheduler { MonotonicTime(nanoseconds: 0) }
        let order = Locked<[String]>([])
        private let latches = Locked<[Latch]>([])

        /// Takes every turn, lets `body` queue writes one after the other, and gives the turns back.
        func run(_ body: @escaping @Sendable (Self) async -> Void) async {
            let taken = await scheduler.counts.limit
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<taken {
                    let latch = Latch()
                    latches.withLock { $0.append(latch) }
                    group.addTask {
                        _ = await scheduler.write(.upkeep, importance: 100) {
                            await latch.wait()
                            return (true, .answered)
                        }
                    }
                }
                while await scheduler.counts.underWay < taken { await Task.yield() }
                await body(self)
                await group.waitForAll()
            }
        }

        /// Gives turns back; with one only, what waits goes one after the other.
        func open(_ count: Int = .max) {
            let given = latches.withLock { latches in
                defer { latches = Array(latches.dropFirst(count)) }
                return latches.prefix(count)
            }
            for latch in given { latch.open() }
        }

        /// Queues a write, and returns once it waits.
        func queue(
            _ name: String,
            _ urgency: WriteUrgency,
            importance: Int = 100,
            isWanted: Bool = true,
            in group: inout TaskGroup<Void>
        ) async {
            let before = await scheduler.counts.waiting
            group.addTask {
                let outcome = await scheduler.write(urgency, importance: importance, isWanted: { isWanted }) {
                    order.withLock { $0.append(name) }
                    return (true, .answered)
                }
                if outcome == nil { order.withLock { $0.append("not \(name)") } }
            }
            while await scheduler.counts.waiting <= before { await Task.yield() }
        }
    }

    @Test func whatHasBegunIsFinishedFirst() async {
        let stage = Stage()
        var places: [WriteScheduler.Place] = []
        for (number, urgency) in WriteUrgency.allCases.reversed().enumerated() {
            places.append(.init(urgency: urgency, importance: 100, number: number))
        }
        #expect(
            places.sorted().map(\.urgency) == [
                .promotion, .demotion, .seal, .outage, .failing, .voluntary, .completion, .upkeep,
            ]
        )
        let equal = [(100, 1), (1000, 2), (100, 0), (0, 3)].map {
            WriteScheduler.Place(urgency: .failing, importance: $0.0, number: $0.1)
        }
        #expect(equal.sorted().map(\.number) == [2, 0, 1, 3], "the more important, then who waits longest")
        #expect(await stage.scheduler.counts.waiting == 0)
    }

    @Test func theMostUrgentThatWaitsIsNext() async {
        let stage = Stage()
        await stage.run { stage in
            await withTaskGroup(of: Void.self) { group in
                await stage.queue("upkeep", .upkeep, in: &group)
                await stage.queue("intent", .failing, in: &group)
                await stage.queue("important intent", .failing, importance: 1000, in: &group)
                await stage.queue("promotion", .promotion, in: &group)
                stage.open(1)
                await group.waitForAll()
            }
            stage.open()
        }
        #expect(stage.order.withLock { $0 } == ["promotion", "important intent", "intent", "upkeep"])
        let counts = await stage.scheduler.counts
        #expect(counts.waited == 4 && counts.underWay == 0 && counts.waiting == 0 && counts.pointless == 0)
    }

    /// What waits without a task stands among the others.
    @Test func whoIsCalledIsCalledInTheSameOrder() async throws {
        let stage = Stage()
        await stage.run { stage in
            await withTaskGroup(of: Void.self) { group in
                await stage.queue("upkeep", .upkeep, in: &group)
                for urgency in [WriteUrgency.failing, .promotion] {
                    let turn = await stage.scheduler.turn(urgency, importance: 100) { turn in
                        stage.order.withLock { $0.append("called: \(urgency)") }
                        Task { await stage.scheduler.giveBack(turn) }
                        return true
                    }
                    #expect(turn == nil)
                }
                stage.open(1)
                await group.waitForAll()
            }
            stage.open()
        }
        #expect(stage.order.withLock { $0 } == ["called: promotion", "called: failing", "upkeep"])
        #expect(await stage.scheduler.counts.underWay == 0)
        let turn = await stage.scheduler.turn(.upkeep, importance: 0) { _ in true }
        await stage.scheduler.giveBack(try #require(turn, "nobody is before it"))
    }

    @Test func aTurnThatNobodyWantsAnyMoreIsTheNextOnes() async {
        let stage = Stage()
        await stage.run { stage in
            await withTaskGroup(of: Void.self) { group in
                await stage.queue("upkeep", .upkeep, in: &group)
                for _ in 0..<3 { _ = await stage.scheduler.turn(.failing, importance: 100) { _ in false } }
                #expect(await stage.scheduler.counts.waiting == 4)
                stage.open(1)
                await group.waitForAll()
            }
            stage.open()
        }
        #expect(stage.order.withLock { $0 } == ["upkeep"])
        let counts = await stage.scheduler.counts
        #expect(counts.pointless == 3 && counts.underWay == 0 && counts.waiting == 0)
    }

    @Test func whatBecamePointlessIsNotSent() async {
        let stage = Stage()
        await stage.run { stage in
            await withTaskGroup(of: Void.self) { group in
                await stage.queue("move", .failing, isWanted: false, in: &group)
                stage.open()
                await group.waitForAll()
            }
        }
        #expect(stage.order.withLock { $0 } == ["not move"])
        let counts = await stage.scheduler.counts
        #expect(counts.pointless == 1 && counts.underWay == 0)
    }

    @Test func whoIsCancelledLeavesTheQueue() async {
        let stage = Stage()
        await stage.run { stage in
            let task = Task {
                await stage.scheduler.write(.promotion, importance: 100) { (true, .answered) }
            }
            while await stage.scheduler.counts.waiting < 1 { await Task.yield() }
            task.cancel()
            #expect(await task.value == nil)
            #expect(await stage.scheduler.counts.waiting == 0)
            stage.open()
        }
        #expect(await stage.scheduler.counts.underWay == 0)
        #expect(await stage.scheduler.write(.upkeep, importance: 0) { (7, .answered) } == 7)
    }
}
