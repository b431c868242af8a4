import Leadership
import Testing

/// One leader, event by event: how it gives the Lease back.
@Suite struct ElectorReleaseTests {
    @Test func aReleaseLooksFirstAndKeepsTheTransitions() {
        var script = ElectorScript.leading()
        #expect(script.wants(.never, 3) == ["lost to nobody", "read 2"])
        let found = ElectorScript.lease(4, "me", transitions: 3, renewal: 1)
        #expect(script.read(2, .found(found), 3.1) == ["update 3 of 4 for nobody, 1 s, 3"])
        #expect(!script.elector.isReleased)
        #expect(script.wrote(3, .written(ElectorScript.lease(5, nil)), 3.2) == [])
        #expect(script.elector.isReleased && script.wake == nil)
    }

    @Test func whatAnotherHoldsIsNotReleased() {
        var script = ElectorScript.leading()
        _ = script.wants(.never, 3)
        #expect(script.read(2, .found(ElectorScript.lease(4, "other")), 3.1) == [])
        #expect(script.elector.isReleased && script.wake == nil)
    }

    @Test func aRenewalThatIsUnderWayIsWaitedForBeforeARelease() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        #expect(script.wants(.never, 5.1) == ["lost to nobody"])
        #expect(
            script.wrote(2, .written(ElectorScript.lease(2, "me", renewal: 2)), 5.2) == [
                "update 3 of 2 for nobody, 1 s, 0"
            ]
        )
    }

    @Test func aReleaseThatMeetsAConflictLooksAgain() {
        var script = ElectorScript.leading()
        _ = script.wants(.never, 3)
        _ = script.read(2, .found(ElectorScript.lease(4, "me", renewal: 1)), 3.1)
        #expect(script.wrote(3, .conflict, 3.2) == ["read 4"])
        let words = script.read(4, .found(ElectorScript.lease(5, "me", renewal: 1)), 3.3)
        #expect(words == ["update 5 of 5 for nobody, 1 s, 0"])
    }

    @Test func aReleaseIsRepeatedEveryRetryPeriodUntilTheLeaseEnds() {
        var script = ElectorScript.leading()
        _ = script.wants(.never, 1)
        _ = script.read(2, .found(ElectorScript.lease(1, "me", renewal: 1)), 1)
        #expect(script.wrote(3, .unknown(renewal: 0), 1.01) == ["read 4"])
        #expect(script.read(4, .found(ElectorScript.lease(1, "me", renewal: 1)), 1.02) == [] && script.wake == 3)
    }

    /// Then the Lease ends by itself.
    @Test func aReleaseThatDoesNotSucceedIsGivenUp() {
        var script = ElectorScript.leading()
        _ = script.wants(.never, 3)
        var (id, now) = (2, 3.0)
        while true {
            _ = script.read(id, .failed, now)
            guard let wake = script.wake else { break }
            now = wake
            _ = script.wakes(now)
            id += 1
        }
        #expect(script.elector.isReleased && now <= 3 + 15)
    }

    @Test func anAcquisitionThatIsWantedNoMoreIsReleased() {
        var script = ElectorScript()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        #expect(script.wants(.never, 0.1) == [])
        #expect(script.wrote(1, .written(ElectorScript.lease(1, "me")), 0.2) == ["update 2 of 1 for nobody, 1 s, 0"])
    }
}
