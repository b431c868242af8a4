import FailoverCore
import Foundation
import KubernetesClient
import Testing

@testable import Supervision

/// The record as annotations of a Lease.
@Suite struct RecordMappingTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private static func record(_ change: (inout GroupRecord) -> Void = { _ in }) -> GroupRecord {
        var record = GroupRecord(
            holder: .init(name: "a", id: .init("u")),
            epoch: Epoch(3),
            origin: .intended,
            writer: "w",
            reason: "r"
        )
        change(&record)
        return record
    }

    private static func lease(_ record: GroupRecord, base: Lease? = nil, now: Date = now) -> Lease {
        RecordMapping.lease(record, group: "web", namespace: "n", base: base, now: now)
    }

    private static func annotated(_ key: String, _ value: String) -> GroupRecord {
        var lease = lease(record())
        lease.metadata.annotations?[key] = value
        return RecordMapping.stored(lease, now: now).record
    }

    @Test func keepsEverythingThatItIsToRemember() {
        let move = MoveEntry(
            epoch: Epoch(3),
            from: ["b"],
            target: "a",
            cause: .switchover,
            startedAt: 1_699_999_990_000_000,
            age: .seconds(10),
            duration: .milliseconds(31),
            gap: .milliseconds(9)
        )
        let record = Self.record {
            $0.attempt = RecordAttempt(machine: .max, number: 7)
            $0.fenced = ["x", "y"]
            $0.history = [move]
            $0.answers = [.init(id: "o", outcome: .refused, explanation: "no \"such\" pod")]
            $0.forgivenEpoch = Epoch(2)
        }
        #expect(RecordMapping.stored(Self.lease(record), now: Self.now).record == record)
    }

    @Test func tellsWhenAMoveWasAnnounced() {
        let record = Self.record {
            $0.history = [MoveEntry(epoch: Epoch(3), from: [], target: "a", cause: .noActive)]
        }
        let later = Self.now.addingTimeInterval(60)
        let entry = RecordMapping.stored(Self.lease(record), now: later).record.history.first
        #expect(entry?.startedAt == 1_700_000_000_000_000 && entry?.age == .seconds(60))
        // A clock that was set back makes nothing older than it is.
        let earlier = RecordMapping.stored(Self.lease(record), now: Self.now.addingTimeInterval(-60)).record
        #expect(earlier.history.first?.age == .zero)
    }

    /// What a slice announced is on record when it is made: it began its duration before.
    @Test func aMoveThatIsWrittenWhenItIsMadeBeganBefore() {
        let record = Self.record {
            $0.history = [MoveEntry(epoch: Epoch(3), from: [], target: "a", cause: .noActive, duration: .seconds(2))]
        }
        let entry = RecordMapping.stored(Self.lease(record), now: Self.now).record.history.first
        #expect(entry?.startedAt == 1_699_999_998_000_000 && entry?.age == .seconds(2))
    }

    @Test func aPauseRunsOutAndIsWrittenOnce() {
        let record = Self.record { $0.pause = Pause(id: "p", rest: .seconds(60)) }
        let first = Self.lease(record)
        let later = Self.now.addingTimeInterval(20)
        let read = RecordMapping.stored(first, now: later).record
        #expect(read.pause == Pause(id: "p", rest: .seconds(40)))
        let second = Self.lease(read, base: first, now: later)
        let key = RecordMapping.Annotation.pause
        #expect(second.metadata.annotations?[key] == first.metadata.annotations?[key])
        let past = RecordMapping.stored(first, now: Self.now.addingTimeInterval(-3600)).record
        #expect(past.pause?.rest == .seconds(60))
    }

    @Test(arguments: ["true", "", "until monday", "{}"])
    func whateverAPauseSaysTheGroupIsPaused(text: String) {
        let record = Self.annotated(RecordMapping.Annotation.pause, text)
        #expect(record.pause != nil && record.pause?.rest == nil)
    }

    @Test func readsWhatIsWrittenByHand() {
        #expect(Self.annotated(RecordMapping.Annotation.fenced, "web-0, web-1").fenced == ["web-0", "web-1"])
        #expect(Self.annotated(RecordMapping.Annotation.history, "nonsense").history.isEmpty)
        let request = #"{"id":"o","action":"Switchover","pod":"web-1","force":true}"#
        #expect(
            Self.annotated(RecordMapping.Annotation.request, request).request
                == OperatorRequest(id: "o", action: .switchover(to: "web-1", isForced: true))
        )
    }

    @Test(arguments: [
        (#"{"id":"","action":"Resume"}"#, "it has no id"),
        ("nonsense", "expected is"), (#"{"id":"o","action":"Dance"}"#, "one of Switchover"),
        (#"{"id":"o","action":"Fence"}"#, "of which pod"),
        (#"{"id":"o","action":"Resume","at":"2023-11-14T22:03:19.000000Z"}"#, "ago"),
    ])
    func refusesRequestsThatItCannotReadOrThatNobodyRemembers(text: String, words: String) {
        guard
            case .unintelligible(let problem)? = Self.annotated(RecordMapping.Annotation.request, text).request?.action
        else {
            Issue.record("understood")
            return
        }
        #expect(problem.contains(words), "\(problem)")
    }

    @Test func aRequestGoesWithItsAnswerAndAPauseWithItsEnd() {
        var base = Self.lease(Self.record { $0.pause = Pause(id: "p", rest: nil) })
        base.metadata.annotations?[RecordMapping.Annotation.request] = "{}"
        let next = Self.lease(Self.record(), base: base)
        #expect(next.metadata.annotations?[RecordMapping.Annotation.request] == nil)
        #expect(next.metadata.annotations?[RecordMapping.Annotation.pause] == nil)
    }

    @Test func keepsWhatOthersWroteOnTheLease() {
        var foreign = Lease(metadata: ObjectMeta(name: "kube-standby-web", namespace: "n"), spec: Lease.Spec())
        foreign.metadata.annotations = ["other": "kept"]
        foreign.metadata.uid = "l"
        foreign.metadata.resourceVersion = "9"
        let lease = Self.lease(Self.record(), base: foreign)
        #expect(lease.metadata.annotations?["other"] == "kept" && lease.spec?.leaseTransitions == 3)
        let stored = RecordMapping.stored(lease, now: Self.now)
        #expect(stored.record == Self.record() && stored.version == .init(uid: "l", version: .init("9")))
    }

    @Test func takesALeaseOfAnotherOriginForAnAdoptedRecord() {
        var lease = Lease(metadata: ObjectMeta(name: "l"), spec: Lease.Spec())
        lease.spec?.holderIdentity = "a"
        #expect(RecordMapping.stored(lease).record.origin == .adopted)
        #expect(RecordMapping.stored(lease).record.holder?.id == nil)
    }

    // MARK: What nobody honest writes

    @Test(arguments: [-1, Int.min, 1 << 31, Int.max, (1 << 30) + 1])
    func readsNoEpochThatNoSwitchCanHaveMade(number: Int) {
        var lease = Self.lease(Self.record())
        lease.spec?.leaseTransitions = number
        #expect(RecordMapping.stored(lease).record.epoch == Epoch(0))
        #expect(RecordMapping.oddities(lease).contains { $0.contains("leaseTransitions is \(number)") })
    }

    @Test func saysThatTheLastEpochIsReached() {
        var lease = Self.lease(Self.record())
        lease.spec?.leaseTransitions = 1 << 30
        #expect(RecordMapping.stored(lease).record.epoch == .last)
        #expect(RecordMapping.oddities(lease).contains { $0.contains("nothing can be moved any more") })
        #expect(RecordMapping.oddities(Self.lease(Self.record())).isEmpty)
    }

    @Test(arguments: [
        #""durationSeconds":1e300"#, #""durationSeconds":-1"#, #""durationSeconds":1e400"#, #""durationSeconds":"x""#,
        #""nobodyActiveSeconds":1e18"#, #""nobodyActiveSeconds":null"#,
    ])
    func readsAMoveWithoutADurationThatIsNone(field: String) throws {
        let text = #"[{"time":"2026-01-01T00:00:00Z","from":["a"],"to":"b","cause":"Switchover","epoch":3,\#(field)}]"#
        let moves = RecordMapping.moves(text)
        #expect(moves.allSatisfy { $0.durationSeconds == nil && $0.nobodyActiveSeconds == nil })
        if !field.contains("400") { #expect(moves.count == 1) }
        #expect(Self.annotated(RecordMapping.Annotation.history, text).history.allSatisfy { $0.duration == nil })
    }

    @Test(arguments: [
        #"{"time":"9999999-01-01T00:00:00Z","from":[],"cause":"Switchover","epoch":3}"#,
        #"{"time":"2026-01-01T00:00:00Z","from":[],"cause":"Switchover","epoch":9223372036854775807}"#,
        #"{"time":"2026-01-01T00:00:00Z","from":[],"cause":"Switchover","epoch":-1}"#, "17", "null", "{}",
    ])
    func leavesOutMovesThatCannotHaveBeen(element: String) {
        #expect(Self.annotated(RecordMapping.Annotation.history, "[\(element)]").history.isEmpty)
    }

    @Test func keepsListsShort() throws {
        let moves = (1...5000).map {
            #"{"time":"0000-01-01T00:00:00Z","from":["a","B"],"to":"b","cause":"Switchover","epoch":\#($0)}"#
        }
        let read = Self.annotated(RecordMapping.Annotation.history, "[\(moves.joined(separator: ","))]")
        #expect(read.history.count == 200 && read.history.last?.epoch == Epoch(5000))
        #expect(read.history.allSatisfy { $0.from == ["a"] && $0.age > .zero })
        let answers = (1...100).map {
            #"{"id":"\#($0)","outcome":"Done","explanation":"\#(String(repeating: "x", count: 9000))"}"#
        }
        let answered = Self.annotated(RecordMapping.Annotation.answers, "[\(answers.joined(separator: ","))]").answers
        #expect(answered.count == 8 && answered.allSatisfy { $0.explanation.count == 2000 })
        let names = (1...5000).map { "p-\($0)" }.joined(separator: ",")
        #expect(Self.annotated(RecordMapping.Annotation.fenced, names + ",../../x,A B").fenced.count == 200)
    }

    @Test func writesNoMoreThanAnObjectMayHave() {
        var foreign = Lease(metadata: ObjectMeta(name: "kube-standby-web"), spec: Lease.Spec())
        foreign.metadata.annotations = ["other": String(repeating: "x", count: 262_000)]
        let record = Self.record {
            $0.history = (1...200).map {
                MoveEntry(epoch: Epoch($0), from: ["a"], target: "b", cause: .activeUnhealthy)
            }
        }
        let annotations = Self.lease(record, base: foreign).metadata.annotations ?? [:]
        #expect(annotations.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } <= 262_144)
        #expect(annotations["other"] != nil && annotations[RecordMapping.Annotation.origin] == "Intended")
    }

    @Test(arguments: [
        (#"{"id":"o","action":"Switchover","pod":"../secrets"}"#, "no name of a pod"),
        (#"{"id":"o","action":"Pause","seconds":1e300}"#, "a pause is"),
        (#"{"id":"\#(String(repeating: "x", count: 500))","action":"Resume"}"#, "more than 128"),
        (#"{"id":"o","action":"Pause","seconds":1e400}"#, "expected is"),
    ])
    func refusesRequestsThatNobodyCanCarryOut(text: String, words: String) {
        let request = Self.annotated(RecordMapping.Annotation.request, text).request
        guard case .unintelligible(let problem)? = request?.action else {
            Issue.record("understood")
            return
        }
        #expect(problem.contains(words) && (request?.id.count ?? 0) <= 128, "\(problem)")
    }

    /// One letter with any number of accents is one character: an answer of that length would displace the group's story.
    @Test func countsAccents() throws {
        let long = "x" + String(repeating: "\u{301}", count: 10_000)
        for text in [
            #"{"id":"\#(long)","action":"Resume"}"#, #"{"id":"o","action":"Fence","pod":"\#(long)"}"#,
        ] {
            let request = Self.annotated(RecordMapping.Annotation.request, text).request
            guard case .unintelligible(let problem)? = request?.action else {
                Issue.record("understood")
                continue
            }
            #expect(problem.utf8.count < 1000 && (request?.id.utf8.count ?? 0) < 1000)
        }
        let answer = #"[{"id":"\#(long)","outcome":"Done","explanation":"\#(long)"}]"#
        let answered = try #require(Self.annotated(RecordMapping.Annotation.answers, answer).answers.first)
        #expect(answered.id.utf8.count < 1000 && answered.explanation.utf8.count < 5000)
        let move = #"[{"time":"2026-01-01T00:00:00Z","cause":"Switchover","epoch":3,"request":"\#(long)"}]"#
        let moved = try #require(Self.annotated(RecordMapping.Annotation.history, move).history.first)
        #expect((moved.request?.utf8.count ?? 0) < 1000)
    }

    @Test(arguments: ["1e300", "-1e300", "1e400", "9999999999999999999999"])
    func aPauseOfNoLengthHasNoEnd(seconds: String) {
        let text = #"{"id":"p","since":"0000-01-01T00:00:00Z","seconds":\#(seconds)}"#
        #expect(Self.annotated(RecordMapping.Annotation.pause, text).pause?.rest == nil)
    }

    // MARK: Pods that may still act as active

    @Test func whoIsWaitedForIsSoSinceItWasWrittenFirst() throws {
        let waiting = OutgoingMember(name: "a", id: .init("u"), epoch: Epoch(3), waited: .seconds(2))
        let first = Self.lease(Self.record { $0.outgoing = [waiting] })
        let text = first.metadata.annotations?[RecordMapping.Annotation.outgoing]
        #expect(text == #"[{"epoch":3,"pod":"a","since":"2023-11-14T22:13:18.000000Z","uid":"u"}]"#)
        // Written again later, by a machine that has known of it for less.
        let later = Self.now.addingTimeInterval(10)
        let again = Self.lease(Self.record { $0.outgoing = [waiting] }, base: first, now: later)
        let read = RecordMapping.stored(again, now: later).record.outgoing
        #expect(read == [OutgoingMember(name: "a", id: .init("u"), epoch: Epoch(3), waited: .seconds(12))])
        let ended = Self.lease(Self.record(), base: again)
        #expect(ended.metadata.annotations?[RecordMapping.Annotation.outgoing] == nil)
    }

    /// A wall clock that is set back makes nobody wait for longer than the whole.
    @Test(arguments: [
        #"[{"epoch":3,"pod":"a","since":"2099-11-14T22:13:18.000000Z","uid":"u"}]"#,
        #"[{"epoch":3,"pod":"a","since":"2023-11-14T22:13:20Z","uid":"u"},{"pod":7},{"epoch":-1,"pod":"b","uid":"v"}]"#,
    ])
    func whatCannotBeReadOfThemNamesNobody(text: String) {
        let read = Self.annotated(RecordMapping.Annotation.outgoing, text).outgoing
        #expect(read == [OutgoingMember(name: "a", id: .init("u"), epoch: Epoch(3), waited: .zero)])
    }
}
