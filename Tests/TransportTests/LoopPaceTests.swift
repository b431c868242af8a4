import Coordination
import Testing

@testable import Transport

/// What a turn does at most before it looks what else there is, and how its length is told.
@Suite(.timeLimit(.minutes(5))) struct LoopPaceTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func tellsTheLongestTurnOfTheLastMinuteOrTwo() {
        let pace = LoopPace()
        let start = EventLoop.now
        func turn(at time: UInt64, _ milliseconds: UInt64) {
            pace.begin(at: start + time)
            pace.end(at: start + time + milliseconds * 1_000_000)
        }
        func longest(at time: UInt64) -> Duration { pace.longestTurn(at: start + time) }
        for length: UInt64 in [3, 8, 2] { turn(at: Self.second, length) }
        #expect(longest(at: 2 * Self.second) == .milliseconds(8))
        turn(at: 70 * Self.second, 1)
        #expect(longest(at: 80 * Self.second) == .milliseconds(8))
        turn(at: 140 * Self.second, 2)
        #expect(longest(at: 141 * Self.second) == .milliseconds(2))
        // A loop that sleeps for long has no long turns.
        #expect(longest(at: 1000 * Self.second) == .zero)
        turn(at: 1000 * Self.second, 4)
        #expect(longest(at: 1001 * Self.second) == .milliseconds(4))
    }

    @Test func tellsOfTheTurnThatIsUnderWay() {
        let pace = LoopPace()
        let start = EventLoop.now
        pace.begin(at: start)
        #expect(pace.longestTurn(at: start + 5 * Self.second) == .seconds(5))
    }

    /// A loop that is kept busy shows it, and a part of its turn knows when it has had its time.
    @Test func measuresTheLoop() async {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let done = Latch()
        loop.execute {
            let start = EventLoop.now
            while EventLoop.now - start < 30_000_000 {}
            if loop.pace.isOver(.timers) { done.open() }
        }
        await done.wait()
        #expect(loop.longestTurn >= .milliseconds(30))
    }

    @Test func handsOutAFewResultsAtATimeAndForgetsWhatIsNotWanted() {
        var board = CheckBoard()
        for tag in 0..<10 { board.add(Check.Event(tag: tag, kind: .connectionLost)) }
        var handedOut: [[Int]] = []
        while board.takeSome() {
            handedOut.append(board.delivered.map(\.tag))
            if handedOut.count == 1 { board.forget(5) }
        }
        #expect(handedOut == [[0, 1, 2, 3], [4, 6, 7, 8], [9]])
        #expect(!board.hasEvents)
    }

    /// Timers that are due at once do not all run in one turn: those that are left let others in between.
    @Test func manyTimersAtOnceDoNotMakeOneLongTurn() async {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        let (stream, input) = AsyncStream.makeStream(of: String.self)
        loop.execute {
            let due = EventLoop.now
            for _ in 0..<10 {
                _ = loop.schedule(at: due) {
                    let start = EventLoop.now
                    while EventLoop.now - start < 5_000_000 {}
                    input.yield("timer")
                }
            }
            _ = loop.schedule(at: due + 1) { input.finish() }
            loop.execute { input.yield("work") }
        }
        let order = await stream.reduce(into: []) { $0.append($1) }
        #expect(order.count == 11)
        #expect(order.firstIndex(of: "work").map { $0 < 10 } == true, "\(order)")
    }
}
