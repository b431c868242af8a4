import Leadership
import Testing

/// One leader, event by event: how it renews the Lease, what it makes of unknown outcomes, and what it does in doubt.
@Suite struct ElectorRenewalTests {
    @Test func itRenewsEveryFiveSecondsFromWhenTheLastOneWasSent() {
        var script = ElectorScript.leading()
        #expect(script.wakes(4.9) == [])
        #expect(script.wakes(5) == ["update 2 of 1 for me, 15 s, 0, kept"])
        #expect(script.wrote(2, .written(ElectorScript.lease(2, "me", renewal: 2)), 7.4) == ["renewed until 15.0"])
        #expect(script.wake == 10)
    }

    @Test func itIsInDoubtAtTheDeadlineWhateverIsUnderWay() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        #expect(script.wake == 10)
        #expect(script.wakes(10) == ["in doubt"] && script.elector.isInDoubt)
        #expect(script.elector.leadEnd == nil)
    }

    /// The answer to a process that stood still: the lead that it gives is over.
    @Test func anAnswerThatComesTooLateGivesNoLead() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        let words = script.wrote(2, .written(ElectorScript.lease(2, "me", renewal: 2)), 15.5)
        #expect(words == ["in doubt", "update 3 of 2 for me, 15 s, 0, kept"])
    }

    @Test func whoeverIsRefusedWhileLeadingTriesEveryRetryPeriod() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        #expect(script.wrote(2, .failed, 5.1) == [] && script.wake == 7)
        #expect(script.wakes(7) == ["update 3 of 1 for me, 15 s, 0, kept"])
        #expect(script.wrote(3, .failed, 7.1) == [] && script.wake == 9)
    }

    @Test func aConflictIsNoLossIfItIsStillOurs() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        #expect(script.wrote(2, .conflict, 5.1) == ["read 3"])
        let annotated = ElectorScript.lease(4, "me", renewal: 1)
        #expect(script.read(3, .found(annotated), 5.2) == ["update 4 of 4 for me, 15 s, 0, kept"])
        #expect(script.wrote(4, .written(ElectorScript.lease(5, "me", renewal: 4)), 5.3) == ["renewed until 15.2"])
    }

    @Test func conflictsWithoutEndAreNotAnsweredAtOnceForEver() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        var version = 10
        var id = 2
        while script.wrote(id, .conflict, 5) == ["read \(id + 1)"], id < 20 {
            _ = script.read(id + 1, .found(ElectorScript.lease(version, "me", renewal: 1)), 5)
            version += 1
            id += 2
        }
        #expect(id == 8 && script.wake == 7)
    }

    @Test func whoeverSeesAnotherHoldItHasLostItAtOnce() {
        var script = ElectorScript.leading()
        #expect(script.sees(ElectorScript.lease(2, "other"), 1) == ["lost to other"])
        #expect(script.wake == 17)
        script = .leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .conflict, 5.1)
        #expect(script.read(3, .found(ElectorScript.lease(9, "other")), 5.2) == ["lost to other"])
    }

    /// What is seen of before our own write says nothing.
    @Test func anOlderViewChangesNothing() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        _ = script.sees(ElectorScript.lease(5, nil), 0)
        _ = script.wrote(1, .written(ElectorScript.lease(6, "me", renewal: 1)), 0.1)
        #expect(script.sees(ElectorScript.lease(4, "other"), 0.2) == [] && script.elector.leadEnd != nil)
    }

    @Test func anOlderViewOfAServerThatWasSetBackIsRead() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .written(ElectorScript.lease(20, "me", renewal: 2)), 5.1)
        #expect(script.sees(ElectorScript.lease(3, "other"), 6, isRelist: true) == ["read 3"])
        #expect(script.read(3, .found(ElectorScript.lease(3, "other")), 6.1) == ["lost to other"])
    }

    /// A watch that is faster than the answer to a write.
    @Test func anAnswerThatIsOlderThanWhatWasSeenGivesNoLead() {
        var script = ElectorScript()
        _ = script.wants(.atOnce)
        _ = script.sees(ElectorScript.lease(5, nil), 0)
        _ = script.sees(ElectorScript.lease(9, "other"), 0.1)
        #expect(script.wrote(1, .written(ElectorScript.lease(6, "me", renewal: 1)), 0.2) == [])
        #expect(script.elector.leadEnd == nil && script.elector.view?.holder == "other")
    }

    @Test func aLeaderCreatesItsDeletedLeaseAnew() {
        var script = ElectorScript.leading()
        #expect(script.sees(nil, 3) == ["read 2"])
        #expect(script.read(2, .absent, 3.1) == [])
        #expect(script.wakes(5) == ["create 3 for me, 15 s, 0"])
    }

    // MARK: Unknown outcomes

    @Test func aRenewalThatIsFoundCommittedCountsFromWhenItWasSent() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        #expect(script.wrote(2, .unknown(renewal: 22), 7.5) == ["read 3"])
        #expect(script.read(3, .found(ElectorScript.lease(2, "me", renewal: 22)), 7.6) == ["renewed until 15.0"])
        #expect(script.wake == 10)
    }

    @Test func oneThatIsNotFoundIsSentAgain() {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .unknown(renewal: 22), 7.5)
        let words = script.read(3, .found(ElectorScript.lease(1, "me", renewal: 1)), 7.6)
        #expect(words == ["update 4 of 1 for me, 15 s, 0, kept"])
    }

    /// A server that reads and cannot write, for its storage is full or a webhook is away, is not asked as fast as it answers.
    @Test(arguments: [true, false]) func aServerThatOnlyReadsIsAskedEveryRetryPeriod(leads: Bool) {
        var script = leads ? ElectorScript.leading() : ElectorScript()
        var (id, now) = (2, 5.0)
        if leads {
            _ = script.wakes(now)
        } else {
            _ = script.wants(.atOnce)
            (id, now) = (1, 0)
            _ = script.sees(ElectorScript.lease(1, nil), now)
        }
        for _ in 0..<6 {
            #expect(script.wrote(id, .unknown(renewal: Int64(id)), now + 0.01) == ["read \(id + 1)"])
            let view = leads ? ElectorScript.lease(1, "me", renewal: 1) : ElectorScript.lease(1, nil)
            #expect(script.read(id + 1, .found(view), now + 0.02) == [])
            #expect(!script.wakes(now + 1.9).contains { $0.hasPrefix("update") })
            #expect(script.wakes(now + 2).contains { $0.hasPrefix("update \(id + 2) ") })
            (id, now) = (id + 2, now + 2)
        }
    }

    @Test func anAcquisitionThatIsFoundCommittedCounts() {
        var script = ElectorScript()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        #expect(script.wrote(1, .unknown(renewal: 11), 2.5) == ["read 2"])
        #expect(script.read(2, .found(ElectorScript.lease(1, "me", renewal: 11)), 2.6) == ["taken until 10.0"])
    }

    // MARK: In doubt

    private func doubtful() -> ElectorScript {
        var script = ElectorScript.leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .unknown(renewal: 2), 7.5)
        _ = script.read(3, .failed, 10)
        return script
    }

    @Test func inDoubtItKeepsTryingEveryRetryPeriod() {
        var script = doubtful()
        #expect(script.elector.isInDoubt && script.elector.view?.holder == "me")
        var waits: [Double] = []
        for id in 4...6 {
            let sent = script.wake ?? 0
            guard id > 4 else { continue }
            _ = script.wakes(sent)
            _ = script.read(id, .failed, sent)
            waits.append((script.wake ?? 0) - sent)
        }
        #expect(waits.allSatisfy { $0 <= 2 })
    }

    @Test(
        arguments: [
            ("me", "update 5 of 1 for me, 15 s, 0, kept"), (nil, "update 5 of 1 for me, 15 s, 1"),
        ] as [(String?, String)]
    ) func inDoubtItTakesBackWhatIsNobodyElses(holder: String?, words: String) {
        var script = doubtful()
        _ = script.wakes(60)
        #expect(script.read(4, .found(ElectorScript.lease(1, holder, renewal: 1)), 60.1) == [words])
        #expect(script.wrote(5, .written(ElectorScript.lease(3, "me", renewal: 5)), 60.2) == ["taken until 70.1"])
    }

    @Test func inDoubtItHasLostOnceAnotherIsSeenToHoldIt() {
        var script = doubtful()
        #expect(script.sees(ElectorScript.lease(8, "other"), 20) == ["lost to other"])
        #expect(!script.elector.isInDoubt)
    }
}
