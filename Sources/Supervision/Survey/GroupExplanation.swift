import FailoverCore

/// Why a group stands as it does, how long a failover takes, and what would happen now.
package struct GroupExplanation: Encodable, Sendable {
    /// How long a probe of the kubelet fails until something happens.
    package struct Tolerance: Encodable, Sendable, Hashable {
        /// The container that is probed.
        package var container: String
        /// `readiness`, which takes the pod out of the Service, or `liveness`, which restarts the container.
        package var probe: String
        /// Between two probes.
        package var periodSeconds: Int
        /// Of one probe.
        package var timeoutSeconds: Int
        /// Failures in a row.
        package var failureThreshold: Int

        /// Until the last of these failures, at most.
        package var seconds: Int { periodSeconds * failureThreshold + timeoutSeconds }
    }

    /// Why a pod is or is not the one that would take over.
    package struct Verdict: Encodable, Sendable, Hashable {
        /// The pod's name.
        package var pod: String
        /// Whether it would.
        package var isNext: Bool
        /// In words.
        package var why: String
    }

    /// Where it stands.
    package var group: GroupView
    /// Nil: neither a supervisor nor a file told them.
    package var settings: GroupSettings?
    /// Of the active pod; empty if it has none, or may not be read.
    package var kubelet: [Tolerance]
    /// What would happen if the active pod failed now, in words; nil: no supervisor says.
    package var ifActiveFailed: String?
    /// What other group of its set this one is about to follow, and what that waits for, in words; nil: none, or no supervisor says.
    package var follows: String?
    /// Of every other pod, by name; empty if no supervisor says.
    package var verdicts: [Verdict]

    /// `status`: what its supervisor says; nil: nothing.
    init(_ group: GroupView, _ status: GroupStatus?, settings: GroupSettings?, kubelet: [Tolerance]) {
        self.group = group
        self.settings = settings
        self.kubelet = kubelet
        ifActiveFailed = status.map { Self.prediction($0, settings) }
        follows = status?.following?.text
        verdicts = status.map(Self.verdicts) ?? []
    }

    // MARK: What would happen

    /// What suspends automatic moves, in the order in which it is told.
    private static let suspensions: [(condition: String, words: String)] = [
        ("Waiting", "nothing, for the group waits"), ("RecordUnavailable", "nothing, for the Lease cannot be written"),
        ("Paused", "nothing by itself, for the group is paused"),
        ("Flapping", "nothing before the hold ends, for the role moved too often"),
        ("SelfDoubt", "nothing because of probes, while the supervisor doubts its own"),
        ("SealBlocked", "nothing before the pod, or its endpoints, can be written that the switch under way waits for"),
    ]

    private static func prediction(_ status: GroupStatus, _ settings: GroupSettings?) -> String {
        if let found = suspensions.first(where: { status.conditions.contains($0.condition) }) {
            return "\(found.words): \(status.state)"
        }
        guard let active = status.active.first else {
            return status.next.map { "nobody is active; \($0) is the best candidate" }
                ?? "nobody is active, and nobody can be"
        }
        guard let next = status.next else {
            return settings?.whenNoneHealthy == "DemoteActive"
                ? "\(active) would be demoted and nobody active, for nobody healthy could take over"
                : "\(active) would stay active, for nobody healthy could take over"
        }
        guard let settings else { return "\(next) would take over" }
        let worst = settings.worstSeconds
        let deletion = settings.boundedWaitSeconds > 0 ? "within \(words(settings.worstDeletionSeconds))" : "at once"
        let endless = settings.endlessWaits
        return "\(next) would take over: within \(words(worst.answering)) if \(active) answers with failures, within "
            + "\(words(worst.hanging)) if it hangs, \(deletion) if it is deleted"
            + (endless.isEmpty ? "" : "; or later, as \(endless.joined(separator: " and ")) may hold it without end")
    }

    private static func words(_ seconds: Double) -> String { "\(number(seconds)) s" }

    /// A number of any size that somebody told, without a fraction that says nothing.
    package static func number(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }

    // MARK: Who would be next

    private static func verdicts(_ status: GroupStatus) -> [Verdict] {
        let next = status.members.first { $0.name == status.next }
        return status.members.filter { !status.active.contains($0.name) }.map { member in
            Verdict(pod: member.name, isNext: member.name == next?.name, why: why(member, next))
        }
    }

    private static func why(_ member: GroupStatus.Member, _ next: GroupStatus.Member?) -> String {
        if let refusal = member.refusal { return refusal }
        if member.health == "unhealthy" { return "its probes fail" }
        if member.health != "healthy" { return member.noResult ?? "its probes have given no verdict yet" }
        guard let next else { return "it was refused as a target not long ago" }
        if member.name == next.name {
            let words = [score(of: member)] + (member.company ?? []).map { $0 }
            return (["the best of the healthy candidates"] + words.compactMap(\.self)).joined(separator: ", ")
        }
        if next.isReady, !member.isReady { return "not Ready, and \(next.name) is" }
        if next.priority > member.priority {
            return "priority \(member.priority), and \(next.name) has \(next.priority)"
        }
        if member.company != next.company {
            let own =
                member.company.map { "\($0.joined(separator: ", "))" }
                ?? "near none of the groups of sync and apartFrom"
            let best = next.company.map { $0.joined(separator: ", ") } ?? "near none of them"
            return "\(own), and \(next.name) is \(best); revision, node and zone come before"
        }
        if let own = score(of: member), let best = score(of: next), own != best {
            return "\(own), and \(next.name) has \(best); revision, node and zone come before"
        }
        return "as good as \(next.name), which comes first by revision, node, zone, ordinal or age"
    }

    /// `score 12`, or why there is none; nil: it is not asked.
    private static func score(of member: GroupStatus.Member) -> String? {
        member.score.map { "\(CandidateScore.number($0))" } ?? member.noScore.map { "\(CandidateScore.missing($0))" }
    }
}
