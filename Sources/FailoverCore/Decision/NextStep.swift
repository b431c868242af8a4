/// What is to be done next for a group; decided, and not begun.
enum NextStep {
    /// What was decided is carried out.
    case carryOut(Decision)
    /// What was decided is not carried out, because the group is paused or observed.
    case withhold(Decision)
    /// It is decided again.
    case decide
    /// Another supervisor has acted: its record is read.
    case stepBack
    /// A move is announced.
    case begin(Beginning)
    /// Who is active is written to the record.
    case adopt(Adoption)
    /// A request is answered by this record.
    case answer(Order, GroupRecord)
    /// How the last move ended is written, which answers the request that it carried out.
    case recordCompletion
    /// A pause is over, and this record says so.
    case endPause(GroupRecord)
}

/// A move that is to be announced.
struct Beginning {
    let move: Decision.Move
    /// The record that the intent is made from; nil: the one that is known.
    var base: GroupRecord?
    /// The operator's request that the move carries out or, with `refusal`, takes the place of; nil: the group moves by itself.
    var order: Order?
    /// Why that request is not carried out; nil: it is.
    var refusal: String?
    /// A switch that was announced and lost its ground before anybody was demoted; nil: none.
    var replaced: RoleSwitch?
}

/// A member that is found active, and what is taken back by writing that down; no pod is written.
struct Adoption {
    let active: Member
    /// An announced move that is taken back; nil: none.
    var withdrawing: Epoch?
    /// The pods that are fenced without it; nil: those on record.
    var fenced: Set<String>?
    /// To the request that it was to carry out; nil: none.
    var answer: OrderAnswer?
}

/// While nothing of a switch or of the record is under way.
extension Situation {
    /// What is done about a decision, and about what operators ask for.
    func nextStep(after decision: Decision) -> NextStep {
        if known.policy.isObserving { return .withhold(decision) }
        if isExhausted { return refusal ?? .withhold(decision) }
        // What was announced is finished before another move, but never to a pod that is to be fenced.
        let isFirst = !decision.finishesSwitch || known.record?.order?.action.isSwitchover == false
        if isFirst, let step = request ?? endOfPause { return step }
        if isHeld, !decision.finishesSwitch { return .withhold(decision) }
        return .carryOut(decision)
    }

    /// How a decision to move begins.
    ///
    /// A switch that an operator asked for is finished for him; one that has to go to another member than he chose is none of his.
    func beginning(_ move: Decision.Move) -> Beginning {
        guard move.cause == .unfinishedSwitch, let order = known.records.announcedOrder else {
            return Beginning(move: move)
        }
        guard let record = known.record, let target = move.target, !record.names(target) else {
            return Beginning(move: move, order: order)
        }
        let words = "the role could not go to \(record.holder?.name ?? "nobody"); it went to \(target.name)"
        return Beginning(move: move, order: order, refusal: words)
    }

    /// Carries out or answers what an operator asks for; nil: nothing is asked, or it waits.
    private var request: NextStep? {
        guard let record = known.record, let order = record.order else { return nil }
        // What was carried out is answered with the story of its move.
        if known.records.completion?.answer?.id == order.id { return .recordCompletion }
        if isLeftToItsAnnouncer(order, record) { return nil }
        switch orderRules(record).outcome(of: order) {
        case .move(let move, let base): return .begin(.init(move: move, base: base, order: order))
        case .waits: return nil
        case .answered(let next): return .answer(order, next)
        }
    }

    /// No epoch is left for a switch; nil: nothing is asked.
    private var refusal: NextStep? {
        guard var next = known.record, let order = next.order else { return nil }
        let words = "epoch \(next.epoch) is the last one, so that nothing can be moved any more"
        next.answer(OrderAnswer(id: order.id, outcome: .refused, explanation: words))
        return .answer(order, next)
    }

    /// A pause whose time is over; nil: there is none.
    private var endOfPause: NextStep? {
        guard let end = known.records.pauseEnd, var next = known.record, end <= now else { return nil }
        next.pause = nil
        return .endPause(next)
    }
}
