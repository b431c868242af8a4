import Coordination
import Foundation
import Testing

@testable import Transport

@Suite(.timeLimit(.minutes(5))) struct EventLoopTests {
    /// An actor that lives on a loop.
    private actor Resident {
        let loop: EventLoop
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

        init(loop: EventLoop) { self.loop = loop }

        func isOnLoop() -> Bool { loop.isCurrent }

        /// The order in which timers fire.
        func fire(at delays: [UInt64]) async -> [UInt64] {
            let (stream, input) = AsyncStream.makeStream(of: UInt64.self)
            let now = EventLoop.now
            var timers: [UInt64: LoopTimer] = [:]
            for delay in delays { timers[delay] = loop.schedule(at: now + delay * 1_000_000) { input.yield(delay) } }
            if let cancelled = timers[20] { loop.cancel(cancelled) }
            _ = loop.schedule(at: now + 60_000_000) { input.finish() }
            return await stream.reduce(into: []) { $0.append($1) }
        }
    }

    @Test func runsActorsOnItsThread() async {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        #expect(await Resident(loop: loop).isOnLoop())
        #expect(!loop.isCurrent)
    }

    @Test func firesTimersInOrderAndNotTheCancelled() async {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        #expect(await Resident(loop: loop).fire(at: [30, 10, 20, 0]) == [0, 10, 30])
    }

    /// Work that is added while a turn's share of work is used up is done all the same.
    @Test func forgetsNoWorkThatComesInAFullTurn() async {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let last = Latch()
        loop.execute {
            loop.execute {
                let start = EventLoop.now
                while EventLoop.now - start < 5_000_000 {}
                loop.execute { last.open() }
            }
            loop.execute {}
        }
        await last.wait()
    }

    /// The threads of this process by name.
    private static func threads(named name: String) -> Int {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return tasks.count { task in
            (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)) == name + "\n"
        }
    }

    @Test func hasNoThreadLeftOnceItIsStopped() async {
        let loop = EventLoop(name: "stopped-loop")
        #expect(await loop.turns(within: .seconds(60)))
        #expect(Self.threads(named: "stopped-loop") == 1)
        loop.stop()
        #expect(Self.threads(named: "stopped-loop") == 0)
        loop.stop()
    }

    @Test func canBeStoppedFromItself() async {
        let loop = EventLoop(name: "self-stopped")
        let stopped = Latch()
        loop.execute {
            loop.stop()
            stopped.open()
        }
        await stopped.wait()
        loop.stop()
        #expect(!loop.execute {})
    }

    /// Each question wakes the loop; one that comes while another is being heard must not be taken for it.
    @Test func hearsEveryQuestionWhetherItTurns() async {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for asked in 0..<5000 where await !loop.turns(within: .seconds(60)) { return asked }
                    return 5000
                }
            }
            for await heard in group { #expect(heard == 5000) }
        }
    }

    @Test func saysThatItTurns() async {
        let loop = EventLoop(name: "test")
        #expect(await loop.turns(within: .seconds(60)))
        loop.stop()
    }
}
