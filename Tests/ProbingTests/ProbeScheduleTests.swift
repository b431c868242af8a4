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

    @Test(arguments: [(10, UInt64(1)), (5000, 5), (100_000, 10)])
    func spreadsTheFirstRoundByHowManyThereAre(count: Int, seconds: UInt64) {
        let latest = ProbeSchedule.first(target(), phase: seconds * 1_000_000_000 - 1, count: count, now: 0)
        #expect(latest == seconds * 1_000_000_000)
        #expect(ProbeSchedule.first(target(), phase: seconds * 1_000_000_000, count: count, now: 0) == 0)
    }

    @Test func waitsForTheInitialDelay() {
        #expect(ProbeSchedule.first(target(wait: .seconds(5)), phase: 0, count: 1, now: 0) == 5_000_000_000)
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
