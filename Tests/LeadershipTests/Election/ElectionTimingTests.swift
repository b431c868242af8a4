import Leadership
import Testing

/// Which durations go together.
@Suite struct ElectionTimingTests {
    @Test func theStandardIsWithinItsOwnBounds() throws {
        let standard = try ElectionTiming(
            leaseDuration: .seconds(15),
            renewDeadline: .seconds(10),
            retryPeriod: .seconds(2)
        )
        #expect(standard == .standard && standard.renewPeriod == .seconds(5))
    }

    @Test(arguments: [(15, 10, 2), (2, 1, 0.5), (600, 599, 100), (137, 107, 26)] as [(Int, Double, Double)])
    func twoRequestsFitBeforeTheDeadline(lease: Int, deadline: Double, retry: Double) throws {
        let timing = try ElectionTiming(
            leaseDuration: .seconds(lease),
            renewDeadline: .seconds(deadline),
            retryPeriod: .seconds(retry)
        )
        #expect(timing.renewPeriod + timing.requestTimeout * 2 <= timing.renewDeadline)
        #expect(timing.requestTimeout > .zero && timing.requestTimeout <= .seconds(5))
    }

    @Test(
        arguments: [
            (0, 10, 2, "the lease duration is 0.0 seconds, allowed are whole seconds from 1 to 600"),
            (601, 10, 2, "the lease duration is 601.0 seconds, allowed are whole seconds from 1 to 600"),
            (15.5, 10, 2, "the lease duration is 15.5 seconds, allowed are whole seconds from 1 to 600"),
            (
                15, 15, 2,
                "the renew deadline is 15.0 seconds, and must be shorter than the lease duration, 15.0 seconds"
            ),
            (
                15, 10, 9,
                "the retry period is 9.0 seconds, and must be at least 0.1 s and less than the renew deadline, 10.0 seconds, "
                    + "divided by 1.2"
            ),
            (
                15, 10, 0.05,
                "the retry period is 0.05 seconds, and must be at least 0.1 s and less than the renew deadline, 10.0 seconds, "
                    + "divided by 1.2"
            ),
            (
                15, -1, 2,
                "the retry period is 2.0 seconds, and must be at least 0.1 s and less than the renew deadline, -1.0 seconds, "
                    + "divided by 1.2"
            ),
        ] as [(Double, Double, Double, String)]
    ) func saysWhatWouldBeRight(lease: Double, deadline: Double, retry: Double, words: String) {
        let error = #expect(throws: ElectionTiming.Invalid.self) {
            try ElectionTiming(
                leaseDuration: .seconds(lease),
                renewDeadline: .seconds(deadline),
                retryPeriod: .seconds(retry)
            )
        }
        #expect(error.map { "\($0)" } == words)
    }
}
