import FailoverCore
import Leadership
import Testing

/// One candidate, event by event.
@Suite struct LeaderElectorTests {
    /// A candidate named `me`, with the standard times and half a retry period of jitter.
    private struct Script {
        var elector = LeaderElector(identity: "me", timing: .standard, jitter: 0.5)

        static func at(_ seconds: Double) -> MonotonicTime {
            MonotonicTime(nanoseconds: UInt64(1e12) + UInt64(seconds * 1e9))
        }

        mutating func wants(_ wanted: LeaderElector.Preference, _ seconds: Double = 0) -> [String] {
            words(elector.wantedChanged(wanted, at: Self.at(seconds)))
        }

        mutating func sees(_ view: LeaseView?, _ seconds: Double, isRelist: Bool = false) -> [String] {
            words(elector.leaseObserved(view, isRelist: isRelist, at: Self.at(seconds)))
        }

        mutating func read(_ id: Int, _ outcome: LeaseReadOutcome, _ seconds: Double) -> [String] {
            words(elector.readFinished(id, outcome, at: Self.at(seconds)))
        }

        mutating func wrote(_ id: Int, _ outcome: LeaseWriteOutcome, _ seconds: Double) -> [String] {
            words(elector.writeFinished(id, outcome, at: Self.at(seconds)))
        }

        mutating func wakes(_ seconds: Double) -> [String] { words(elector.woke(at: Self.at(seconds))) }

        /// Seconds until it wants to be woken.
        var wake: Double? {
            elector.wakeTime.map { (Double($0.nanoseconds) - 1e12) / 1e9 }
        }

        private func words(_ actions: [LeaderElector.Action]) -> [String] {
            actions.map { action in
                switch action {
                case .read(let id): "read \(id)"
                case .write(let id, let write):
                    (write.version.map { "update \(id) of \($0)" } ?? "create \(id)")
                        + " for \(write.holder ?? "nobody"), \(write.duration.components.seconds) s, "
                        + "\(write.transitions)\(write.keepsAcquireTime ? ", kept" : "")"
                case .changed(.taken(let end)): "taken until \(Self.seconds(end))"
                case .changed(.renewed(let end)): "renewed until \(Self.seconds(end))"
                case .changed(.inDoubt): "in doubt"
                case .changed(.lost(let other)): "lost to \(other ?? "nobody")"
                }
            }
        }

        private static func seconds(_ time: MonotonicTime) -> String {
            "\((Double(time.nanoseconds) - 1e12) / 1e9)"
        }

        /// Leads since 0, by version 1 and request 1.
        static func leading() -> Script {
            var script = Script()
            _ = script.sees(nil, 0)
            _ = script.wants(.atOnce)
            _ = script.wrote(1, .written(lease(1, "me", renewal: 1)), 0.1)
            return script
        }
    }

    private static func lease(
        _ version: Int,
        _ holder: String?,
        duration: Double? = 15,
        transitions: Int = 0,
        renewal: Int64 = 0
    ) -> LeaseView {
        LeaseView(
            version: ObjectVersion("\(version)"),
            holder: holder,
            duration: duration.map { .seconds($0) },
            transitions: transitions,
            renewal: renewal
        )
    }

    // MARK: Taking

    @Test func nothingIsDoneBeforeTheLeaseWasSeen() {
        var script = Script()
        #expect(script.wants(.atOnce) == [] && script.wake == nil)
    }

    @Test func aLeaseThatIsNotThereIsCreated() {
        var script = Script()
        _ = script.sees(nil, 0)
        #expect(script.wants(.atOnce) == ["create 1 for me, 15 s, 0"])
        #expect(script.wrote(1, .written(Self.lease(1, "me")), 0.2) == ["taken until 10.0"])
        #expect(script.wake == 5)
    }

    @Test func whoeverLosesTheRaceReadsAndWaits() {
        var script = Script()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        #expect(script.wrote(1, .conflict, 0.1) == ["read 2"])
        #expect(script.read(2, .found(Self.lease(5, "other")), 0.2) == [])
        #expect(script.wake == 0.2 + 15 + 1)
    }

    /// Nobody's time is compared with ours: it was seen, now.
    @Test func aNewCandidateWaitsAWholeDurationAfterItsFirstSight() {
        var script = Script()
        _ = script.wants(.atOnce)
        #expect(script.sees(Self.lease(5, "other", transitions: 3), 2) == [] && script.wake == 18)
        #expect(script.wakes(17.9) == [])
        #expect(script.wakes(18) == ["update 1 of 5 for me, 15 s, 4"])
    }

