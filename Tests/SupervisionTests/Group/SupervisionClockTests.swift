import Testing

@testable import FailoverCore
@testable import Supervision

/// The process's own clock, as the groups use it.
@Suite(.timeLimit(.minutes(5))) struct SupervisionClockTests {
    @Test func doesNotGoBack() {
        let times = (0..<1000).map { _ in SupervisionClock.system.now() }
        #expect(times == times.sorted())
    }

    @Test(arguments: [Duration.zero, .seconds(-3600), .milliseconds(5)])
    func sleepsUntilATime(wait: Duration) async {
        let clock = SupervisionClock.system
        let start = clock.now()
        let deadline = wait < .zero ? MonotonicTime(nanoseconds: 1) : start + wait
        #expect(await clock.sleep(deadline))
        #expect(clock.now() >= deadline)
    }

    @Test func tellsThatItWasCancelled() async {
        let sleep = Task { await SupervisionClock.system.sleep(SupervisionClock.system.now() + .seconds(3600)) }
        sleep.cancel()
        #expect(await !sleep.value)
    }
}
