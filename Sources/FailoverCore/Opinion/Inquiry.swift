/// The opinions of others on the active member, from when it began to fail until it does not, or is active no more.
///
/// They are asked once, and again while they hold up a move: when what is known of the member changes, and every half a minute, so
/// that the opinion of a replica that is no more does not hold for ever. Patience is counted from the first question.
struct Inquiry: Sendable, Hashable {
    /// The failing member that others may be asked about.
    struct Subject: Sendable, Hashable {
        /// As it was observed last.
        var member: Member
        /// Since when it fails.
        var since: MonotonicTime
        /// Changes with whatever is known of the failure.
        var evidence: Evidence
        /// Whether a move waits for nothing else, or for a delay; else nothing is asked that was not asked before.
        var isWanted: Bool
    }

    /// What is known of a failure.
    struct Evidence: Sendable, Hashable {
        /// Unhealthy or unknown.
        var health: Health
        /// Since when probes fail in a row; nil: the last one did not.
        var failingSince: MonotonicTime?
        /// The pod condition Ready.
        var isReady: Bool
    }

    /// What opinions come to.
    enum Verdict: Sendable, Hashable {
        /// So many agree as must, or nobody answers and that is enough.
        case agreed
        /// It may still become so; until then at most, nil: nothing was asked yet.
        case pending(until: MonotonicTime?)
        /// Somebody disagrees, and too few agree; it is asked again then.
        case disputed(until: MonotonicTime)
        /// Nobody disagrees, too few answer, and that is not enough; it is asked again then.
        case unanswered(until: MonotonicTime)
    }

    /// An answer, and when it was heard first.
    private struct Heard: Sendable, Hashable {
        let answer: OpinionAnswer
        let at: MonotonicTime
    }

    /// What is asked, and since when.
    private struct Asked: Sendable, Hashable {
        var question: OpinionQuestion
        /// Whether replicas are asked; the kubelet has said what it says.
        var isPosed: Bool
        let first: MonotonicTime
        var last: MonotonicTime
        var evidence: Evidence
        var answers: [String: Heard] = [:]
    }

    /// While it holds up a move, it is asked again after so long.
    static let renewal: Duration = .seconds(30)

    @Seldom private var asked: Asked?
    /// Counts questions.
    private var number = 0
    /// Replicas that could answer; nil: that was not told yet.
    private var standbys: Int?

    /// What replicas are asked now; nil: nothing.
    var question: OpinionQuestion? { asked.flatMap { $0.isPosed ? $0.question : nil } }

    /// The member that it is about; nil: none.
    var member: Member.ID? { asked?.question.member }

    // MARK: Asking

    /// The failing member is this now: it is asked about, asked again, or nobody is asked any more.
    ///
    /// `subject`: nil: the active member does not fail, or it does not matter.
    mutating func follow(
        _ subject: Subject?,
        under policy: SecondOpinion?,
        by identity: String,
        at now: MonotonicTime
    ) -> [Effect] {
        guard let policy, let subject else {
            asked = nil
            return []
        }
        guard asked?.question.member == subject.member.id else {
            asked = nil
            return subject.isWanted ? ask(about: subject, under: policy, by: identity, at: now) : []
        }
        let isDue = subject.isWanted && isDue(subject, under: policy, at: now)
        return isDue ? ask(about: subject, under: policy, by: identity, at: now) : []
    }

    private mutating func ask(
        about subject: Subject,
        under policy: SecondOpinion,
        by identity: String,
        at now: MonotonicTime
    ) -> [Effect] {
        number += 1
        let question = OpinionQuestion(
            id: "\(identity)/\(number)",
            member: subject.member.id,
            name: subject.member.name,
            since: asked?.question.since ?? subject.since
        )
        let isPosed = policy.sources.contains(.replica)
        let first = asked?.first ?? now
        let answers = asked?.answers ?? [:]
        asked = Asked(
            question: question,
            isPosed: isPosed,
            first: first,
            last: now,
            evidence: subject.evidence,
            answers: answers
        )
        return isPosed ? [.askOpinions(question)] : []
    }

