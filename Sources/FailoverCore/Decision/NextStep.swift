/// What is to be done next for a group; decided, and not begun.
enum NextStep {
    /// What was decided is carried out.
    case carryOut(Decision)
    /// What was decided is not carried out, because the group is paused or observed.
    case withhold(Decision)
    /// It is decided again.
    case decide
    /// A move is announced.
    case begin(Beginning)
    /// The target of a switch denies its promotion for good: the role goes to another.
    case changeTarget(RoleSwitch, to: Member)
    /// Who is active is written to the record.
    case adopt(Adoption)
    /// A request is answered by this record.
    case answer(OperatorRequest, GroupRecord)
    /// A pause is over, and this record says so.
    case endPause(GroupRecord)
}

/// A move that is to be announced.
struct Beginning {
    /// Its target and cause go into the intent.
    let move: Decision.Move
    /// The record that the intent is made from; nil: the one that is known.
    var base: GroupRecord?
    /// The operator's request that the move carries out or, with `refusal`, takes the place of; nil: the group moves by itself.
    var request: OperatorRequest?
    /// Why that request is not carried out; nil: it is.
    var refusal: String?
    /// A switch that was announced and lost its ground before anybody was demoted; nil: none.
    var replaced: RoleSwitch?
}

/// A member that is found active, and what is taken back by writing that down; no pod is written.
struct Adoption: Sendable, Hashable {
    /// The holder of the record to be.
    let active: Member
    /// An announced move that is taken back; nil: none.
    var withdrawing: Epoch?
    /// The pods that are fenced without it; nil: those on record.
    var fenced: Set<String>?
    /// To the request that it was to carry out; nil: none.
    var answer: RequestAnswer?

    /// Whether it only says who is active, so that it can be decided again at any time.
    var takesNothingBack: Bool { withdrawing == nil && fenced == nil && answer == nil }
}

/// While nothing of a switch or of the record is under way.
extension Situation {
    /// What is done about a decision, and about what operators ask for.
    func nextStep(after decision: Decision) -> NextStep {
        if known.policy.isObserving { return .withhold(decision) }
        if isExhausted { return refusal ?? .withhold(decision) }
        // What was announced is finished before another move, but never to a pod that is to be fenced.
        let isFirst = !decision.finishesSwitch || known.record?.request?.action.isSwitchover == false
        if isFirst, let step = request(beside: decision) ?? endOfPause { return step }
        if isHeld, !decision.finishesSwitch { return .withhold(decision) }
        return .carryOut(decision)
    }

    /// A move that was taken back, with the refusal of its request, is not written yet: the request is not carried out
    /// anew meanwhile, and a move that is due takes the refusal with it; nil: it is decided anew.
    func stepAfterDelay(of adoption: Adoption) -> NextStep? {
        guard let answer = adoption.answer, let request = known.record?.request, request.id == answer.id else {
            return nil
        }
        if case .move(let move) = decision {
            if isHeld { return nil }
            let from = [adoption.active.name]
            return .begin(beginning(move, insteadOf: request, since: from, because: answer.explanation))
        }
        return known.view.actives.map(\.id) == [adoption.active.id] ? .adopt(adoption) : nil
    }

    /// How a decision to move begins.
    ///
    /// A switch that an operator requested is finished under that request, which is refused if the role must go to a
    /// member that does not meet it.
    func beginning(_ move: Decision.Move) -> Beginning {
        if let (request, words) = givenUp { return beginning(move, insteadOf: request, since: [], because: words) }
        guard move.cause == .unfinishedSwitch, let request = known.records.announcedRequest else {
            return Beginning(move: move)
        }
        guard let record = known.record, let target = move.target, !record.names(target) else {
            return Beginning(move: move, request: request)
        }
        let words = "the role could not go to \(record.holder?.name ?? "nobody"); it went to \(target.name)"
        return beginning(move, insteadOf: request, since: record.history.last?.from ?? [], because: words)
    }

    /// How a move begins that takes the place of another, which was to carry out a request.
    ///
    /// `from`: the pods that were active when that was decided, if the record does not show that.
    func beginning(
        _ move: Decision.Move,
        insteadOf request: OperatorRequest?,
        since from: [String],
        replacing replaced: RoleSwitch? = nil,
        because words: String
    ) -> Beginning {
        let first = request.flatMap { request in known.record?.history.first { $0.request == request.id } }
        let isMet = move.target.map { request?.isMet(by: $0, insteadOf: first?.from ?? from) ?? true } ?? false
        return Beginning(
            move: move,
            request: request,
            refusal: request == nil || isMet ? nil : words,
            replaced: replaced
        )
    }

    /// Carries out or answers what an operator asks for; nil: nothing is asked, or it waits.
    private func request(beside decision: Decision) -> NextStep? {
        guard let record = known.record, let request = record.request else { return nil }
        // What was carried out is answered with the record of its move.
        if let completion = known.records.completion, completion.answer != nil, completion.request == request {
            return nil
        }
        if isLeftToItsAnnouncer(request, record) || awaitsScores(for: request) { return nil }
        if let (request, words) = givenUp {
            // A move that is due goes first, and answers it at its end.
            if case .move = decision, !isHeld || decision.finishesSwitch { return nil }
            var next = record
            next.answer(RequestAnswer(id: request.id, outcome: .refused, explanation: words))
            return .answer(request, next)
        }
        switch requestRules(record).outcome(of: request) {
        case .move(let move, let base): return .begin(.init(move: move, base: base, request: request))
        case .waits: return nil
        case .answered(let next): return .answer(request, next)
        }
    }

    /// The pending request whose target the API server denied, so that the role was to go to another, and why; nil: none.
    private var givenUp: (OperatorRequest, String)? {
        guard let record = known.record, let request = record.request, !request.id.isEmpty,
            request.action.isSwitchover,
            let index = record.history.lastIndex(where: { $0.request == request.id }),
            case (let begun, let next) = (record.history[index], record.history.dropFirst(index + 1).first),
            let other = next, other.cause == .targetRefused, other.epoch == begun.epoch.next
        else { return nil }
        return (
            request, "pod \(begun.target ?? "") cannot be written; the role was given to \(other.target ?? "nobody")"
        )
    }

    /// No epoch is left for a switch; nil: nothing is asked.
    private var refusal: NextStep? {
        guard var next = known.record, let request = next.request else { return nil }
        let words = "epoch \(next.epoch) is the last one, so that nothing can be moved any more"
        next.answer(RequestAnswer(id: request.id, outcome: .refused, explanation: words))
        return .answer(request, next)
    }

    /// A pause whose time is over; nil: there is none.
    private var endOfPause: NextStep? {
        guard let end = known.records.pauseEnd, var next = known.record, end <= now else { return nil }
        next.pause = nil
        return .endPause(next)
    }
}
