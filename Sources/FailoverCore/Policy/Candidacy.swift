/// Whether a member may be promoted now, whatever its health: rule 1.
package enum Candidacy: Sendable, Hashable {
    /// May be promoted, if its health allows it.
    case candidate
    /// Must not be promoted, for the first reason that was found.
    case refused(Refusal)

    /// Why a member is no candidate.
    package enum Refusal: Sendable, Hashable {
        /// Its deletion was requested.
        case terminating
        /// Failed or Succeeded: its containers will not run again.
        case finished
        /// The pod has no IP.
        case hasNoAddress
        /// An operator took it out of the choice, by an annotation on the pod.
        case excluded
        /// The group's selector does not match it.
        case notSelected
        /// An operator asked on the Lease that it must not be active; not even a forced switchover overrules that.
        case fenced
        /// The configuration gives it priority 0: never promote.
        case priorityZero
        /// The policy requires Ready, and its pod condition Ready is not True.
        case notReady
        /// It lacks the port or the container that its probe needs.
        case notProbeable
        /// Its score is above what the group allows.
        case scoreAbove(Double, limit: Double)
        /// Its score is below what the group requires.
        case scoreBelow(Double, limit: Double)
        /// It gave no score, and the group requires one.
        case hasNoScore

        /// Whether an operator may overrule it: the pod could serve.
        var yieldsToForce: Bool {
            switch self {
            case .excluded, .notSelected, .priorityZero, .notReady, .notProbeable, .scoreAbove, .scoreBelow,
                .hasNoScore:
                true
            case .terminating, .finished, .hasNoAddress, .fenced: false
            }
        }
    }

    /// Looks at the pod and the policy, not at health.
    package init(of member: Member, under policy: GroupPolicy) {
        if let refusal = Candidacy.refusal(of: member, under: policy) {
            self = .refused(refusal)
        } else {
            self = .candidate
        }
    }

    /// Whether the member may be promoted when nobody else can be: nothing but a way to probe it is missing.
    var isLastResort: Bool { self == .refused(.notProbeable) }

    /// Whether the member may be promoted now, because no rule refuses it or an operator insists.
    func allows(isForced: Bool) -> Bool {
        switch self {
        case .candidate: true
        case .refused(let refusal): isForced && refusal.yieldsToForce
        }
    }

    private static func refusal(of member: Member, under policy: GroupPolicy) -> Refusal? {
        switch member.lifecycle {
        case .terminating: return .terminating
        case .finished: return .finished
        case .running: break
        }
        if policy.doomed[member.id] != nil { return .terminating }
        if !member.hasAddress { return .hasNoAddress }
        if policy.fenced.contains(member.name) { return .fenced }
        if member.isExcluded { return .excluded }
        if !member.isSelected { return .notSelected }
        if member.priority == 0 { return .priorityZero }
        if !member.isProbeable { return .notProbeable }
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
        case .notSelected: "not selected"
        case .fenced: "fenced"
        case .priorityZero: "priority 0"
        case .notReady: "not Ready"
        case .notProbeable: "it has no port that could be probed"
        case .scoreAbove(let score, let limit):
            "its score \(CandidateScore.text(of: score)) is above \(CandidateScore.text(of: limit))"
        case .scoreBelow(let score, let limit):
            "its score \(CandidateScore.text(of: score)) is below \(CandidateScore.text(of: limit))"
        case .hasNoScore: "it gave no score"
        }
    }
}
