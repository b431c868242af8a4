/// Whether a member may be promoted now, whatever its health: rule 1.
package enum Candidacy: Sendable, Hashable {
    case candidate
    case refused(Refusal)

    /// Why a member is no candidate.
    package enum Refusal: Sendable, Hashable {
        case terminating
        case finished
        case hasNoAddress
        case excluded
        case priorityZero
        case notReady
    }

    package init(of member: Member, under policy: GroupPolicy) {
        if let refusal = Candidacy.refusal(of: member, under: policy) {
            self = .refused(refusal)
        } else {
            self = .candidate
        }
    }

    private static func refusal(of member: Member, under policy: GroupPolicy) -> Refusal? {
        switch member.lifecycle {
        case .terminating: return .terminating
        case .finished: return .finished
        case .running: break
        }
        if !member.hasAddress { return .hasNoAddress }
        if member.isExcluded { return .excluded }
        if member.priority == 0 { return .priorityZero }
        if policy.requireReady, !member.isReady { return .notReady }
        return nil
    }
}

extension Candidacy.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .terminating: "terminating"
        case .finished: "finished"
        case .hasNoAddress: "has no IP"
        case .excluded: "excluded"
        case .priorityZero: "priority 0"
        case .notReady: "not Ready"
        }
    }
}