    @Test func eachRenewalThatIsSeenBeginsTheWaitAnew() {
        var script = Script()
        _ = script.wants(.atOnce)
        _ = script.sees(Self.lease(5, "other", renewal: 1), 0)
        _ = script.sees(Self.lease(6, "other", renewal: 2), 5)
        #expect(script.wake == 21)
        // Somebody wrote an annotation, which renews nothing, but is what an update has to replace.
        _ = script.sees(Self.lease(7, "other", renewal: 2), 9)
        #expect(script.wake == 21)
        #expect(script.wakes(21) == ["update 1 of 7 for me, 15 s, 1"])
    }

    @Test(
        arguments: [
            (nil, 16.0), (30.0, 31.0), (0.0, 2.0), (-5.0, 2.0), (1e9, 601.0),
        ] as [(Double?, Double)]
    ) func thePublishedDurationCountsWithinBounds(duration: Double?, wake: Double) {
        var script = Script()
        _ = script.wants(.atOnce)
        _ = script.sees(Self.lease(5, "other", duration: duration), 0)
        #expect(script.wake == wake)
    }

    @Test func aReleasedLeaseIsTakenAtOnce() {
        var script = Script()
        _ = script.wants(.atOnce)
        _ = script.sees(Self.lease(5, "other", transitions: 7), 0)
        #expect(script.sees(Self.lease(6, "", duration: 1, transitions: 7), 3) == ["update 1 of 6 for me, 15 s, 8"])
    }

    @Test func oneThatIsNotFirstLeavesItToOthersForARetryPeriod() {
        var script = Script()
        _ = script.wants(.afterRetryPeriod)
        #expect(script.sees(Self.lease(6, nil), 3) == [] && script.wake == 6)
        #expect(script.sees(Self.lease(7, "other"), 4) == [] && script.wake == 4 + 15 + 3)
    }

    @Test func oneThatIsNotToTakeItTakesNothing() {
        var script = Script()
        _ = script.sees(Self.lease(6, nil), 0)
        #expect(script.wants(.never) == [] && script.wake == nil && script.elector.isReleased)
    }

    @Test func aLeaseThatNamesUsIsTakenOverAtOnce() {
        var script = Script()
        _ = script.wants(.atOnce)
        let words = script.sees(Self.lease(6, "me", transitions: 2), 0)
        #expect(words == ["update 1 of 6 for me, 15 s, 2, kept"])
    }

    @Test(arguments: [(Int.min, 1), (-1, 1), (Int(Int32.max), Int(Int32.max)), (.max, Int(Int32.max))])
    func transitionsStayWithinTheirBounds(found: Int, written: Int) {
        var script = Script()
        _ = script.wants(.atOnce)
        let words = script.sees(Self.lease(6, nil, transitions: found), 0)
        #expect(words == ["update 1 of 6 for me, 15 s, \(written)"])
    }

    /// Its holder may lead without knowing that the Lease was deleted.
    @Test func aDeletedLeaseOfAnotherIsCreatedOnceItsTimeIsOver() {
        var script = Script()
        _ = script.wants(.atOnce)
        _ = script.sees(Self.lease(5, "other"), 0)
        #expect(script.sees(nil, 3) == ["read 1"])
        #expect(script.read(1, .absent, 3.1) == [] && script.wake == 15)
        #expect(script.wakes(15) == ["create 2 for me, 15 s, 0"])
    }

    @Test func aCandidateThatIsRefusedWaitsLongerEachTime() {
        var script = Script()
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
        #expect(waits == [2, 4, 8, 16, 30, 30])
    }

    // MARK: Leading

    @Test func itRenewsEveryFiveSecondsFromWhenTheLastOneWasSent() {
        var script = Script.leading()
        #expect(script.wakes(4.9) == [])
        #expect(script.wakes(5) == ["update 2 of 1 for me, 15 s, 0, kept"])
        #expect(script.wrote(2, .written(Self.lease(2, "me", renewal: 2)), 7.4) == ["renewed until 15.0"])
        #expect(script.wake == 10)
    }

    @Test func itIsInDoubtAtTheDeadlineWhateverIsUnderWay() {
        var script = Script.leading()
        _ = script.wakes(5)
        #expect(script.wake == 10)
        #expect(script.wakes(10) == ["in doubt"] && script.elector.isInDoubt)
        #expect(script.elector.leadEnd == nil)
    }

    /// The answer to a process that stood still: the lead that it gives is over.
    @Test func anAnswerThatComesTooLateGivesNoLead() {
        var script = Script.leading()
        _ = script.wakes(5)
        let words = script.wrote(2, .written(Self.lease(2, "me", renewal: 2)), 15.5)
        #expect(words == ["in doubt", "update 3 of 2 for me, 15 s, 0, kept"])
    }

