import FailoverCore
import Supervision

/// A metric that each group has, or each member of it; computed when it is asked for, so that a group that is gone leaves
/// nothing.
///
/// README.md of this room lists them; a test holds that list against `all`.
struct GroupMetric: Sendable {
    /// One value of one group.
    struct Sample: Sendable {
        /// The values of the metric's labels, in their order.
        var labels: [String] = []
        /// The number, as Prometheus reads it.
        var value: String
    }

    /// Without the prefix.
    var name: String
    /// As Prometheus sees it.
    var fullName: String { MetricsText.prefix + name }
    /// Its type, for the `TYPE` line.
    var kind: Metric.Kind
    /// One sentence, for the `HELP` line and README.md.
    var help: String
    /// The labels besides `group` and `namespace`.
    var labels: [String]
    /// Reads the values of a group.
    var samples: @Sendable (GroupStatus) -> [Sample]

    private init(
        _ name: String,
        _ help: String,
        kind: Metric.Kind = .gauge,
        by labels: [String] = [],
        _ samples: @escaping @Sendable (GroupStatus) -> [Sample]
    ) {
        self.name = name
        self.help = help
        self.kind = kind
        self.labels = labels
        self.samples = samples
    }

    /// The table of metrics, in the order in which they are written.
    static let all: [GroupMetric] = [
        GroupMetric("group_info", "1 for each group that this replica leads.", by: ["service", "mode"]) {
            [Sample(labels: [$0.service, $0.mode], value: "1")]
        },
        GroupMetric("group_active_members", "Pods of the group whose role label says active; 1 is right.") {
            [Sample(value: "\($0.active.count)")]
        },
        GroupMetric(
            "group_active_since_timestamp_seconds",
            "Since when the active pod is, seconds since 1970; none if no move of the group is known.",
        ) { $0.activeSinceSeconds.map { [Sample(value: "\($0)")] } ?? [] },
        GroupMetric(
            "group_condition",
            "Whether a condition of the group holds: \(conditions.joined(separator: ", ")).",
            by: ["condition"]
        ) { group in conditions.map { Sample(labels: [$0], value: group.conditions.contains($0) ? "1" : "0") } },
        GroupMetric("group_epoch", "The epoch of the group's record: each move has a higher one.") {
            $0.epoch.map { [Sample(value: "\($0)")] } ?? []
        },
        GroupMetric(
            "moves_total",
            "Moves of the group since this replica took it, by their cause.",
            kind: .counter,
            by: ["cause"]
        ) { $0.moves.sorted { $0.key < $1.key }.map { Sample(labels: [$0.key], value: "\($0.value)") } },
        GroupMetric(
            "group_unavailable_seconds_total",
            "From the first failed probe of what became a failover, or from when nobody was active, until the promotion.",
            kind: .counter
        ) { [Sample(value: MetricsText.number($0.unavailableSeconds))] },
        GroupMetric("member_healthy", "Whether the pod's probes find it healthy.", by: ["member"]) {
            $0.members.map { Sample(labels: [$0.name], value: $0.health == healthy ? "1" : "0") }
        },
        GroupMetric(
            "member_no_result_since_timestamp_seconds",
            "Since when the pod's probes give no result, so that its health is older, seconds since 1970; none if the last one gave one.",
            by: ["member"]
        ) {
            $0.members.compactMap { member in
                member.noResultSinceSeconds.map { Sample(labels: [member.name], value: "\($0)") }
            }
        },
        GroupMetric("member_candidate", "Whether the pod may be promoted, whatever its health.", by: ["member"]) {
            $0.members.map { Sample(labels: [$0.name], value: $0.isCandidate ? "1" : "0") }
        },
        GroupMetric(
            "candidate_score",
            "The number that the pod gave last when it was asked for its score; none if it gave none, or is not asked.",
            by: ["member"]
        ) {
            $0.members.compactMap { member in
                member.score.map { Sample(labels: [member.name], value: MetricsText.number($0)) }
            }
        },
    ]

    private static let conditions = GroupAssessment.Condition.allCases.map(\.rawValue)
    private static let healthy = Health.healthy.rawValue
}
