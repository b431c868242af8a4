import Testing

@testable import FailoverCore

/// An announcement that is carried out and answered with an error: the record shows whose it is.
@Suite struct LostAnnouncementTests {
    /// What becomes of a write of the record.
    private enum Fate {
        case written, failed, carriedOutAndFailed, conflict
    }

    /// Answers everything, backoffs at once, and the writes of the record as `fates` say, the last one for all that follow; at most
    /// `limit` effects.
    private func play(_ script: inout GroupScript, _ effects: [Effect], _ fates: [Fate], limit: Int = 80) -> [String] {
        var queue = effects
        var fates = fates
        var story: [String] = []
        while !queue.isEmpty, story.count < limit {
            let effect = queue.removeFirst()
            story.append(effect.words)
            if case .startBackoff(let id, _, _) = effect {
                queue += script.answered(script.machine.timerFired(id, at: script.now))
                continue
            }
            guard let (id, record) = effect.recordWrite, script.machine.turnCame(id, at: script.now) else {
                queue += script.follow(effect)
                continue
            }
            let fate = fates.count > 1 ? fates.removeFirst() : fates[0]
            if [.written, .carriedOutAndFailed].contains(fate) { script.store(record) }
            let outcome: RecordWriteOutcome =
                switch fate {
                case .written: script.lease.map { .written($0) } ?? .conflict
                case .failed, .carriedOutAndFailed: .failed(OperationFailure("502"))
                case .conflict: .conflict
                }
            queue += script.answered(script.machine.recordWritten(id, outcome, at: script.now))
        }
        return story
    }

    private func records(_ story: [String]) -> [String] { story.filter { $0.hasPrefix("record ") } }
    private func roles(_ story: [String]) -> [String] { story.filter { $0.contains("ive@") } }

    /// The announcement that a machine makes of a move to `b`, which is not answered yet.
    private func announcing(_ script: inout GroupScript) throws -> (id: OperationID, record: GroupRecord) {
        script.holds = { $0.recordWrite != nil }
        _ = script.settle(script.health("a", .unhealthy))
        return try #require(script.held.first?.recordWrite)
    }

    @Test func aMoveIsMadeWhoseRecordIsNeverAcknowledged() {
        var script = GroupScript.three()
        let story = play(&script, script.health("a", .unhealthy), [.carriedOutAndFailed])
        #expect(roles(story) == ["c=passive@2", "a=passive@2", "b=active@2"])
        // Of the announcement and of the end of the move.
        #expect(records(story) == ["record b@2 Intended", "record b@2 Intended"])
        #expect(script.machine.record?.record.history.last?.duration != nil)
        #expect(story.count < 30)
    }

    @Test func soIsTheNextOneInTheSameRun() {
        var script = GroupScript.three()
        _ = play(&script, script.health("a", .unhealthy), [.carriedOutAndFailed])
        _ = play(&script, script.health("a", .healthy), [.carriedOutAndFailed])
        let story = play(&script, script.health("b", .unhealthy), [.carriedOutAndFailed])
        #expect(roles(story) == ["b=passive@3", "a=active@3"] && !story.contains("list"))
    }

    @Test func soIsTheFirstMoveOfARecordThatIsCreated() {
        var script = GroupScript()
        for name in ["a", "b"] { script.place(name, nil) }
        let story = play(&script, script.start(record: nil, healthy: ["a", "b"]), [.carriedOutAndFailed])
        #expect(roles(story).last?.hasSuffix("=active@1") == true && records(story).first?.contains("@1 ") == true)
    }

    @Test func aRequestIsAnsweredWhoseRecordsAreNeverAcknowledged() {
        var script = GroupScript.three()
        let story = play(&script, script.annotate { $0.request = GroupScript.toB }, [.carriedOutAndFailed])
        #expect(roles(story).last == "b=active@2")
        #expect(script.machine.record?.record.answers.last?.outcome == .done)
    }