    @Test func whoeverIsRefusedWhileLeadingTriesEveryRetryPeriod() {
        var script = Script.leading()
        _ = script.wakes(5)
        #expect(script.wrote(2, .failed, 5.1) == [] && script.wake == 7)
        #expect(script.wakes(7) == ["update 3 of 1 for me, 15 s, 0, kept"])
        #expect(script.wrote(3, .failed, 7.1) == [] && script.wake == 9)
    }

    @Test func aConflictIsNoLossIfItIsStillOurs() {
        var script = Script.leading()
        _ = script.wakes(5)
        #expect(script.wrote(2, .conflict, 5.1) == ["read 3"])
        let annotated = Self.lease(4, "me", renewal: 1)
        #expect(script.read(3, .found(annotated), 5.2) == ["update 4 of 4 for me, 15 s, 0, kept"])
        #expect(script.wrote(4, .written(Self.lease(5, "me", renewal: 4)), 5.3) == ["renewed until 15.2"])
    }

    @Test func conflictsWithoutEndAreNotAnsweredAtOnceForEver() {
        var script = Script.leading()
        _ = script.wakes(5)
        var version = 10
        var id = 2
        while script.wrote(id, .conflict, 5) == ["read \(id + 1)"], id < 20 {
            _ = script.read(id + 1, .found(Self.lease(version, "me", renewal: 1)), 5)
            version += 1
            id += 2
        }
        #expect(id == 8 && script.wake == 7)
    }

