import Foundation
import KubernetesClient
import Testing

@testable import FailoverCore
@testable import Supervision

/// Requests that wait on the Lease for their time.
@Suite(.timeLimit(.minutes(5))) struct ScheduledRequestTests {
    private static let scheduled = "kube-standby.io/scheduled"
    private static let asked = "kube-standby.io/request"
    private static let later =
        #"{"id":"s","action":"Switchover","due":"2023-11-15T02:00:00Z","at":"2023-11-14T22:00:00Z"}"#
    /// 22:13:20.
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)

    private static func lease(_ annotations: [String: String]) -> Lease {
        var record = GroupRecord(holder: nil, epoch: Epoch(1), origin: .adopted, writer: "me", reason: "")
        record.holder = .init(name: "web-0", id: .init("uid-0"))
        var lease = RecordMapping.lease(record, group: "web", namespace: "n", base: nil, now: now)
        lease.metadata.annotations?.merge(annotations) { $1 }
        return lease
    }

    private static func request(_ annotations: [String: String], now: Date = now) -> OperatorRequest? {
        RecordMapping.stored(lease(annotations), now: now).record.request
    }

    @Test func isReadWithItsTimeAndAfterWhatIsAskedForNow() {
        let due: Int64 = 1_700_013_600_000_000
        let switchover = OperatorRequest(id: "s", action: .switchover(to: nil, isForced: false), due: due)
        #expect(Self.request([Self.scheduled: Self.later]) == switchover)
        let pause = #"{"id":"p","action":"Pause"}"#
        let both = [Self.scheduled: Self.later, Self.asked: pause]
        #expect(Self.request(both) == OperatorRequest(id: "p", action: .pause(nil)))
        // Written by hand in the other's place it means the same, and others wait for it.
        #expect(Self.request([Self.asked: Self.later]) == switchover)
    }

    /// Whichever stands where: it is answered first, and the other stays.
    @Test(arguments: [(scheduled, asked), (asked, scheduled)])
    func ofTwoTheOneThatIsDueFirstComesFirst(earlier: String, later: String) throws {
        let text = Self.later.replacingOccurrences(of: "\"s\"", with: "\"e\"").replacingOccurrences(
            of: "02:00",
            with: "01:00"
        )
        let base = Self.lease([earlier: text, later: Self.later])
        var record = RecordMapping.stored(base, now: Self.now).record
        #expect(record.request?.id == "e" && RecordMapping.scheduled(base).map(\.id) == ["e", "s"])
        record.answer(RequestAnswer(id: "e", outcome: .done, explanation: ""))
        let left = RecordMapping.lease(record, group: "web", namespace: "n", base: base, now: Self.now)
        #expect(left.metadata.annotations?[earlier] == nil)
        #expect(RecordMapping.stored(left, now: Self.now).record.request?.id == "s")
        // What cannot be carried out is refused at once, wherever it stands.
        let refused = Self.lease([earlier: #"{"id":"n","action":"Fence"}"#, later: Self.later])
        #expect(RecordMapping.stored(refused, now: Self.now).record.request?.id == "n")
    }

    /// The answer takes away what it answers, and not what waits beside it.
    @Test func goesWithItsOwnAnswerOnly() {
        let pause = #"{"id":"p","action":"Pause"}"#
        var base = Self.lease([Self.scheduled: Self.later, Self.asked: pause])
        for (id, left) in [("p", [Self.scheduled]), ("s", [])] {
            var record = RecordMapping.stored(base, now: Self.now).record
            #expect(record.request?.id == id)
            record.answer(RequestAnswer(id: id, outcome: .done, explanation: ""))
            base = RecordMapping.lease(record, group: "web", namespace: "n", base: base, now: Self.now)
            let keys = base.metadata.annotations?.keys.filter { [Self.scheduled, Self.asked].contains($0) } ?? []
            #expect(keys == left)
        }
        let answers = RecordMapping.stored(base, now: Self.now).record.answers
        #expect(answers.map(\.id) == ["p", "s"])
    }

    @Test func itsMoveTellsWhoAskedForIt() {
        let text =
            #"{"id":"s","action":"Switchover","due":"2023-11-15T02:00:00Z","at":"2023-11-14T22:00:00Z","by":"jane"}"#
        let base = Self.lease([Self.scheduled: text])
        var record = RecordMapping.stored(base, now: Self.now).record
        var move = MoveEntry(epoch: Epoch(2), from: ["web-0"], target: "web-1", cause: .switchover)
        move.request = "s"
        record.history = [move]
        let lease = RecordMapping.lease(record, group: "web", namespace: "n", base: base, now: Self.now)
        #expect(RecordMapping.moves(lease.metadata.annotations?[RecordMapping.Annotation.history]).last?.by == "jane")
    }

    @Test(arguments: [
        (#""due":"2023-11-14T21:59:59Z","at":"2023-11-14T22:00:00Z""#, "lies in the past"),
        (#""due":"2023-12-14T22:00:01Z","at":"2023-11-14T22:00:00Z""#, "more than 30 days ahead"),
        (#""due":"2023-11-15T02:00:00Z""#, "has to say when it was given"),
        (#""due":"tomorrow","at":"now""#, "expected is"),
        (#""due":"2023-11-14T22:03:19Z","at":"2023-11-14T22:00:00Z""#, "it was due more than"),
    ])
    func isRefusedIfItsTimeIsNone(times: String, words: String) {
        let text = #"{"id":"s","action":"Switchover",\#(times)}"#
        guard case .unintelligible(let problem)? = Self.request([Self.scheduled: text])?.action else {
            Issue.record("understood")
            return
        }
        #expect(problem.contains(words), "\(problem)")
    }

    /// A supervisor that was away for some minutes carries it out late, and one that was away for longer does not.
    @Test(arguments: [(13_600 + 600, true), (13_600 + 601, false)])
    func isForgottenTenMinutesAfterItsTime(seconds: Int, isKept: Bool) {
        let request = Self.request([Self.scheduled: Self.later], now: Self.now.addingTimeInterval(Double(seconds)))
        #expect((request?.due != nil) == isKept)
    }

    @Test(arguments: ["Pause", "Resume", "Fence", "Unfence"]) func nothingElseWaits(action: String) {
        let text = Self.later.replacingOccurrences(of: "Switchover", with: action)
        guard
            case .unintelligible("only a Switchover may be due at a time")? = Self.request([Self.scheduled: text])?
                .action
        else {
            Issue.record("understood")
            return
        }
    }

    // MARK: What is shown

    /// Beside whatever else is asked, and without what belongs to a pause.
    @Test(arguments: [
        [scheduled: later], [asked: later], [scheduled: later, asked: #"{"id":"p","action":"Pause"}"#],
        [scheduled: "nonsense", asked: later],
        [scheduled: later.replacingOccurrences(of: #""id""#, with: #""seconds":7,"id""#)],
    ])
    func isShownWhateverIsAskedBesideIt(annotations: [String: String]) throws {
        let shown = RecordMapping.scheduled(Self.lease(annotations))
        #expect(shown == [try #require(StoredRequest(annotation: Self.later))])
    }

    @Test(arguments: [
        "", "nonsense", #"{"id":"p","action":"Switchover"}"#,
        later.replacingOccurrences(of: "2023-11-15", with: "2099-01-01"),
        later.replacingOccurrences(of: "2023-11-15", with: "2023-11-01"),
        later.replacingOccurrences(of: "2023-11-15T02:00:00Z", with: "tomorrow"),
        later.replacingOccurrences(of: "Switchover", with: "Pause"),
        later.replacingOccurrences(of: #""id":"s""#, with: #""id":"s","pod":"<b>""#),
        later.replacingOccurrences(of: #""id":"s""#, with: #""id":"\#(String(repeating: "s", count: 129))""#),
    ])
    func whatIsRefusedIsNotShown(annotation: String) {
        #expect(RecordMapping.scheduled(Self.lease([Self.scheduled: annotation])).isEmpty)
    }

    /// The last times that there are, and a name as long as an annotation may be.
    @Test func whatIsShownIsBounded() throws {
        let pod = String(repeating: "p", count: 253)
        let text = """
            {"id":"s","action":"Switchover","pod":"\(pod)","by":"\(String(repeating: "<b>", count: 60_000))",
             "due":"9999-12-31T23:59:59.999999Z","at":"9999-12-31T00:00:00Z"}
            """
        let shown = try #require(RecordMapping.scheduled(Self.lease([Self.scheduled: text])).first)
        #expect(shown.pod == pod && shown.by?.count == 100 && shown.by?.hasPrefix("<b><b>") ?? false)
        #expect(shown.due?.description == "9999-12-31T23:59:59.999999Z")
        let listed = try #require(RecordedGroup(Self.lease([Self.scheduled: text])))
        #expect(listed.scheduled == shown)
        #expect(GroupView(listed, pods: nil).state.count < 600)
    }

    // MARK: Operators

    private static func switchover(_ id: String, in seconds: Double) -> StoredRequest {
        var request = StoredRequest(id: id, action: .switchover)
        let now = Date()
        (request.at, request.due) = (MicroTime(now), MicroTime(now.addingTimeInterval(seconds)))
        return request
    }

    @Test func isGivenListedAndTakenBackBesideOthers() async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            #expect(try await stage.operators.cancel() == .nothing)
            let later = Self.switchover("s", in: 3600)
            #expect(try await stage.operators.give(later, patience: .zero) == nil)
            #expect(try await stage.operators.give(StoredRequest(id: "p", action: .pause), patience: .zero) == nil)
            let listed = try #require(RecordedGroup(try await stage.lease()))
            #expect(listed.scheduled == later && listed.request?.id == "p")
            #expect(
                GroupView(listed, pods: nil).state.contains(
                    "asked: Switchover due \(later.due?.description ?? "?"), by"
                )
            )
            do {
                _ = try await stage.operators.give(Self.switchover("t", in: 60), patience: .zero)
                Issue.record("took a second one")
            } catch {
                #expect("\(error)".hasPrefix("another switchover waits for its time: Switchover due "))
                #expect("\(error)".hasSuffix("--cancel takes it back"))
            }
            #expect(try await stage.operators.cancel() == .takenBack(later))
            #expect(try await stage.operators.cancel() == .nothing)
            let left = try await stage.lease().metadata.annotations ?? [:]
            #expect(left[Self.scheduled] == nil && left[Self.asked] != nil)
        }
    }

    @Test(arguments: [(scheduled, "nonsense"), (asked, later)])
    func whatWasWrittenByHandIsTakenBackToo(key: String, text: String) async throws {
        try await LeaseStage.run { stage in
            _ = try await stage.begin()
            try await stage.annotate(key, text)
            #expect(try await stage.operators.cancel() == .takenBack(StoredRequest(annotation: text)))
            #expect(try await stage.lease().metadata.annotations?[key] == nil)
        }
    }
}
