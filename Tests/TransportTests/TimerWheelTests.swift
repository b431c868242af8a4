import Repeatable
import Testing

@testable import Transport

@Suite struct TimerWheelTests {
    /// What a wheel should do, done simply.
    private struct Model {
        var ticks: [Int: UInt64] = [:]

        mutating func takeDue(at tick: UInt64) -> Set<Int> {
            let due = Set(ticks.filter { $0.value <= tick }.keys)
            for thing in due { ticks[thing] = nil }
            return due
        }
    }

    @Test(arguments: UInt64(1)...20)
    func takesWhatIsDueAndNothingElse(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var now = UInt64.random(in: 0...100_000, using: &random)
        var wheel = TimerWheel(at: now)
        var model = Model()
        for _ in 0..<3000 {
            let thing = Int.random(in: 0..<50, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                wheel.clear(thing)
                model.ticks[thing] = nil
            case 1:
                let farthest: UInt64 = Bool.random(using: &random) ? 100 : 20_000
                let tick = now + UInt64.random(in: 0...farthest, using: &random)
                wheel.set(thing, at: tick)
                model.ticks[thing] = tick
            default:
                now += UInt64.random(in: 0...200, using: &random)
                var due: [Int] = []
                wheel.takeDue(at: now, into: &due)
                #expect(Set(due).count == due.count)
                #expect(Set(due) == model.takeDue(at: now))
                now += 1
            }
            // It may look in vain once a turn of the wheel, but never too late.
            if let first = model.ticks.values.min() {
                let next = try #require(wheel.nextTick)
                #expect(next <= max(first, now))
            } else {
                #expect(wheel.nextTick == nil)
            }
        }
    }

    @Test func takesNoMoreThanIsAskedForAndKeepsTheRest() {
        var wheel = TimerWheel(at: 0)
        for thing in 0..<100 { wheel.set(thing, at: UInt64(thing / 40)) }
        var taken: Set<Int> = []
        for expected in [30, 30, 30, 10, 0] {
            var due: [Int] = []
            wheel.takeDue(at: 10, into: &due, atMost: 30)
            #expect(due.count == expected)
            taken.formUnion(due)
            #expect((wheel.nextTick == nil) == (taken.count == 100))
        }
        #expect(taken.count == 100)
    }

    @Test func aTickThatHasPassedIsDueNext() {
        var wheel = TimerWheel(at: 100)
        wheel.set(0, at: 5)
        #expect(wheel.nextTick == 100)
        var due: [Int] = []
        wheel.takeDue(at: 100, into: &due)
        #expect(due == [0] && wheel.nextTick == nil)
    }
}