    @Test func whoeverSeesAnotherHoldItHasLostItAtOnce() {
        var script = Script.leading()
        #expect(script.sees(Self.lease(2, "other"), 1) == ["lost to other"])
        #expect(script.wake == 17)
        script = .leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .conflict, 5.1)
        #expect(script.read(3, .found(Self.lease(9, "other")), 5.2) == ["lost to other"])
    }

    /// What is seen of before our own write says nothing.
    @Test func anOlderViewChangesNothing() {
        var script = Script()
        _ = script.wants(.atOnce)
        _ = script.sees(Self.lease(5, nil), 0)
        _ = script.wrote(1, .written(Self.lease(6, "me", renewal: 1)), 0.1)
        #expect(script.sees(Self.lease(4, "other"), 0.2) == [] && script.elector.leadEnd != nil)
    }

    @Test func anOlderViewOfAServerThatWasSetBackIsRead() {
        var script = Script.leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .written(Self.lease(20, "me", renewal: 2)), 5.1)
        #expect(script.sees(Self.lease(3, "other"), 6, isRelist: true) == ["read 3"])
        #expect(script.read(3, .found(Self.lease(3, "other")), 6.1) == ["lost to other"])
    }

    /// A watch that is faster than the answer to a write.
    @Test func anAnswerThatIsOlderThanWhatWasSeenGivesNoLead() {
        var script = Script()
        _ = script.wants(.atOnce)
        _ = script.sees(Self.lease(5, nil), 0)
        _ = script.sees(Self.lease(9, "other"), 0.1)
        #expect(script.wrote(1, .written(Self.lease(6, "me", renewal: 1)), 0.2) == [])
        #expect(script.elector.leadEnd == nil && script.elector.view?.holder == "other")
    }

    @Test func aLeaderCreatesItsDeletedLeaseAnew() {
        var script = Script.leading()
        #expect(script.sees(nil, 3) == ["read 2"])
        #expect(script.read(2, .absent, 3.1) == [])
        #expect(script.wakes(5) == ["create 3 for me, 15 s, 0"])
    }

    // MARK: Unknown outcomes

    @Test func aRenewalThatIsFoundCommittedCountsFromWhenItWasSent() {
        var script = Script.leading()
        _ = script.wakes(5)
        #expect(script.wrote(2, .unknown(renewal: 22), 7.5) == ["read 3"])
        #expect(script.read(3, .found(Self.lease(2, "me", renewal: 22)), 7.6) == ["renewed until 15.0"])
        #expect(script.wake == 10)
    }

    @Test func oneThatIsNotFoundIsSentAgain() {
        var script = Script.leading()
        _ = script.wakes(5)
        _ = script.wrote(2, .unknown(renewal: 22), 7.5)
        let words = script.read(3, .found(Self.lease(1, "me", renewal: 1)), 7.6)
        #expect(words == ["update 4 of 1 for me, 15 s, 0, kept"])
    }

    /// A server that reads and cannot write, for its storage is full or a webhook is away, is not asked as fast as it answers.
    @Test(arguments: [true, false]) func aServerThatOnlyReadsIsAskedEveryRetryPeriod(leads: Bool) {
        var script = leads ? Script.leading() : Script()
        var (id, now) = (2, 5.0)
        if leads {
            _ = script.wakes(now)
        } else {
            _ = script.wants(.atOnce)
            (id, now) = (1, 0)
            _ = script.sees(Self.lease(1, nil), now)
        }
        for _ in 0..<6 {
            #expect(script.wrote(id, .unknown(renewal: Int64(id)), now + 0.01) == ["read \(id + 1)"])
            let view = leads ? Self.lease(1, "me", renewal: 1) : Self.lease(1, nil)
            #expect(script.read(id + 1, .found(view), now + 0.02) == [])
            #expect(!script.wakes(now + 1.9).contains { $0.hasPrefix("update") })
            #expect(script.wakes(now + 2).contains { $0.hasPrefix("update \(id + 2) ") })
            (id, now) = (id + 2, now + 2)
        }
    }

    @Test func aReleaseIsRepeatedEveryRetryPeriodUntilTheLeaseEnds() {
        var script = Script.leading()
        _ = script.wants(.never, 1)
        _ = script.read(2, .found(Self.lease(1, "me", renewal: 1)), 1)
        #expect(script.wrote(3, .unknown(renewal: 0), 1.01) == ["read 4"])
        #expect(script.read(4, .found(Self.lease(1, "me", renewal: 1)), 1.02) == [] && script.wake == 3)
    }

    @Test func anAcquisitionThatIsFoundCommittedCounts() {
        var script = Script()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        #expect(script.wrote(1, .unknown(renewal: 11), 2.5) == ["read 2"])
        #expect(script.read(2, .found(Self.lease(1, "me", renewal: 11)), 2.6) == ["taken until 10.0"])
    }

    // MARK: In doubt

    private func doubtful() -> Script {
        var script = Script.leading()
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
        #expect(script.read(4, .found(Self.lease(1, holder, renewal: 1)), 60.1) == [words])
        #expect(script.wrote(5, .written(Self.lease(3, "me", renewal: 5)), 60.2) == ["taken until 70.1"])
    }

    @Test func inDoubtItHasLostOnceAnotherIsSeenToHoldIt() {
        var script = doubtful()
        #expect(script.sees(Self.lease(8, "other"), 20) == ["lost to other"])
        #expect(!script.elector.isInDoubt)
    }

    // MARK: Releasing

    @Test func aReleaseLooksFirstAndKeepsTheTransitions() {
        var script = Script.leading()
        #expect(script.wants(.never, 3) == ["lost to nobody", "read 2"])
        let found = Self.lease(4, "me", transitions: 3, renewal: 1)
        #expect(script.read(2, .found(found), 3.1) == ["update 3 of 4 for nobody, 1 s, 3"])
        #expect(!script.elector.isReleased)
        #expect(script.wrote(3, .written(Self.lease(5, nil)), 3.2) == [])
        #expect(script.elector.isReleased && script.wake == nil)
    }

    @Test func whatAnotherHoldsIsNotReleased() {
        var script = Script.leading()
        _ = script.wants(.never, 3)
        #expect(script.read(2, .found(Self.lease(4, "other")), 3.1) == [])
        #expect(script.elector.isReleased && script.wake == nil)
    }

    @Test func aRenewalThatIsUnderWayIsWaitedForBeforeARelease() {
        var script = Script.leading()
        _ = script.wakes(5)
        #expect(script.wants(.never, 5.1) == ["lost to nobody"])
        #expect(script.wrote(2, .written(Self.lease(2, "me", renewal: 2)), 5.2) == ["update 3 of 2 for nobody, 1 s, 0"])
    }

    @Test func aReleaseThatMeetsAConflictLooksAgain() {
        var script = Script.leading()
        _ = script.wants(.never, 3)
        _ = script.read(2, .found(Self.lease(4, "me", renewal: 1)), 3.1)
        #expect(script.wrote(3, .conflict, 3.2) == ["read 4"])
        let words = script.read(4, .found(Self.lease(5, "me", renewal: 1)), 3.3)
        #expect(words == ["update 5 of 5 for nobody, 1 s, 0"])
    }

    /// Then the Lease ends by itself.
    @Test func aReleaseThatDoesNotSucceedIsGivenUp() {
        var script = Script.leading()
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
        var script = Script()
        _ = script.sees(nil, 0)
        _ = script.wants(.atOnce)
        #expect(script.wants(.never, 0.1) == [])
        #expect(script.wrote(1, .written(Self.lease(1, "me")), 0.2) == ["update 2 of 1 for nobody, 1 s, 0"])
    }

    // MARK: Strays

    @Test func anAnswerThatNobodyAwaitsChangesNothing() {
        var script = Script.leading()
        let before = script.elector
        #expect(script.wrote(1, .written(Self.lease(9, "other")), 1) == [])
        #expect(script.read(7, .found(Self.lease(9, "other")), 1) == [])
        #expect(script.elector == before)
    }
}
