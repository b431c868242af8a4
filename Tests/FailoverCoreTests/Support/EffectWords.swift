@testable import FailoverCore

extension Effect {
    /// The effect in a few words: `b=active@2`, `list`, `record b@2 Intended`.
    var words: String {
        switch self {
        case .readRecord: "read record"
        case .writeRecord(_, let record, _, _):
            "record \(record.holder?.name ?? "nobody")@\(record.epoch) \(record.origin.rawValue)"
        case .listMembers: "list"
        case .readMember(_, let name): "read \(name)"
        case .readOutgoing(_, let pod, _): "look at \(pod.name)"
        case .writeRole(_, let write): "\(write.member.name)=\(write.role.rawValue)@\(write.epoch)"
        case .tryRole(_, let write): "try \(write.member.name)=\(write.role.rawValue)@\(write.epoch)"
        case .settleEndpoints(_, let gone): "settle without \(gone.map(\.name).joined(separator: ","))"
        case .deletePod(_, let pod): "delete \(pod.name)"
        case .runHook(_, let call): "run \(call.words)"
        case .writeEndpoints(_, let write):
            "\(write.slice.family.rawValue)=\(write.ready?.uid ?? "nobody")@\(write.epoch)"
        case .readEndpoints(_, let family): "read \(family.rawValue)"
        case .startTimer(_, let at): "timer \(at.nanoseconds / 1_000_000)"
        case .startBackoff(_, let attempt, let pause): "backoff \(attempt)\(pause > .zero ? " \(pause)" : "")"
        case .probe(let id, _): "probe \(id)"
        case .forgetHealth(let id): "forget \(id)"
        case .askOpinions(let question): "ask of \(question.name)"
        case .askScores(_, let members): "ask scores of \(members.map(\.uid).joined(separator: ","))"
        case .report(let report): report.words
        }
    }
}

extension Report {
    /// The report in a few words.
    var words: String {
        switch self {
        case .adopted(let member, let epoch): "adopted \(member.name)@\(epoch)"
        case .moveStarted(_, let target, let cause, _): "moving to \(target ?? "nobody"): \(cause.rawValue)"
        case .withheld(let target, let cause, _, _): "withheld \(target ?? "nobody"): \(cause.rawValue)"
        case .promoted(let member, _): "promoted \(member.name)"
        case .demoted(let member, _): "demoted \(member.name)"
        case .moved(let move): "moved to \(move.target?.name ?? "nobody")"
        case .moveWithdrawn(let target, _): "withdrawn \(target ?? "nobody")"
        case .switchWaits(let obstacle, let target): "waits for \(obstacle.member.name) to \(target ?? "nobody")"
        case .gateTimedOut(let pods, let target, let gate):
            "\(pods.map(\.name).joined(separator: ",")) not proved, \(gate.onTimeout.rawValue) \(target)"
        case .hookSucceeded(let call): "ran \(call.words)"
        case .hookFailed(let call, _): "failed \(call.words)"
        case .hookHeld(let call, _): "held by \(call.words)"
        case .hookDropped(let call, _): "dropped \(call.words)"
        case .joined(let member): "joined \(member.name)"
        case .departed(let member): "departed \(member.name)"
        case .found(let finding, _): "found: \(finding)"
        case .findingEnded(let finding): "over: \(finding)"
        case .answered(let request, let answer): "answered \(request.id): \(answer.outcome.rawValue)"
        case .pauseEnded: "pause ended"
        case .steppedBack: "stepped back"
        case .operationFailed(let what, _): "failed: \(what)"
        }
    }
}

extension HookCall {
    /// `onDemote of a@2`.
    var words: String { "\(kind.rawValue) of \(pod)@\(epoch)" }
}
