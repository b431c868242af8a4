import FailoverCore
import Foundation
import KubernetesClient
import Testing

@testable import Supervision

/// While one version replaces another, both write the same Lease in turn.
@Suite struct OtherVersionTests {
    /// An hour after the recorded Leases were written.
    private static let now = Date(timeIntervalSince1970: 1_795_176_000)

    /// What this version makes of a Lease when it writes the record that it read, after `change`.
    private static func rewritten(_ text: String, _ change: (inout GroupRecord) -> Void = { _ in }) throws -> Lease {
        let lease = try RecordedLeases.lease(text)
        var record = RecordMapping.stored(lease, now: now).record
        change(&record)
        return RecordMapping.lease(record, group: "web", namespace: "shop", base: lease, now: now)
    }

    /// An annotation as JSON, so that the order of members does not matter.
    private static func json(_ lease: Lease, _ key: String) throws -> JSONFragment {
        let text = try #require(lease.metadata.annotations?[key], "\(key) is lost")
        return try JSONDecoder().decode(JSONFragment.self, from: Data(text.utf8))
    }

    /// A move of this version, as it is announced.
    private static func announce(_ record: inout GroupRecord) {
        record.epoch = Epoch(4)
        record.origin = .intended
        record.writer = "w"
        record.history.append(MoveEntry(epoch: Epoch(4), from: ["web-2"], target: "web-0", cause: .activeGone))
    }

    // MARK: An older version's

