import FailoverCore
import KubernetesClient
import Testing

@testable import Supervision

@Suite struct RetryPacingTests {
    private static let refused = OperationFailure("403", isLasting: true)
    private static let broken = OperationFailure("500")

    private static func id(_ number: Int) -> OperationID { OperationID(number: number) }

    /// The longest waits after so many failures, with a read that succeeds in between.
    private func waits(_ failure: OperationFailure, count: Int) -> [Duration] {
        var pacing = RetryPacing()
        return (1...count).map { number in
            pacing.heard(.recordRead(Self.id(number), .absent))
            pacing.heard(.recordWritten(Self.id(number), .failed(failure)))
            // The machine counts anew after each read.
            return pacing.delay(until: Self.id(number), attempt: 0, jitter: 1)
        }
    }

    @Test func aRefusalThatLastsIsRepeatedEverMoreSeldom() {
        let milliseconds = [50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]
        #expect(waits(Self.refused, count: 12) == milliseconds.map { .milliseconds($0) })
    }

    @Test func anotherFailureIsTriedWithinTwoSeconds() {
        #expect(
            waits(Self.broken, count: 9) == [50, 100, 200, 400, 800, 1600, 2000, 2000, 2000].map { .milliseconds($0) }
        )
    }

    @Test func aSuccessBeginsAnew() {
        var pacing = RetryPacing()
        for _ in 0..<5 { pacing.heard(.recordWritten(Self.id(1), .failed(Self.refused))) }
        pacing.heard(.recordWritten(Self.id(1), .conflict))
        pacing.heard(.recordWritten(Self.id(2), .failed(Self.refused)))
        #expect(pacing.delay(until: Self.id(3), attempt: 0, jitter: 1) == .milliseconds(50))
    }

    @Test func eachOperationIsCountedForItself() {
        var pacing = RetryPacing()
        for _ in 0..<5 { pacing.heard(.roleWritten(Self.id(1), .failed(Self.refused))) }
        pacing.heard(.recordRead(Self.id(1), .failed(Self.refused)))
        #expect(pacing.delay(until: Self.id(2), attempt: 0, jitter: 1) == .milliseconds(50))
    }

    /// Only what was refused is tried at once when something changed, and each wait ends once.
    @Test func aChangeEndsTheWaits() {
        var pacing = RetryPacing()
        pacing.heard(.recordWritten(Self.id(1), .failed(Self.broken)))
        _ = pacing.delay(until: Self.id(2), attempt: 0, jitter: 1)
        #expect(pacing.refusalsEnded().isEmpty)
        for number in 3...4 {
            pacing.heard(.roleWritten(Self.id(number), .failed(Self.refused)))
            _ = pacing.delay(until: Self.id(number), attempt: 3, jitter: 1)
        }
        pacing.heard(.timerFired(Self.id(4)))
        #expect(pacing.refusalsEnded() == [Self.id(3)])
        #expect(pacing.refusalsEnded().isEmpty)
        pacing.heard(.roleWritten(Self.id(5), .failed(Self.refused)))
        #expect(pacing.delay(until: Self.id(5), attempt: 0, jitter: 1) == .milliseconds(50))
    }
}
