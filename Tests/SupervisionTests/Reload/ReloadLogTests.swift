import Logging
import StandbyConfiguration
import Testing

@testable import Supervision

@Suite struct ReloadLogTests {
    private let start = ContinuousClock.now

    @Test func saysTheSameOnceAMinuteAndHowOftenItWasLeftOut() {
        let recorder = LogRecorder()
        let log = ReloadLog(logger: recorder.logger)
        for seconds in [0, 1, 59, 60, 61] {
            log.write(.error, "refused", by: "file", "diagnostic", ["a", "b"], now: start + .seconds(seconds))
        }
        #expect(
            recorder.lines == [
                "error: refused by=file diagnostic=a", "error: refused by=file diagnostic=b",
                "error: refused by=file diagnostic=a left-out=2", "error: refused by=file diagnostic=b left-out=2",
            ]
        )
    }

    @Test func saysWhatIsOtherAtOnce() {
        let recorder = LogRecorder()
        let log = ReloadLog(logger: recorder.logger)
        log.write(.error, "refused", by: "file", "diagnostic", ["a"], now: start)
        log.write(.error, "refused", by: "file", "diagnostic", ["b"], now: start)
        log.write(.error, "refused", by: "SIGHUP", "diagnostic", ["b"], now: start)
        log.write(.notice, "reloaded", by: "file", "changes", ["b"], now: start)
        log.write(.error, "refused", by: "file", "diagnostic", ["b"], now: start)
        #expect(
            recorder.lines == [
                "error: refused by=file diagnostic=a", "error: refused by=file diagnostic=b",
                "error: refused by=SIGHUP diagnostic=b", "notice: reloaded by=file changes=b",
                "error: refused by=file diagnostic=b",
            ]
        )
    }

    @Test func nothingToTellIsNoLine() {
        let recorder = LogRecorder()
        ReloadLog(logger: recorder.logger).write(.warning, "warning", by: "file", "diagnostic", [], now: start)
        #expect(recorder.lines == [])
    }

    /// Whoever may ask for a reload chooses no origin; should it ever, memory is bounded all the same.
    @Test func remembersAFewOrigins() {
        let recorder = LogRecorder()
        let log = ReloadLog(logger: recorder.logger)
        for number in 0..<100 { log.write(.error, "refused", by: "\(number)", "diagnostic", ["a"], now: start) }
        log.write(.error, "refused", by: "99", "diagnostic", ["a"], now: start)
        #expect(recorder.lines.count == 100)
    }
}

@Suite struct ConfigurationStatusTests {
    @Test func countsWhatBecameOfReloads() {
        let status = ConfigurationStatus(groups: 3, now: 100)
        var expected = ConfigurationStatus.State(lastSuccess: 100, groups: 3)
        #expect(status.current == expected)
        status.failed()
        (expected.isLastReloadSuccessful, expected.failures) = (false, 1)
        #expect(status.current == expected)
        status.succeeded(groups: 5, now: 200.5)
        (expected.isLastReloadSuccessful, expected.successes) = (true, 1)
        (expected.groups, expected.lastSuccess) = (5, 200.5)
        #expect(status.current == expected)
    }
}
