import FailoverCore
import Leadership
import Testing

/// One candidate, event by event: how it takes the Lease.
@Suite struct LeaderElectorTests {
    @Test func nothingIsDoneBeforeTheLeaseWasSeen() {
        var script = ElectorScript()
        #expect(script.wants(.atOnce) == [] && script.wake == nil)
    }

    @Test func aLeaseThatIsNotThereIsCreated() {
        var script = ElectorScript()
        _ = script.sees(nil, 0)
        #expect(script.wants(.atOnce) == ["create 1 for me, 15 s, 0"])
        #expect(script.wrote(1, .written(ElectorScript.lease(1, "me")), 0.2) == ["taken until 10.0"])
        #expect(script.wake == 5)
    }

    @Test func whoeverLosesTheRaceReadsAndWaits() {
        var script = ElectorScript()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        #expect(script.wrote(1, .conflict, 0.1) == ["read 2"])
        #expect(script.read(2, .found(ElectorScript.lease(5, "other")), 0.2) == [])
        #expect(script.wake == 0.2 + 15 + 1)
    }

    /// Nobody's time is compared with ours: it was seen, now.
    @Test func aNewCandidateWaitsAWholeDurationAfterItsFirstSight() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        #expect(script.sees(ElectorScript.lease(5, "other", transitions: 3), 2) == [] && script.wake == 18)
        #expect(script.wakes(17.9) == [])
        #expect(script.wakes(18) == ["update 1 of 5 for me, 15 s, 4"])
    }

    @Test func eachRenewalThatIsSeenBeginsTheWaitAnew() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        _ = script.sees(ElectorScript.lease(5, "other", renewal: 1), 0)
        _ = script.sees(ElectorScript.lease(6, "other", renewal: 2), 5)
        #expect(script.wake == 21)
        // Somebody wrote an annotation, which renews nothing, but is what an update has to replace.
        _ = script.sees(ElectorScript.lease(7, "other", renewal: 2), 9)
        #expect(script.wake == 21)
        #expect(script.wakes(21) == ["update 1 of 7 for me, 15 s, 1"])
    }

    @Test(
        arguments: [
            (nil, 16.0), (30.0, 31.0), (0.0, 2.0), (-5.0, 2.0), (1e9, 601.0),
        ] as [(Double?, Double)]
    ) func thePublishedDurationCountsWithinBounds(duration: Double?, wake: Double) {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        _ = script.sees(ElectorScript.lease(5, "other", duration: duration), 0)
        #expect(script.wake == wake)
    }

    @Test func aReleasedLeaseIsTakenAtOnce() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        _ = script.sees(ElectorScript.lease(5, "other", transitions: 7), 0)
        #expect(
            script.sees(ElectorScript.lease(6, "", duration: 1, transitions: 7), 3) == ["update 1 of 6 for me, 15 s, 8"]
        )
    }

    @Test func oneThatIsNotFirstLeavesItToOthersForARetryPeriod() {
        var script = ElectorScript()
        _ = script.wants(.afterRetryPeriod)
        #expect(script.sees(ElectorScript.lease(6, nil), 3) == [] && script.wake == 6)
        #expect(script.sees(ElectorScript.lease(7, "other"), 4) == [] && script.wake == 4 + 15 + 3)
    }

    @Test func oneThatIsNotToTakeItTakesNothing() {
        var script = ElectorScript()
        _ = script.sees(ElectorScript.lease(6, nil), 0)
        #expect(script.wants(.never) == [] && script.wake == nil && script.elector.isReleased)
    }

    @Test func aLeaseThatNamesUsIsTakenOverAtOnce() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        let words = script.sees(ElectorScript.lease(6, "me", transitions: 2), 0)
        #expect(words == ["update 1 of 6 for me, 15 s, 2, kept"])
    }

    @Test(arguments: [(Int.min, 1), (-1, 1), (Int(Int32.max), Int(Int32.max)), (.max, Int(Int32.max))])
    func transitionsStayWithinTheirBounds(found: Int, written: Int) {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        let words = script.sees(ElectorScript.lease(6, nil, transitions: found), 0)
        #expect(words == ["update 1 of 6 for me, 15 s, \(written)"])
    }

    /// Its holder may lead without knowing that the Lease was deleted.
    @Test func aDeletedLeaseOfAnotherIsCreatedOnceItsTimeIsOver() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        _ = script.sees(ElectorScript.lease(5, "other"), 0)
        #expect(script.sees(nil, 3) == ["read 1"])
        #expect(script.read(1, .absent, 3.1) == [] && script.wake == 15)
        #expect(script.wakes(15) == ["create 2 for me, 15 s, 0"])
    }

    @Test func aCandidateThatIsRefusedWaitsLongerEachTime() {
        var script = ElectorScript()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        var waits: [Double] = []
        var now = 0.0
        for id in 1...6 {
            _ = script.wrote(id, .failed, now)
            waits.append((script.wake ?? 0) - now)
            now = script.wake ?? 0
            _ = script.wakes(now)
        }
        #expect(waits == [2, 4, 8, 8, 8, 8])
    }

    // MARK: Strays

    @Test func anAnswerThatNobodyAwaitsChangesNothing() {
        var script = ElectorScript.leading()
        let before = script.elector
        #expect(script.wrote(1, .written(ElectorScript.lease(9, "other")), 1) == [])
        #expect(script.read(7, .found(ElectorScript.lease(9, "other")), 1) == [])
        #expect(script.elector == before)
    }
}
