import Testing

@testable import FailoverCore

/// Flapping, repairs, preemption: each policy is a value.
@Suite struct LimitTests {
    private func at(_ seconds: UInt64...) -> [MonotonicTime] {
        seconds.map { MonotonicTime(nanoseconds: $0 * 1_000_000_000) }
    }

    @Test(
        arguments: [
            (moves: [], now: 100, end: nil), ([10, 20], 30, nil), ([10, 20, 30], 31, 90), ([10, 20, 30], 89, 90),
            ([10, 20, 30], 90, nil), ([10, 20, 80], 111, 140), ([10, 20, 80], 125, nil),
        ] as [([UInt64], UInt64, UInt64?)]
    )
    func holdsAfterTheLastOfTooManyMoves(moves: [UInt64], now: UInt64, end: UInt64?) {
        let limit = FlapLimit(maxMoves: 3, window: .seconds(110), hold: .seconds(60))
        #expect(limit.holdEnd(after: moves.flatMap { at($0) }, at: at(now)[0]) == end.map { at($0)[0] })
        #expect(FlapLimit().holdEnd(after: moves.flatMap { at($0) }, at: at(now)[0]) == nil)
    }

    @Test func repairsAtMostTenTimesAMinute() {
        var limit = RepairLimit()
        for second in UInt64(1)...10 {
            #expect(limit.nextTurn(at: at(second)[0]) == nil)
            limit.repaired(at: at(second)[0])
        }
        #expect(limit.nextTurn(at: at(11)[0]) == at(61)[0])
        #expect(limit.nextTurn(at: at(61)[0]) == nil)
    }

    @Test func preemptsAfterTheDelayAndTheCooldown() {
        let preemption = Preemption(delay: .seconds(300), cooldown: .seconds(30))
        #expect(preemption.due(healthySince: at(100)[0], lastMove: nil) == at(400)[0])
        #expect(preemption.due(healthySince: at(100)[0], lastMove: at(390)[0]) == at(420)[0])
    }
}