    @Test func whatTheFirstVersionWroteIsReadWhole() throws {
        let record = RecordMapping.stored(try RecordedLeases.lease(RecordedLeases.first), now: Self.now).record
        #expect(record.holder == .init(name: "web-2", id: .init("u2")) && record.epoch == Epoch(3))
        #expect(record.origin == .intended && record.writer == "standby-5d9c_0b5e")
        #expect(record.fenced == ["web-9"] && record.forgivenEpoch == Epoch(1) && record.pause?.id == "op-2")
        #expect(
            record.request
                == OperatorRequest(id: "op-3", action: .unintelligible("it was given more than 600.0 seconds ago"))
        )
        #expect(record.history.map(\.cause) == [.switchover, .activeUnhealthy])
        #expect(record.history.map(\.duration) == [.milliseconds(31), nil])
        #expect(record.answers.map(\.id) == ["op-1"] && record.answers.first?.move?.gap == .milliseconds(9))
        let targets = [(2, "u1"), (3, "u2")].map { Announcements.Entry(epoch: Epoch($0), target: .init($1)) }
        #expect(record.announced == Announcements(since: Epoch(1), entries: targets))
    }

    @Test(arguments: [RecordedLeases.first, RecordedLeases.later])
    func whatIsReadAndWrittenAgainStaysAsItWas(text: String) throws {
        let (before, after) = (try RecordedLeases.lease(text), try Self.rewritten(text))
        var expected = before
        expected.spec?.renewTime = MicroTime(Self.now)
        #expect(after.spec == expected.spec && after.metadata.labels == before.metadata.labels)
        let keys = (before.metadata.annotations ?? [:]).keys.sorted()
        #expect((after.metadata.annotations ?? [:]).keys.sorted() == keys)
        for key in keys {
            let (old, new) = (before.metadata.annotations?[key], after.metadata.annotations?[key])
            if old == new { continue }
            #expect(try Self.json(after, key) == Self.json(before, key), "\(key): \(new ?? "")")
        }
    }

    // MARK: A newer version's

    @Test func aMoveOfACauseThatIsNotKnownCountsAsAMove() throws {
        let record = RecordMapping.stored(try RecordedLeases.lease(RecordedLeases.later), now: Self.now).record
        #expect(record.history.map(\.cause) == [.other, .activeUnhealthy])
        #expect(record.history.first?.from == ["web-0"] && record.history.first?.target == "web-1")
        #expect(!SwitchCause.other.countsAsFlapping && !SwitchCause.other.isPlanned && !SwitchCause.other.isVoluntary)
    }

    @Test func theNextMoveLeavesTheStoryOfTheOthersAsItWas() throws {
        let before = try RecordedLeases.lease(RecordedLeases.later)
        let after = try Self.rewritten(RecordedLeases.later, Self.announce)
        guard case .array(let old) = try Self.json(before, RecordMapping.Annotation.history),
            case .array(let new) = try Self.json(after, RecordMapping.Annotation.history)
        else { throw CancellationError() }
        #expect(new.count == 3 && Array(new.prefix(2)) == old)
        #expect(after.metadata.annotations?[RecordMapping.Annotation.origin] == "Intended")
        #expect(after.metadata.annotations?["kube-standby.io/opinions"] == #"[{"of":"web-2"}]"#)
        #expect(after.spec?.others == before.spec?.others && after.spec?.leaseTransitions == 4)
    }

    @Test func theEndOfAMoveIsAddedToWhatTheOthersSayOfIt() throws {
        let after = try Self.rewritten(RecordedLeases.later) { $0.history[0].duration = .seconds(2) }
        guard case .array(let moves) = try Self.json(after, RecordMapping.Annotation.history),
            case .object(let move)? = moves.first
        else { throw CancellationError() }
        #expect(
            move["durationSeconds"] == .int(2) && move["cause"] == .string("QuorumLost") && move["witnesses"] != nil
        )
    }

    /// Of an epoch there is one move, that of the record.
    @Test func anotherMoveOfTheSameEpochTakesNothingOver() throws {
        let after = try Self.rewritten(RecordedLeases.later) { record in
            record.history[1] = MoveEntry(epoch: Epoch(3), from: [], target: "x", cause: .noActive)
        }
        let history = try #require(after.metadata.annotations?[RecordMapping.Annotation.history])
        #expect(history.contains("QuorumLost") && !history.contains("opinions"))
    }

    @Test func answersOfAKindThatIsNotKnownAgeWithTheOthers() throws {
        let after = try Self.rewritten(RecordedLeases.later) { record in
            for number in 1...7 {
                record.answers.append(.init(id: "new-\(number)", outcome: .refused, explanation: "no"))
            }
        }
        let answers = StoredJSON.list(
            of: StoredAnswer.self,
            after.metadata.annotations?[RecordMapping.Annotation.answers]
        )
        #expect(answers.map(\.id) == ["op-1"] + (1...7).map { "new-\($0)" })
        #expect(after.metadata.annotations?[RecordMapping.Annotation.answers]?.contains(#""by":"jane""#) ?? false)
    }

    @Test func whomTheOthersAnnouncedIsKeptWithWhatTheySayOfIt() throws {
        let after = try Self.rewritten(RecordedLeases.later) { record in
            Self.announce(&record)
            let next = Announcements.Entry(epoch: Epoch(4), target: .init("u0"))
            record.announced = Announcements(since: Epoch(1), entries: record.announced.entries + [next])
        }
        let text = try #require(after.metadata.annotations?[RecordMapping.Annotation.announced])
        #expect(
            text
                == #"{"epoch":4,"sealed":[1,2],"since":1,"targets":[{"epoch":2,"uid":"u1"},"#
                + #"{"epoch":3,"uid":"u2","withdrawn":true},{"epoch":4,"uid":"u0"}]}"#
        )
    }

    /// Whoever asked by a newer version's command waits for an answer to the id that it chose.
    @Test func aRequestOfAKindThatIsNotKnownIsRefusedByItsName() throws {
        var lease = try RecordedLeases.lease(RecordedLeases.later)
        let text = #"{"id":"op-7","action":"Rehearse","pod":"web-1","steps":3}"#
        lease.metadata.annotations?[RecordMapping.Annotation.request] = text
        let record = RecordMapping.stored(lease, now: Self.now).record
        guard case .unintelligible(let words)? = record.request?.action else { throw CancellationError() }
        #expect(record.request?.id == "op-7" && words.contains("one of Switchover"))
        let kept = RecordMapping.lease(record, group: "web", namespace: "shop", base: lease, now: Self.now)
        #expect(kept.metadata.annotations?[RecordMapping.Annotation.request] == text)
    }

    /// What nobody honest writes must not fill the Lease for as long as the history reaches back.
    @Test func whatIsTooLongForAnyVersionIsNotKept() throws {
        let long = String(repeating: "x", count: 5000)
        let text = RecordedLeases.later.replacingOccurrences(
            of: #"\"opinions\":3"#,
            with: #"\"opinions\":\"\#(long)\""#
        )
        let after = try Self.rewritten(text)
        let history = try #require(after.metadata.annotations?[RecordMapping.Annotation.history])
        #expect(!history.contains(long) && history.contains("QuorumLost"))
    }
}
