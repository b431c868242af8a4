/// What candidates were asked and answered about their scores.
///
/// A decision rests on what was asked since it was due: `decisive`. It changes only when the group is about to decide, so that an
/// answer that comes late changes nothing about a switch on its way. What was heard last, for whatever reason, is what people see.
struct ScoreBoard: Sendable, Hashable {
    /// What is asked, and what is waited for.
    private struct Question: Sendable, Hashable {
        let id: OperationID
        let members: Set<Member.ID>
        let deadline: MonotonicTime
        var isDecisive: Bool
        var answers: [Member.ID: CandidateScore] = [:]

        /// Whether everybody answered.
        var isAnswered: Bool { answers.count == members.count }
    }

    /// An answer, and when it was heard.
    struct Heard: Sendable, Hashable {
        /// What was answered.
        var score: CandidateScore
        /// When.
        var at: MonotonicTime
    }

    /// How often candidates are asked while nothing is due, and how long answers count before a move that cannot begin asks anew.
    static let period: Duration = .seconds(10)
    /// How soon they are asked again while their scores hold up a move that cannot wait.
    static let pause: Duration = .seconds(2)

    /// By what answers are judged.
    let policy: ScorePolicy
    private var question: Question?
    private var lastAsked: MonotonicTime?
    /// When the last question for a decision was answered, or its time was over.
    private var lastClosed: MonotonicTime?
    /// What the decision that is due rests on, of those that answered or did not in time; nil: none is due.
    private(set) var decisive: [Member.ID: CandidateScore]?
    /// Whether who was not asked is taken for somebody who might be refused.
    private var trustsUnasked = false
    private var heard: [Member.ID: Heard] = [:]

    /// Nothing was asked yet.
    init(_ policy: ScorePolicy) {
        self.policy = policy
    }

    // MARK: What it comes to

    /// The place of a member among those that are otherwise equal; lower is better.
    func rank(of id: Member.ID) -> Int64 { decisive.map { policy.rank(of: $0[id]) } ?? 0 }

    /// Why a member's score keeps it from being promoted; nil: it does not.
    func refusal(of id: Member.ID) -> Candidacy.Refusal? {
        guard let decisive else { return nil }
        if let score = decisive[id] { return policy.refusal(of: score) }
        return policy.mayRefuse && !trustsUnasked ? .hasNoScore : nil
    }

    /// Whether one of these was not asked yet for the decision that is due, or may still answer.
    func awaits(_ members: [Member]) -> Bool { members.contains { decisive?[$0.id] == nil } }

    /// Until when answers for the decision that is due are waited for at most; nil: none are.
    var deadline: MonotonicTime? { question.flatMap { $0.isDecisive ? $0.deadline : nil } }

    /// The last answer of a member, if it is not too old for people to see; nil: there is none.
    func lastHeard(of id: Member.ID, at now: MonotonicTime) -> Heard? {
        heard[id].flatMap { now.since($0.at) <= Self.period + policy.timeout ? $0 : nil }
    }

    /// The same, as if the last answers decided.
    func asSeen(at now: MonotonicTime) -> ScoreBoard {
        var seen = trustingUnasked
        seen.decisive = heard.keys.reduce(into: [:]) { $0[$1] = lastHeard(of: $1, at: now)?.score }
        return seen
    }

    /// The same; whoever was not asked is not taken for refused.
    var trustingUnasked: ScoreBoard {
        var board = self
        board.trustsUnasked = true
        return board
    }

    /// The same, as if nobody had ever been asked.
    var unasked: ScoreBoard {
        var board = self
        board.decisive = nil
        return board
    }

    // MARK: Asking

    /// Whom a move needs the scores of is this now: they are asked, asked again, or nobody is asked for a move any more.
    mutating func follow(_ need: ScoreNeed, _ ids: inout OperationIDs, at now: MonotonicTime) -> [Effect] {
        // Nothing may have been decided for long since then.
        if let question, now >= question.deadline || question.isAnswered {
            close(question, at: min(now, question.deadline))
        }
        heard = heard.filter { now.since($0.value.at) <= Self.period + policy.timeout }
        if !need.isDue {
            decisive = nil
            question?.isDecisive = false
        } else if decisive == nil {
            decisive = [:]
            question?.isDecisive = false
        }
        guard !need.members.isEmpty, isTime(for: need, at: now) else { return [] }
        lastAsked = now
        let id = ids.next()
        question = Question(
            id: id,
            members: Set(need.members.map(\.id)),
            deadline: now + policy.timeout,
            isDecisive: need.isDue
        )
        return [.askScores(id, need.members.map(\.id))]
    }

    private mutating func isTime(for need: ScoreNeed, at now: MonotonicTime) -> Bool {
        guard need.isDue else { return lastAsked.map { now >= $0 + Self.period } ?? true }
        if let question, question.isDecisive { return false }
        if awaits(need.members) { return true }
        guard let lastClosed, now >= lastClosed + pause(of: need) else { return false }
        // A move that could begin and has not, because its announcement failed, rests on new answers alone.
        if !need.isHeldUp { decisive = [:] }
        return true
    }

    /// When it is to be asked again; nil: not before something changes.
    func nextLook(after need: ScoreNeed) -> MonotonicTime? {
        guard !need.members.isEmpty else { return nil }
        if need.isDue, let deadline { return deadline }
        return need.isDue ? lastClosed.map { $0 + pause(of: need) } : lastAsked.map { $0 + Self.period }
    }

    private func pause(of need: ScoreNeed) -> Duration {
        need.isHeldUp && need.isUrgent ? Self.pause : Self.period
    }

    /// Whoever has not answered gives no score.
    private mutating func close(_ question: Question, at now: MonotonicTime) {
        self.question = nil
        if question.isDecisive { lastClosed = now }
        for id in question.members {
            let score = question.answers[id] ?? .missing("no answer in time")
            if question.answers[id] == nil { heard[id] = Heard(score: score, at: now) }
            if question.isDecisive { decisive?[id] = score }
        }
    }

    // MARK: Answers

    /// A member answered a question; one that nobody waits for any more changes nothing.
    ///
    /// - Returns: whether a decision that is due waits for nobody else.
    mutating func heard(
        _ score: CandidateScore,
        of member: Member.ID,
        to id: OperationID,
        at now: MonotonicTime
    ) -> Bool {
        guard let question, question.id == id, question.members.contains(member), question.answers[member] == nil,
            now <= question.deadline
        else { return false }
        let score = score.bounded
        self.question?.answers[member] = score
        heard[member] = Heard(score: score, at: now)
        return question.isDecisive && self.question?.isAnswered ?? false
    }
}

/// Whose scores are asked for, and what for.
struct ScoreNeed: Sendable, Hashable {
    /// Candidates that are not active.
    var members: [Member]
    /// Whether a move to one of them is due that nobody has chosen; else people want to see the scores.
    var isDue = false
    /// Whether the scores leave nobody that it could go to.
    var isHeldUp = false
    /// Whether it cannot wait, because the active member does not serve.
    var isUrgent = false
}