    /// Whether it is time to ask again.
    private func isDue(_ subject: Subject, under policy: SecondOpinion, at now: MonotonicTime) -> Bool {
        guard let asked else { return false }
        if !asked.isPosed, policy.sources.contains(.replica) { return true }
        switch verdict(on: subject.member, under: policy, at: now) {
        case .agreed, .pending: return false
        case .disputed, .unanswered:
            let pause = subject.evidence == asked.evidence ? Self.renewal : policy.patience
            return now >= asked.last + pause
        }
    }

    // MARK: Answers

    /// Replicas answered; whether that changes anything.
    ///
    /// What is heard again is not new, and what is no answer to this question, or rests on what was before the failure, is none.
    /// `standbys`: the replicas that could answer.
    mutating func heard(_ answers: [OpinionAnswer], standbys count: Int, at now: MonotonicTime) -> Bool {
        let before = (standbys, asked?.answers)
        standbys = min(max(0, count), SecondOpinion.mostReplicas)
        for answer in answers { hear(answer, at: now) }
        return asked != nil && before != (standbys, asked?.answers)
    }

    private mutating func hear(_ answer: OpinionAnswer, at now: MonotonicTime) {
        guard let asked, answer.question == asked.question.id, answer.member == asked.question.member,
            asked.answers[answer.replica]?.answer != answer
        else { return }
        let isOpinion = answer.health != .unknown && answer.age <= now.since(asked.question.since)
        let isKnown = asked.answers[answer.replica] != nil
        guard isKnown || asked.answers.count < SecondOpinion.mostReplicas else { return }
        self.asked?.answers[answer.replica] = isOpinion ? Heard(answer: answer, at: now) : nil
    }

    // MARK: What they come to

    /// What opinions on a member come to; before anything is asked, to nothing.
    func verdict(on member: Member, under policy: SecondOpinion, at now: MonotonicTime) -> Verdict {
        guard let asked, asked.question.member == member.id else { return .pending(until: nil) }
        let tally = tally(of: member, under: policy, at: now)
        if tally.agreements >= tally.needed { return .agreed }
        let end = asked.first + policy.patience
        let mayStillAgree = now < end ? tally.silent : 0
        if tally.disagreements > 0, tally.agreements + mayStillAgree < tally.needed {
            return .disputed(until: nextQuestion(asked, under: policy, at: now))
        }
        if now < end { return .pending(until: end) }
        switch policy.onSilence {
        case .move: return .agreed
        case .hold: return .unanswered(until: nextQuestion(asked, under: policy, at: now))
        }
    }

    /// When it is asked again, or an answer to an earlier question ceases to count.
    private func nextQuestion(_ asked: Asked, under policy: SecondOpinion, at now: MonotonicTime) -> MonotonicTime {
        let expiry = asked.last + policy.patience
        return now < expiry ? expiry : asked.last + Self.renewal
    }

    /// How opinions on a member stand.
    func tally(of member: Member, under policy: SecondOpinion, at now: MonotonicTime) -> OpinionTally {
        let asksReplicas = policy.sources.contains(.replica)
        let standing = asksReplicas ? standingAnswers(under: policy, at: now) : []
        return OpinionTally(
            kubelet: policy.sources.contains(.kubelet) ? Self.voice(ofKubeletOn: member) : nil,
            asksReplicas: asksReplicas,
            agreeing: standing.count { $0 == .unhealthy },
            disagreeing: standing.count { $0 == .healthy },
            silent: asksReplicas ? max(0, (standbys ?? SecondOpinion.mostReplicas) - standing.count) : 0,
            needed: policy.atLeast
        )
    }

    /// An answer to an earlier question counts until there was time to give it again.
    private func standingAnswers(under policy: SecondOpinion, at now: MonotonicTime) -> [Health] {
        guard let asked else { return [] }
        let mayBeRepeated = now < asked.last + policy.patience
        return asked.answers.values.map(\.answer).filter { $0.question == asked.question.id || mayBeRepeated }
            .map(\.health)
    }

    /// A pod whose application the kubelet does not probe is Ready as soon as it runs, which says nothing.
    private static func voice(ofKubeletOn member: Member) -> OpinionTally.Voice {
        if !member.isReady { return .agrees }
        return member.hasReadinessProbe ? .disagrees : .hasNone
    }
}
