import FailoverCore
import StandbyConfiguration
import Testing

@testable import Probing

@Suite struct ProbeScheduleTests {
    private let timing: ProbeTiming = {
        var timing = ProbeTiming()
        timing.period = .seconds(10)
        timing.fastPeriod = .seconds(1)
        return timing
    }()

    private func target(wait: Duration = .zero) -> ProbeTarget {
        .sample(.tcpSocket(TCPProbe(port: .number(1))), initialWait: wait) { $0 = timing }
    }

    /// When each of so many that are added at once, their hashes spread evenly, is probed first, ns.
    private func firstRound(of count: UInt64, beganAt now: UInt64 = 0) -> [UInt64] {
        var round = FirstRound()
        return (0..<count).map { round.next(target(), phase: $0 * 7_919_000_000, now: now) }
    }

    @Test(arguments: [(10, 1), (1000, 1), (5000, 5), (10_000, 10), (30_000, 10)] as [(UInt64, UInt64)])
    func probesAThousandASecondAtFirst(count: UInt64, seconds: UInt64) {
        let times = firstRound(of: count)
        let inEachSecond = Dictionary(grouping: times) { $0 / 1_000_000_000 }.mapValues(\.count)
        let most = max(1000, Int(count / 10))
        // Those of the last tick count as the next second's.
        #expect(inEachSecond.values.allSatisfy { $0 <= most + most / 10 }, "\(inEachSecond)")
        #expect(times.allSatisfy { $0 <= seconds * 1_000_000_000 })
    }

    @Test func probesWhatIsAddedLaterWithinItsFastPeriod() {
        var round = FirstRound()
        for phase in 0..<UInt64(5000) { _ = round.next(target(), phase: phase, now: 0) }
        #expect(round.next(target(), phase: 999_000_000, now: 6_000_000_000) <= 7_000_000_000)
    }

    @Test func waitsForTheInitialDelay() {
        var round = FirstRound()
        #expect(round.next(target(wait: .seconds(5)), phase: 0, now: 0) == 5_000_000_000)
    }

    @Test func goesFasterWhileCounting() {
        #expect(ProbePace(timing).next(after: 0, isCounting: false, now: 0) == 10_000_000_000)
        #expect(ProbePace(timing).next(after: 0, isCounting: true, now: 0) == 1_000_000_000)
    }

    @Test func startsRareProbesTogether() {
        let due = UInt64(10_000_000)
        #expect(ProbePace(timing).next(after: due, isCounting: false, now: 0) == 10_050_000_000)
        #expect(ProbePace(timing).next(after: due, isCounting: true, now: 0) == 1_010_000_000)
    }

    @Test func doesNotMakeUpForLateProbes() {
        #expect(ProbePace(timing).next(after: 0, isCounting: true, now: 7_000_000_001) == 7_010_000_000)
    }
}
