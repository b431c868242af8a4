import Foundation
import HostSystem
import Supervision

/// What there is.
extension Metric {
    /// The table of metrics, in the order in which they are written.
    static let all = ours + common

    private static let ours: [Metric] = [
        Metric(.gauge, "build_info", "1 for the version that runs.", by: "version") { [($0.version, 1)] },
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
            measured: .counter,
            "probes_total",
            "Probes that ended since the start, by their result; none: an error of our own, which says nothing.",
            by: ["type", "result"]
        ),
        Metric(
            measured: .histogram,
            "probe_duration_seconds",
            "How long probes took that came to a result.",
            by: ["type"],
            bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
        ),
        Metric(
            measured: .histogram,
            "move_duration_seconds",
            "From the decision of a move to its last acknowledged write.",
            bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
        ),
        Metric(
            measured: .counter,
            "disputes_total",
            "Failing active pods since the start that kept their role, because too few agreed of those that were asked."
        ),
        Metric(
            measured: .counter,
            "notifications_total",
            "Notifications since the start, by what became of them; dropped: too many waited.",
            by: ["result"]
        ),
        Metric(
            measured: .counter,
            "hooks_total",
            "Hooks of moves since the start, by what became of them; gone: the pod was no more in which it was to be run.",
            by: ["hook", "result"]
        ),
        Metric(
            measured: .histogram,
            "hook_duration_seconds",
            "How long hooks took, all tries and the waits between them together.",
            by: ["hook"],
            bounds: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
        ),
        Metric(
            .counter,
            "command_cpu_seconds_total",
            "Processor time of commands that have ended, probes' and credential plugins'."
        ) { $0.process.childSeconds },
        Metric(
            .gauge,
            "event_loop_lag_seconds",
            "The longest turn of an event loop in the last minute or two, the one under way included; probes are as late.",
            by: "loop"
        ) { $0.longestTurns.map { ($0.loop, $0.turn / .seconds(1)) } },
        Metric(
            .counter,
            "log_lines_dropped_total",
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
            measured: .histogram,
            "endpoint_followed_seconds",
            "From a promotion to the EndpointSlices that show the pod as ready, for all moves since the start.",
            bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
        ),
        Metric(
            measured: .gauge,
            "endpoints_lagging",
            "Groups whose active pod is Ready and, 5 s or more after its promotion, in no EndpointSlice yet."
        ),
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

    /// Those that others have, too: of the API server's clients and of every process.
    private static let common: [Metric] = [
        Metric(
            measured: .counter,
            "watch_restarts_total",
            "Watches that were begun again, because one ended or broke; the API server ends each after 5 to 10 minutes.",
            by: ["resource"]
        ),
        Metric(
            measured: .counter,
            "rest_client_requests_total",
            "Requests to the API server, by the code of the answer; without one it is `<error>`.",
            by: ["code", "method", "host"],
            isCommon: true
        ),
        Metric(
            measured: .histogram,
            "rest_client_request_duration_seconds",
            "How long requests to the API server took; not of watches.",
            by: ["verb", "host"],
            isCommon: true,
            bounds: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60]
        ),
        Metric(.counter, "process_cpu_seconds_total", "Processor time of the process.", isCommon: true) {
            $0.process.ownSeconds
        },
        Metric(.gauge, "process_resident_memory_bytes", "Memory that the process uses.", isCommon: true) {
            $0.process.residentBytes
        },
        Metric(.gauge, "process_virtual_memory_bytes", "Memory that the process has reserved.", isCommon: true) {
            $0.process.virtualBytes
        },
        Metric(
            .gauge,
            "process_start_time_seconds",
            "When the process began, seconds since 1970.",
            isCommon: true
        ) { $0.process.startTime },
        Metric(.gauge, "process_open_fds", "Descriptors that the process has open.", isCommon: true) {
            $0.process.openDescriptors
        },
        Metric(.gauge, "process_max_fds", "Descriptors that the process may have open.", isCommon: true) {
            $0.process.mostDescriptors
        },
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
