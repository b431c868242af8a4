import FailoverCore
import Foundation
import KubernetesClient
import Leadership

/// What the leader asks its standby replicas, and what they answer, as annotations on a group's Lease.
///
/// Whoever may write the Lease can write there what he likes: reading is bounded, and what cannot be read was not said.
struct StoredOpinions: Sendable, Hashable {
    /// What is asked: `{"id":"…","pod":"web-0","since":"…","uid":"…"}`.
    struct Question: Codable, Sendable, Hashable {
        /// No other question has it.
        var id: String
        /// The pod that fails for whoever asks.
        var pod: String
        /// The pod's uid.
        var uid: String
        /// Since when it fails, by the asker's clock; for people.
        var since: MicroTime
    }

    /// What one replica answers: `{"ageSeconds":0.3,"health":"unhealthy","question":"…","uid":"…"}`.
    struct Answer: Codable, Sendable, Hashable {
        /// The question's id.
        var question: String
        /// The pod's uid.
        var uid: String
        /// One of `Health`.
        var health: String
        /// How old the evidence was when this was written.
        var ageSeconds: Double
    }

    /// The annotation of the question.
    static let questionKey = "kube-standby.io/opinion-question"
    /// How the annotations of answers begin; the rest names the replica.
    static let answerPrefix = "opinion.kube-standby.io/"
    /// Bytes of an annotation that are read.
    private static let longestText = 1500
    /// Characters of a question's id; an identity of ours and a number are shorter.
    fileprivate static let longestID = 400
    /// Characters of a uid; a real one has 36.
    fileprivate static let longestUID = 100
    /// Digits of a replica's name.
    private static let nameLength = 16

    /// Nil: nothing is asked.
    let question: Question?
    /// The answers to this question by replica, at most `SecondOpinion.mostReplicas`.
    let answers: [String: Answer]

    /// What a Lease says; nil: there is no Lease.
    init(_ lease: Lease? = nil) {
        let annotations = lease?.metadata.annotations ?? [:]
        let asked = annotations[Self.questionKey].flatMap { Self.read(Question.self, $0) }
        question = asked.flatMap { $0.isMeant ? $0 : nil }
        guard let question else {
            answers = [:]
            return
        }
        let names = annotations.keys.compactMap(Self.replica).sorted()
        let found = names.lazy.compactMap { name -> (String, Answer)? in
            guard let answer = annotations[Self.answerPrefix + name].flatMap({ Self.read(Answer.self, $0) }),
                answer.question == question.id, answer.uid == question.uid
            else { return nil }
            return (name, answer)
        }
        answers = Dictionary(uniqueKeysWithValues: found.prefix(SecondOpinion.mostReplicas).map(\.self))
    }

    /// The answers, as the core takes them.
    var heard: [OpinionAnswer] {
        answers.sorted { $0.key < $1.key }.compactMap { name, answer in
            guard let age = Duration(readSeconds: answer.ageSeconds) else { return nil }
            return OpinionAnswer(
                replica: name,
                question: answer.question,
                member: Member.ID(answer.uid),
                health: Health(rawValue: answer.health) ?? .unknown,
                age: age
            )
        }
    }

    // MARK: Keys

    /// The name of a replica on its answers.
    static func name(of identity: String) -> String { StableHash(identity).text }

    /// The replica that a key names; nil: it is none of an answer.
    private static func replica(_ key: String) -> String? {
        guard key.hasPrefix(answerPrefix) else { return nil }
        let name = key.dropFirst(answerPrefix.count)
        let isName = name.utf8.count == nameLength && name.allSatisfy { $0.isHexDigit && !$0.isUppercase }
        return isName ? String(name) : nil
    }

    private static func isOurs(_ key: String) -> Bool { key == questionKey || key.hasPrefix(answerPrefix) }

    private static func read<Value: Decodable>(_ type: Value.Type, _ text: String) -> Value? {
        guard text.utf8.count <= longestText else { return nil }
        return try? JSONDecoder().decode(type, from: Data(text.utf8))
    }

    // MARK: On the Lease

    /// The Lease with a question in place of an older one and its answers; nothing else changes.
    static func ask(_ question: Question, on lease: Lease) -> Lease {
        var lease = settled(lease, but: question.id)
        lease.metadata.annotations = lease.metadata.annotations ?? [:]
        lease.metadata.annotations?[questionKey] = StoredJSON.text(question)
        return lease
    }

    /// The Lease with one replica's answer; nothing else changes.
    ///
    /// Nil: something else is asked by now, or as many as count have answered before.
    static func answer(_ answer: Answer, of name: String, on lease: Lease) -> Lease? {
        let opinions = StoredOpinions(lease)
        guard opinions.question?.id == answer.question else { return nil }
        let isFull = opinions.answers.count >= SecondOpinion.mostReplicas && opinions.answers[name] == nil
        if isFull { return nil }
        var lease = lease
        lease.metadata.annotations?[answerPrefix + name] = StoredJSON.text(answer)
        return lease
    }

    /// The Lease without questions that are settled, and without answers to them.
    ///
    /// `id`: the question that is not; nil: all are.
    static func settled(_ lease: Lease, but id: String?) -> Lease {
        guard lease.metadata.annotations?.keys.contains(where: isOurs) ?? false else { return lease }
        let opinions = StoredOpinions(lease)
        let isAsked = id != nil && opinions.question?.id == id
        var lease = lease
        lease.metadata.annotations = lease.metadata.annotations?.filter { key, _ in
            if key == questionKey { return isAsked }
            guard key.hasPrefix(answerPrefix) else { return true }
            return isAsked && replica(key).map { opinions.answers[$0] != nil } ?? false
        }
        return lease
    }

    /// Whether two versions of a Lease differ in opinions at most.
    static func isSame(_ left: Lease, _ right: Lease) -> Bool { core(of: left) == core(of: right) }

    private static func core(of lease: Lease) -> Lease {
        var lease = lease
        lease.metadata.resourceVersion = nil
        lease.metadata.annotations = (lease.metadata.annotations ?? [:]).filter { !isOurs($0.key) }
        return lease
    }
}

extension StoredOpinions.Question {
    /// `now`: the wall clock; `age`: for how long the member fails.
    init(_ question: OpinionQuestion, failingFor age: Duration, now: Date) {
        id = question.id
        pod = question.name
        uid = question.member.uid
        since = MicroTime(now - age.inSeconds)
    }

    /// Whether it can be one of ours.
    fileprivate var isMeant: Bool {
        !id.isEmpty && id.unicodeScalars.count <= StoredOpinions.longestID && ObjectName.isValid(pod)
            && uid.unicodeScalars.count <= StoredOpinions.longestUID
    }
}