    /// It lands after it was read that it had not, and meets the next try, of the same move.
    @Test func anAnnouncementThatLandsLateIsGoneOnWith() throws {
        var script = GroupScript.three()
        let (id, record) = try announcing(&script)
        let backoff = script.machine.recordWritten(id, .failed(OperationFailure("502")), at: script.now)
        script.holds = { $0.recordWrite != nil }
        guard case .startBackoff(let wait, _, _)? = backoff.last else { throw Unexpected() }
        _ = script.settle(script.machine.timerFired(wait, at: script.now))
        let again = try #require(script.held.last?.recordWrite)
        #expect(again.record.epoch == Epoch(2) && again.record.attempt != record.attempt)
        script.rewrite { $0 = record }
        script.holds = { _ in false }
        let story = play(&script, script.machine.recordWritten(again.id, .conflict, at: script.now), [.written])
        #expect(roles(story) == ["c=passive@2", "a=passive@2", "b=active@2"])
    }

    /// Something on the way sends it twice: the second is in conflict with the first.
    @Test func anAnnouncementThatMeetsItselfIsGoneOnWith() throws {
        var script = GroupScript.three()
        let (id, record) = try announcing(&script)
        script.rewrite { $0 = record }
        script.holds = { _ in false }
        let story = play(&script, script.machine.recordWritten(id, .conflict, at: script.now), [.written])
        #expect(roles(story) == ["c=passive@2", "a=passive@2", "b=active@2"])
    }

    /// Whoever changed his mind before he could read takes the move back.
    @Test func whatLostItsGroundMeanwhileIsTakenBack() throws {
        var script = GroupScript.three()
        let (id, record) = try announcing(&script)
        script.rewrite { $0 = record }
        let backoff = script.machine.recordWritten(id, .failed(OperationFailure("502")), at: script.now)
        _ = script.health("a", .healthy)
        script.holds = { _ in false }
        let story = play(&script, backoff, [.written])
        #expect(roles(story).isEmpty && records(story) == ["record a@3 Adopted"])
    }

    /// What looks like an announcement of this machine, and is not.
    enum Likeness: CaseIterable {
        case anotherMachine, anotherTry, noTry, anotherEpoch, anotherTarget, adopted, anotherLease
    }

    @Test(arguments: Likeness.allCases) func aLikeRecordIsNotItsOwn(of likeness: Likeness) throws {
        var script = GroupScript.three()
        let (id, own) = try announcing(&script)
        script.rewrite { record in
            record = own
            switch likeness {
            case .anotherMachine: record.attempt?.machine = 2
            case .anotherTry: record.attempt?.number += 1
            case .noTry: record.attempt = nil
            case .anotherEpoch: record.epoch = Epoch(3)
            case .anotherTarget: record.holder = .init(name: "c", id: .init("uid-c"))
            case .adopted: record.origin = .adopted
            case .anotherLease: break
            }
        }
        let shown = try #require(script.lease)
        script.holds = { $0.recordWrite != nil || $0.roleWrite != nil }
        var queue = script.machine.recordWritten(id, .failed(OperationFailure("502")), at: script.now)
        guard case .startBackoff(let wait, _, _)? = queue.last else { throw Unexpected() }
        queue = script.machine.timerFired(wait, at: script.now)
        guard case .readRecord(let read)? = queue.first else { throw Unexpected() }
        var found = shown
        if likeness == .anotherLease { found.version.uid = "another" }
        let next = script.machine.recordRead(read, .found(found), at: script.now)
        // Its epoch is somebody else's: nothing is written but a record of a later one.
        #expect(next.allSatisfy { $0.roleWrite == nil && $0.words != "list" })
        let record = try #require(next.compactMap(\.recordWrite).first?.record)
        #expect(record.epoch > found.record.epoch)
    }

    /// The policy may be another by the time the record is read: it is decided anew.
    @Test func anotherPolicyIsDecidedBy() throws {
        var script = GroupScript.three()
        let (id, record) = try announcing(&script)
        script.rewrite { $0 = record }
        let backoff = script.machine.recordWritten(id, .failed(OperationFailure("502")), at: script.now)
        _ = script.machine.policyChanged(GroupPolicy(order: .promoteFirst), at: script.now)
        script.holds = { _ in false }
        let story = play(&script, backoff, [.written])
        #expect(roles(story) == ["c=passive@3", "b=active@3", "a=passive@3"])
    }

    private struct Unexpected: Error {}
}
