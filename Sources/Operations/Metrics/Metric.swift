import Foundation
import Supervision

/// A metric of `/metrics`: its description, and how it is read from a snapshot.
///
/// README.md of this room lists them; a test holds that list against `all`.
struct Metric: Sendable {
    /// How values of a metric relate to each other.
    ///
    /// https://prometheus.io/docs/concepts/metric_types/
    enum Kind: String, Sendable {
        /// Goes up only, from 0 at the start of the process.
        case counter
        /// Goes up and down.
        case gauge
        /// How often a value was at most so much, and the sum of all.
        case histogram
    }

    /// One value.
    struct Sample: Sendable {
        /// What is added to the metric's name; nil: nothing.
        var suffix: String?
        /// Name and value, if the metric is divided.
        var label: (name: String, value: String)?
        /// The number, as Prometheus reads it.
        var value: String
    }

    /// Without the prefix of our own.
    var name: String
    /// Whether other controllers have the same metric, so that it carries no prefix of ours.
    var isCommon = false
    /// As Prometheus sees it.
    var fullName: String { isCommon ? name : MetricsText.prefix + name }
    /// Its type, for the `TYPE` line.
    var kind: Kind
    /// One sentence, for the `HELP` line and README.md.
    var help: String
    /// Reads the values; none: the metric is described all the same.
    var samples: @Sendable (MetricsSnapshot) -> [Sample]

    private init(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        by label: String,
        isCommon: Bool = false,
        _ values: @escaping @Sendable (MetricsSnapshot) -> [(String, any Numeric & Sendable)]
    ) {
        self.name = name
        self.isCommon = isCommon
        self.kind = kind
        self.help = help
        samples = { snapshot in values(snapshot).map { Sample(label: (label, $0), value: "\($1)") } }
    }

    private init(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        _ value: @escaping @Sendable (MetricsSnapshot) -> any Numeric & Sendable
    ) {
        self.name = name
        self.kind = kind
        self.help = help
        samples = { [Sample(label: nil, value: "\(value($0))")] }
    }

    /// A histogram of seconds; `buckets`: how many values are in each, with the upper bounds of all but the last.
    private init(
        _ name: String,
        _ help: String,
        bounds: [Double],
        _ read: @escaping @Sendable (MetricsSnapshot) -> (buckets: [Int], sum: Double)
    ) {
        self.name = name
        self.kind = .histogram
        self.help = help
        samples = { snapshot in
            let (buckets, sum) = read(snapshot)
            var count = 0
            var samples: [Sample] = []
            for (bound, values) in zip(bounds.map { "\($0)" } + ["+Inf"], buckets) {
                count += values
                samples.append(Sample(suffix: "_bucket", label: ("le", bound), value: "\(count)"))
            }
            return samples + [Sample(suffix: "_sum", value: "\(sum)"), Sample(suffix: "_count", value: "\(count)")]
        }
    }

    /// The table of metrics, in the order in which they are written.
    static let all: [Metric] = [
        Metric(
            .gauge,
            "config_last_reload_successful",
            "Whether the configuration that was read last is the one that is running."
        ) { $0.configuration.isLastReloadSuccessful ? 1 : 0 },
        Metric(
            .gauge,
            "config_last_reload_success_timestamp_seconds",
            "When the running configuration was read, seconds since 1970."
        ) { $0.configuration.lastSuccess },
        Metric(.gauge, "config_groups", "Groups of the running configuration.") { $0.configuration.groups },
        Metric(.counter, "config_reloads_total", "Reloads since the start, by their result.", by: "result") {
            [("success", $0.configuration.successes), ("failure", $0.configuration.failures)]
        },
        Metric(
            .counter,
            "probes_total",
            "Probes that ended since the start, by their result; none: an error of our own, which says nothing.",
            by: "result"
        ) { [("success", $0.probes.successes), ("failure", $0.probes.failures), ("none", $0.probes.withoutResult)] },
        Metric(
            .counter,
            "disputes_total",
            "Failing active pods since the start that kept their role, because too few agreed of those that were asked."
        ) { $0.disputes },
        Metric(
            .counter,
            "command_cpu_seconds_total",
            "Processor time of commands that have ended, probes' and credential plugins'."
        ) { $0.probes.commandSeconds },
        Metric(
            .gauge,
            "loop_longest_turn_seconds",
            "The longest turn of an event loop in the last minute or two, the one under way included; probes are as late.",
            by: "loop"
        ) { $0.longestTurns.map { ($0.loop, $0.turn / .seconds(1)) } },
        Metric(
            .counter,
            "log_dropped_lines_total",
            "Lines of the log since the start that could not be written: no reader, a closed pipe, a full disk."
        ) { $0.droppedLogLines },
        Metric(.gauge, "writes_under_way", "Writes to the API server that are under way.") { $0.writes.underWay },
        Metric(.gauge, "writes_waiting", "Writes that wait for their turn.") { $0.writes.waiting },
        Metric(.gauge, "writes_limit", "Writes that may be under way at once, as far as the API server bears them.") {
            $0.writes.limit
        },
        Metric(.counter, "writes_waited_total", "Writes since the start that had to wait for their turn.") {
            $0.writes.waited
        },
        Metric(
            .counter,
            "writes_pointless_total",
            "Writes since the start that were not sent, for their reason was gone when their turn came."
        ) { $0.writes.pointless },
        Metric(
            "endpoint_followed_seconds",
            "From a promotion to the EndpointSlices that show the pod as ready, for all moves since the start.",
            bounds: EndpointCounts.bounds
        ) { ($0.endpoints.buckets, $0.endpoints.seconds) },
        Metric(
            .gauge,
            "endpoints_lagging",
            "Groups whose active pod is Ready and, 5 s or more after its promotion, in no EndpointSlice yet."
        ) { $0.endpoints.lagging },
        Metric(
            .gauge,
            "leader_election_master_status",
            "Whether this replica holds the Lease, by the Lease's name.",
            by: "name",
            isCommon: true
        ) { $0.shards.map { ($0.lease, $0.isOurs && !$0.isInDoubt ? 1 : 0) } },
        Metric(.gauge, "shards_held", "Shards that this replica holds, those in doubt included.") {
            $0.leadership?.shards.count(where: \.isOurs) ?? 1
        },
        Metric(
            .gauge,
            "shard_held_since_timestamp_seconds",
            "Since when this replica holds the shard, seconds since 1970.",
            by: "name"
        ) { $0.shards.compactMap { shard in shard.since.map { (shard.lease, $0.timeIntervalSince1970) } } },
        Metric(
            .counter,
            "shard_handovers_total",
            "Shards taken and given away since the start, by the reason.",
            by: "reason"
        ) { $0.handovers },
        Metric(.gauge, "live_replicas", "Live replicas of the supervisor, this one included.") {
            $0.leadership?.replicas.count ?? 1
        },
        Metric(
            .gauge,
            "replicas_with_other_configuration",
            "Live replicas that run another configuration than this one."
        ) { $0.leadership?.replicas.count { !$0.runsOurConfiguration } ?? 0 },
    ]
}

extension MetricsSnapshot {
    fileprivate var shards: [LeadershipStatus.Shard] { leadership?.shards ?? [] }

    fileprivate var handovers: [(String, any Numeric & Sendable)] {
        guard let counts = leadership?.counts else { return [] }
        return [
            ("acquired", counts.acquired), ("expired", counts.expired), ("released", counts.released),
            ("rebalanced", counts.rebalanced), ("lost", counts.lost),
        ]
    }
}
