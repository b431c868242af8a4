/// Why a decision came out as it did: one line for every member.
///
/// Logs, status and Events all print this trace.
package struct DecisionTrace: Sendable, Hashable {
    /// What was found of one member.
    package struct Line: Sendable, Hashable {
        /// The pod's name.
        package var name: String
        /// Nil: it has no role label, or one with another value than the group's two.
        package var role: Role?
        /// The verdict of its probes when it was decided.
        package var health: Health
        /// Why its last probe gave no result; nil: it gave one, or the health is known all the same.
        package var noResult: String?
        /// Whether it could be promoted, or the first reason why not.
        package var candidacy: Candidacy
        /// Why its node is no place for the role; nil: it is one, or not known.
        package var unfitness: UnfitNodes.Reason?
        /// Near whose active pods it is, of the groups that this one belongs with or stays apart from.
        package var company: [Company]
        /// How others' opinions on it stand; nil: nobody is asked.
        package var opinions: OpinionTally?
        /// What it answered for this decision; nil: it was not asked.
        package var score: CandidateScore?
    }

    /// By name.
    package var lines: [Line]

    /// One line for every member of the view, candidate or not.
    init(view: MemberView, policy: GroupPolicy, opinions: [Member.ID: OpinionTally] = [:]) {
        let view = view.told
        lines = view.all.map { member in
            Line(
                name: member.name,
                role: member.role,
                health: view.health(of: member.id),
                noResult: view.health(of: member.id) == .unknown ? view.evidence(of: member.id)?.noResult : nil,
                candidacy: view.candidacy(of: member, under: policy),
                unfitness: view.unfitness(of: member),
                company: view.company(of: member),
                opinions: opinions[member.id],
                score: view.decisiveScore(of: member.id)
            )
        }
    }
}

extension DecisionTrace: CustomStringConvertible {
    /// `a: active, unhealthy; b: passive, healthy, candidate; c: terminating, no candidate`.
    package var description: String {
        lines.isEmpty ? "no members" : lines.map(\.description).joined(separator: "; ")
    }
}

extension DecisionTrace.Line: CustomStringConvertible {
    package var description: String {
        let verdict = noResult.map { "\(health.rawValue) (\($0))" } ?? health.rawValue
        let words =
            [
                role?.rawValue, verdict, score.map { "\($0)" }, refusal.map { "no candidate (\($0))" },
                unfitness.map { "\($0)" },
            ] + company.map { "\($0)" } + [opinions.map { "\($0)" }]
        return "\(name): " + words.compactMap { $0 }.joined(separator: ", ")
    }

    private var refusal: String? {
        switch candidacy {
        case .candidate: nil
        case .refused(let refusal): refusal.description
        }
    }
}
