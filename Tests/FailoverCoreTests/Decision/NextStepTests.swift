import Testing

@testable import FailoverCore

/// What a settled group does about a decision, by who asks for what.
@Suite struct NextStepTests {
    private static let member = Member(
        id: .init("uid-a"),
        name: "a",
        version: .init("3"),
        role: .active,
        epoch: Epoch(1)
    )
    private static let keep = Decision.keep(.init(active: member, repairs: [], finding: nil, until: nil))
    private static let finish = Decision.move(.init(target: member, cause: .unfinishedSwitch))

    private func situation(_ policy: GroupPolicy = GroupPolicy(), _ change: (inout GroupRecord) -> Void) -> Situation {
        let now = MonotonicTime(nanoseconds: 60_000_000_000)
        var known = GroupKnowledge(policy: policy, identity: "me", mark: 1)
        known.observed([Self.member], version: .init("5"), isRelist: false)
        var record = GroupRecord(
            holder: .init(name: "a", id: Self.member.id),
            epoch: Epoch(1),
            origin: .adopted,
            writer: "me",
            reason: ""
        )
        change(&record)
        known.took(.init(record: record, version: .init(uid: "lease", version: .init("4"))), at: now)
        return Situation(known: known, repairs: RepairBudget(), now: now)
    }

    @Test func withoutARequestItDoesWhatItDecided() {
        let situation = situation { _ in }
        #expect(situation.nextStep(after: Self.keep).words == "carry out")
        #expect(situation.nextStep(after: Self.finish).words == "carry out")
    }

    @Test(arguments: [
        (OperatorRequest.Action.pause(nil), "answer Done"), (.resume, "answer Done"), (.unfence("x"), "answer Refused"),
        (.switchover(to: "x", isForced: false), "answer Refused"), (.fence("a"), "begin nobody"),
    ])
    func aRequestComesFirst(_ action: OperatorRequest.Action, _ words: String) {
        let request = OperatorRequest(id: "o", action: action)
        #expect(situation { $0.request = request }.nextStep(after: Self.keep).words == words)
    }

    @Test func aPausedGroupFinishesWhatWasAnnouncedAndNothingElse() {
        let situation = situation { $0.pause = Pause(id: "p", rest: .seconds(5)) }
        #expect(situation.nextStep(after: Self.keep).words == "withhold")
        #expect(situation.nextStep(after: Self.finish).words == "carry out")
    }

    @Test func anObservedGroupDoesNothingWhateverIsAsked() {
        let situation = situation(GroupPolicy(isObserving: true)) {
            $0.request = OperatorRequest(id: "o", action: .resume)
        }
        #expect(situation.nextStep(after: Self.finish).words == "withhold")
    }

    @Test func aPauseThatIsOverEnds() {
        let situation = situation { $0.pause = Pause(id: "p", rest: .zero) }
        #expect(situation.nextStep(after: Self.keep).words == "end pause")
    }

    @Test func withoutAnEpochLeftRequestsAreRefused() {
        let situation = situation {
            $0.epoch = .last
            $0.request = OperatorRequest(id: "o", action: .fence("a"))
        }
        #expect(situation.nextStep(after: Self.keep).words == "answer Refused")
    }
}

extension NextStep {
    fileprivate var words: String {
        switch self {
        case .carryOut: "carry out"
        case .withhold: "withhold"
        case .decide: "decide"
        case .begin(let beginning): "begin \(beginning.move.target?.name ?? "nobody")"
        case .changeTarget(_, let other): "change to \(other.name)"
        case .adopt(let adoption): "adopt \(adoption.active.name)"
        case .answer(_, let record): "answer \(record.answers.last?.outcome.rawValue ?? "nothing")"
        case .endPause: "end pause"
        }
    }
}
