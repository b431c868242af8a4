import FailoverCore
import Foundation
import KubernetesClient
import Testing

@testable import Supervision

/// Questions and answers on a Lease, whoever wrote them.
@Suite struct StoredOpinionsTests {
    private static let question = StoredOpinions.Question(
        id: "me/1",
        pod: "web-0",
        uid: "u",
        since: MicroTime(microseconds: 1_700_000_000_000_000)
    )

    private static func answer(
        _ health: String = "unhealthy",
        to question: String = "me/1",
        uid: String = "u",
        age: Double = 0.5
    ) -> StoredOpinions.Answer {
        .init(question: question, uid: uid, health: health, ageSeconds: age)
    }

    private static func lease(_ annotations: [String: String] = [:]) -> Lease {
        var lease = Lease(metadata: ObjectMeta(name: "kube-standby-web"), spec: Lease.Spec())
        lease.spec?.holderIdentity = "web-0"
        lease.metadata.annotations = annotations
        lease.metadata.resourceVersion = "7"
        return lease
    }

    private static let asked = StoredOpinions.ask(question, on: lease(["theirs": "kept"]))

    @Test func aQuestionAndItsAnswersAreRead() throws {
        let name = StoredOpinions.name(of: "replica-1")
        #expect(name.count == 16)
        let lease = try #require(StoredOpinions.answer(Self.answer(), of: name, on: Self.asked))
        let opinions = StoredOpinions(lease)
        #expect(opinions.question == Self.question && opinions.answers == [name: Self.answer()])
        #expect(
            opinions.heard == [
                OpinionAnswer(
                    replica: name,
                    question: "me/1",
                    member: .init("u"),
                    health: .unhealthy,
                    age: .milliseconds(500)
                )
            ]
        )
        #expect(
            lease.metadata.annotations == [
                "theirs": "kept",
                "kube-standby.io/opinion-question":
                    #"{"id":"me/1","pod":"web-0","since":"2023-11-14T22:13:20.000000Z","uid":"u"}"#,
                "opinion.kube-standby.io/\(name)":
                    #"{"ageSeconds":0.5,"health":"unhealthy","question":"me/1","uid":"u"}"#,
            ]
        )
    }

    @Test func anAnswerChangesNothingElse() throws {
        let answered = try #require(
            StoredOpinions.answer(Self.answer(), of: StoredOpinions.name(of: "r"), on: Self.asked)
        )
        #expect(StoredOpinions.isSame(answered, Self.asked) && answered.spec == Self.asked.spec)
        #expect(answered.metadata.resourceVersion == Self.asked.metadata.resourceVersion)
        #expect(StoredOpinions.settled(answered, but: nil) == Self.lease(["theirs": "kept"]))
    }

    @Test func leasesThatDifferInMoreAreNotTheSame() {
        var other = Self.asked
        other.metadata.resourceVersion = "8"
        #expect(StoredOpinions.isSame(other, Self.asked))
        other.metadata.annotations?["kube-standby.io/paused"] = "true"
        #expect(!StoredOpinions.isSame(other, Self.asked))
        other = Self.asked
        other.spec?.leaseTransitions = 3
        #expect(!StoredOpinions.isSame(other, Self.asked))
    }

    /// Nobody answers what nobody asks any more.
    @Test func anAnswerToAnotherQuestionIsNotWritten() {
        #expect(StoredOpinions.answer(Self.answer(to: "me/2"), of: "0123456789abcdef", on: Self.asked) == nil)
        #expect(StoredOpinions.answer(Self.answer(), of: "0123456789abcdef", on: Self.lease()) == nil)
    }

    @Test func aNewQuestionTakesTheOldOneAndItsAnswersAway() throws {
        let name = StoredOpinions.name(of: "r")
        let answered = try #require(StoredOpinions.answer(Self.answer(), of: name, on: Self.asked))
        var next = Self.question
        next.id = "me/2"
        let again = StoredOpinions(StoredOpinions.ask(next, on: answered))
        #expect(again.question == next && again.answers.isEmpty)
        #expect(StoredOpinions.settled(answered, but: "me/1") == answered)
    }

    @Test func asManyAsCountAreKept() throws {
        var lease = Self.asked
        for number in 0..<15 {
            let name = StoredOpinions.name(of: "\(number)")
            lease = try #require(StoredOpinions.answer(Self.answer("healthy"), of: name, on: lease))
        }
        let first = StoredOpinions.name(of: "0")
        #expect(StoredOpinions.answer(Self.answer(), of: StoredOpinions.name(of: "15"), on: lease) == nil)
        let changed = try #require(StoredOpinions.answer(Self.answer(), of: first, on: lease))
        #expect(StoredOpinions(changed).answers[first]?.health == "unhealthy")
    }

    /// Whoever may write the Lease can write what he likes there.
    @Test(arguments: [
        "", "{}", "[]", "null", #"{"id":"","pod":"web-0","uid":"u","since":"2023-11-14T22:13:20.000000Z"}"#,
        #"{"id":"q","pod":"web 0","uid":"u","since":"2023-11-14T22:13:20.000000Z"}"#,
        #"{"id":"q","pod":"web-0","uid":"u","since":7}"#,
        #"{"id":"\#(String(repeating: "q", count: 2000))","pod":"web-0","uid":"u","since":"2023-11-14T22:13:20.000000Z"}"#,
        #"{"id":"q","pod":"web-0","uid":"\#(String(repeating: "u", count: 200))","since":"2023-11-14T22:13:20.000000Z"}"#,
    ]) func whatIsNoQuestionIsNone(text: String) {
        let lease = Self.lease([StoredOpinions.questionKey: text])
        #expect(StoredOpinions(lease) == StoredOpinions())
        #expect(StoredOpinions.settled(lease, but: "q") == Self.lease())
    }

    @Test(arguments: [
        ("0123456789abcdef", "{}"), ("0123456789abcdef", ""), ("0123456789ABCDEF", #"{"real":"looking"}"#),
        (
            "0123456789abcdef",
            #"{"ageSeconds":1,"health":"unhealthy","question":"other","uid":"u"}"#
        ), ("0123456789abcdef", #"{"ageSeconds":1,"health":"unhealthy","question":"me/1","uid":"v"}"#),
        ("short", #"{"ageSeconds":1,"health":"unhealthy","question":"me/1","uid":"u"}"#),
        ("0123456789abcdeg", #"{"ageSeconds":1,"health":"unhealthy","question":"me/1","uid":"u"}"#),
    ]) func whatIsNoAnswerIsNone(name: String, text: String) {
        var lease = Self.asked
        lease.metadata.annotations?[StoredOpinions.answerPrefix + name] = text
        #expect(StoredOpinions(lease).answers.isEmpty)
        #expect(StoredOpinions.settled(lease, but: "me/1") == Self.asked)
    }

    @Test(
        arguments: [
            ("sick", 1, Health.unknown), ("healthy", 1, .healthy), ("unhealthy", -1, nil), ("unhealthy", 1e300, nil),
        ] as [(String, Double, Health?)]
    )
    func healthsAndAgesThatAreNoneAreNoOpinion(health: String, age: Double, expected: Health?) throws {
        let name = "0123456789abcdef"
        let lease = try #require(StoredOpinions.answer(Self.answer(health, age: age), of: name, on: Self.asked))
        #expect(StoredOpinions(lease).heard.map(\.health) == [expected].compactMap(\.self))
    }

    @Test func tenThousandAnswersAreReadInBoundedTime() {
        var lease = Self.asked
        for number in 0..<10_000 {
            let key = StoredOpinions.answerPrefix + StoredOpinions.name(of: "\(number)")
            lease.metadata.annotations?[key] = #"{"ageSeconds":1,"health":"healthy","question":"me/1","uid":"u"}"#
        }
        #expect(StoredOpinions(lease).answers.count == 15)
    }

    /// The age of the failure is by the monotonic clock; what stands on the Lease is for people.
    @Test func aQuestionSaysSinceWhenByTheWallClock() {
        let question = OpinionQuestion(
            id: "q",
            member: .init("u"),
            name: "web-0",
            since: MonotonicTime(nanoseconds: 0)
        )
        let now = Date(timeIntervalSince1970: 1_700_000_010)
        let stored = StoredOpinions.Question(question, failingFor: .seconds(10), now: now)
        #expect(stored.since == MicroTime(microseconds: 1_700_000_000_000_000) && stored.pod == "web-0")
    }
}
