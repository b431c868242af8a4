import FailoverCore

/// What a standby owes the leader: an opinion on the pod that is asked about, and another one when its verdict changes.
///
/// It looks anew for each question: what it knew before says nothing of what the leader sees now.
struct OpinionDuty: Sendable {
    /// Answers to one question; verdicts that change more often say nothing.
    private static let mostAnswers = 8

    private var question: StoredOpinions.Question?
    /// When the question was seen.
    private var since = MonotonicTime(nanoseconds: 0)
    private var told: Health?
    private var count = 0

    /// Nothing is asked.
    init() {}

    /// What is asked; nil: nothing.
    var subject: Member.ID? { question.map { Member.ID($0.uid) } }

    /// The Lease shows this question.
    ///
    /// - Returns: the member that is to be probed for it; nil: it is the same as before, or none.
    mutating func saw(_ asked: StoredOpinions.Question?, at now: MonotonicTime) -> Member.ID? {
        guard asked != question else { return nil }
        self = OpinionDuty()
        question = asked
        since = now
        return subject
    }

    /// What there is to say now; nil: nothing, nothing new, or not yet.
    mutating func opinion(on evidence: HealthEvidence?, at now: MonotonicTime) -> StoredOpinions.Answer? {
        guard let question, let evidence, count < Self.mostAnswers, !evidence.isContradicted,
            evidence.health != told, let last = evidence.lastLook, since <= last
        else { return nil }
        told = evidence.health
        count += 1
        return StoredOpinions.Answer(
            question: question.id,
            uid: question.uid,
            health: evidence.health.rawValue,
            ageSeconds: now.since(last).inSeconds
        )
    }

    /// An answer could not be written.
    ///
    /// - Returns: whether it still matters, and may be given again.
    mutating func notWritten(_ answer: StoredOpinions.Answer) -> Bool {
        guard answer.question == question?.id, answer.health == told?.rawValue else { return false }
        told = nil
        return count < Self.mostAnswers
    }
}

extension HealthEvidence {
    /// When the member was looked at last with the result that the verdict says; nil: there is no verdict.
    fileprivate var lastLook: MonotonicTime? {
        switch health {
        case .unknown: nil
        case .healthy: lastSuccess
        case .unhealthy: lastFailureStart
        }
    }
}
