import Foundation
import HostSystem
import Metrics
import Testing

@testable import Operations
@testable import Supervision

@Suite struct MetricsTextTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A moment at which every number is another one.
    private static func snapshot(_ change: (inout MetricsSnapshot) -> Void = { _ in }) -> MetricsSnapshot {
        var configuration = ConfigurationStatus.State(lastSuccess: 1_700_000_000.5, groups: 3)
        (configuration.successes, configuration.failures) = (4, 5)
        var snapshot = MetricsSnapshot(
            configuration: configuration,
            version: "1.2.3",
            process: figures,
            measured: { registry.readings(of: $0) },
            longestTurns: [("probes", .milliseconds(250)), ("api", .zero)],
            droppedLogLines: 7,
            writes: WriteCounts(underWay: 31, waiting: 32, limit: 33, waited: 34, pointless: 35)
        )
        snapshot.leadership = LeadershipStatus.sample
        change(&snapshot)
        return snapshot
    }

    /// The kernel's counts, each another number.
    private static let figures: ProcessFigures = {
        var figures = ProcessFigures()
        figures.ownSeconds = 41.5
        figures.childSeconds = 1.25
        (figures.residentBytes, figures.virtualBytes) = (42, 43)
        figures.startTime = 44.25
        (figures.openDescriptors, figures.mostDescriptors) = (45, 46)
        return figures
    }()

    /// What rooms have counted and timed.
    private static let registry: MetricsRegistry = {
        let registry = MetricsRegistry()
        func count(_ name: String, _ amount: Int, _ dimensions: [(String, String)] = []) {
            Counter(label: name, dimensions: dimensions, factory: registry).increment(by: amount)
        }
        func time(_ name: String, _ milliseconds: [Int], _ dimensions: [(String, String)] = []) {
            let timer = Timer(label: name, dimensions: dimensions, factory: registry)
            for value in milliseconds { timer.recordMilliseconds(value) }
        }
        count("kube_standby_probes_total", 11, [("type", "http"), ("result", "success")])
        count("kube_standby_probes_total", 12, [("type", "http"), ("result", "failure")])
        time("kube_standby_probe_duration_seconds", [1, 2, 60_000], [("type", "http")])
        time("kube_standby_move_duration_seconds", [50])
        count("kube_standby_disputes_total", 6)
        time("kube_standby_endpoint_followed_seconds", [5, 20, 475, 61_000])
        Meter(label: "kube_standby_endpoints_lagging", factory: registry).set(2)
        count("kube_standby_watch_restarts_total", 14, [("resource", "pods")])
        count("rest_client_requests_total", 15, [("code", "200"), ("method", "GET"), ("host", "h:1")])
        time("rest_client_request_duration_seconds", [25], [("verb", "GET"), ("host", "h:1")])
        return registry
    }()

    @Test func writesEveryMetricInPrometheusFormat() {
        let expected = """
            # HELP kube_standby_build_info 1 for the version that runs.
            # TYPE kube_standby_build_info gauge
            kube_standby_build_info{version="1.2.3"} 1
            # HELP kube_standby_config_last_reload_successful Whether the configuration that was read last is the \
            one that is running.
            # TYPE kube_standby_config_last_reload_successful gauge
            kube_standby_config_last_reload_successful 1
            # HELP kube_standby_config_last_reload_success_timestamp_seconds When the running configuration was \
            read, seconds since 1970.
            # TYPE kube_standby_config_last_reload_success_timestamp_seconds gauge
            kube_standby_config_last_reload_success_timestamp_seconds 1700000000.5
            # HELP kube_standby_config_groups Groups of the running configuration.
            # TYPE kube_standby_config_groups gauge
            kube_standby_config_groups 3
            # HELP kube_standby_config_reloads_total Reloads since the start, by their result.
            # TYPE kube_standby_config_reloads_total counter
            kube_standby_config_reloads_total{result="success"} 4
            kube_standby_config_reloads_total{result="failure"} 5
            # HELP kube_standby_probes_total Probes that ended since the start, by their result; none: an error of \
            our own, which says nothing.
            # TYPE kube_standby_probes_total counter
            kube_standby_probes_total{type="http",result="failure"} 12
            kube_standby_probes_total{type="http",result="success"} 11
            # HELP kube_standby_probe_duration_seconds How long probes took that came to a result.
            # TYPE kube_standby_probe_duration_seconds histogram
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.001"} 1
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.0025"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.005"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.01"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.025"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.05"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.1"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.25"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="0.5"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="1.0"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="2.5"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="5.0"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="10.0"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="30.0"} 2
            kube_standby_probe_duration_seconds_bucket{type="http",le="+Inf"} 3
            kube_standby_probe_duration_seconds_sum{type="http"} 60.003
            kube_standby_probe_duration_seconds_count{type="http"} 3
            # HELP kube_standby_move_duration_seconds From the decision of a move to its last acknowledged write.
            # TYPE kube_standby_move_duration_seconds histogram
            kube_standby_move_duration_seconds_bucket{le="0.01"} 0
            kube_standby_move_duration_seconds_bucket{le="0.025"} 0
            kube_standby_move_duration_seconds_bucket{le="0.05"} 1
            kube_standby_move_duration_seconds_bucket{le="0.1"} 1
            kube_standby_move_duration_seconds_bucket{le="0.25"} 1
            kube_standby_move_duration_seconds_bucket{le="0.5"} 1
            kube_standby_move_duration_seconds_bucket{le="1.0"} 1
            kube_standby_move_duration_seconds_bucket{le="2.5"} 1
            kube_standby_move_duration_seconds_bucket{le="5.0"} 1
            kube_standby_move_duration_seconds_bucket{le="10.0"} 1
            kube_standby_move_duration_seconds_bucket{le="30.0"} 1
            kube_standby_move_duration_seconds_bucket{le="60.0"} 1
            kube_standby_move_duration_seconds_bucket{le="+Inf"} 1
            kube_standby_move_duration_seconds_sum 0.05
            kube_standby_move_duration_seconds_count 1
            # HELP kube_standby_disputes_total Failing active pods since the start that kept their role, because \
            too few agreed of those that were asked.
            # TYPE kube_standby_disputes_total counter
            kube_standby_disputes_total 6
            # HELP kube_standby_command_cpu_seconds_total Processor time of commands that have ended, probes' and \
            credential plugins'.
            # TYPE kube_standby_command_cpu_seconds_total counter
            kube_standby_command_cpu_seconds_total 1.25
            # HELP kube_standby_event_loop_lag_seconds The longest turn of an event loop in the last minute or two, \
            the one under way included; probes are as late.
            # TYPE kube_standby_event_loop_lag_seconds gauge
            kube_standby_event_loop_lag_seconds{loop="probes"} 0.25
            kube_standby_event_loop_lag_seconds{loop="api"} 0.0
            # HELP kube_standby_log_lines_dropped_total Lines of the log since the start that could not be written: \
            no reader, a closed pipe, a full disk.
            # TYPE kube_standby_log_lines_dropped_total counter
            kube_standby_log_lines_dropped_total 7
            # HELP kube_standby_writes_under_way Writes to the API server that are under way.
            # TYPE kube_standby_writes_under_way gauge
            kube_standby_writes_under_way 31
            # HELP kube_standby_writes_waiting Writes that wait for their turn.
            # TYPE kube_standby_writes_waiting gauge
            kube_standby_writes_waiting 32
            # HELP kube_standby_writes_limit Writes that may be under way at once, as far as the API server bears \
            them.
            # TYPE kube_standby_writes_limit gauge
            kube_standby_writes_limit 33
            # HELP kube_standby_writes_waited_total Writes since the start that had to wait for their turn.
            # TYPE kube_standby_writes_waited_total counter
            kube_standby_writes_waited_total 34
            # HELP kube_standby_writes_pointless_total Writes since the start that were not sent, for their reason \
            was gone when their turn came.
            # TYPE kube_standby_writes_pointless_total counter
            kube_standby_writes_pointless_total 35
            # HELP kube_standby_endpoint_followed_seconds From a promotion to the EndpointSlices that show the pod \
            as ready, for all moves since the start.
            # TYPE kube_standby_endpoint_followed_seconds histogram
            kube_standby_endpoint_followed_seconds_bucket{le="0.005"} 1
            kube_standby_endpoint_followed_seconds_bucket{le="0.01"} 1
            kube_standby_endpoint_followed_seconds_bucket{le="0.025"} 2
            kube_standby_endpoint_followed_seconds_bucket{le="0.05"} 2
            kube_standby_endpoint_followed_seconds_bucket{le="0.1"} 2
            kube_standby_endpoint_followed_seconds_bucket{le="0.25"} 2
            kube_standby_endpoint_followed_seconds_bucket{le="0.5"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="1.0"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="2.5"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="5.0"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="10.0"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="30.0"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="60.0"} 3
            kube_standby_endpoint_followed_seconds_bucket{le="+Inf"} 4
            kube_standby_endpoint_followed_seconds_sum 61.5
            kube_standby_endpoint_followed_seconds_count 4
            # HELP kube_standby_endpoints_lagging Groups whose active pod is Ready and, 5 s or more after its \
            promotion, in no EndpointSlice yet.
            # TYPE kube_standby_endpoints_lagging gauge
            kube_standby_endpoints_lagging 2
            # HELP leader_election_master_status Whether this replica holds the Lease, by the Lease's name.
            # TYPE leader_election_master_status gauge
            leader_election_master_status{name="ks.shard-0-of-3"} 1
            leader_election_master_status{name="ks.shard-1-of-3"} 0
            leader_election_master_status{name="ks.shard-2-of-3"} 0
            # HELP kube_standby_shards_held Shards that this replica holds, those in doubt included.
            # TYPE kube_standby_shards_held gauge
            kube_standby_shards_held 2
            # HELP kube_standby_shard_held_since_timestamp_seconds Since when this replica holds the shard, seconds \
            since 1970.
            # TYPE kube_standby_shard_held_since_timestamp_seconds gauge
            kube_standby_shard_held_since_timestamp_seconds{name="ks.shard-0-of-3"} 100.0
            kube_standby_shard_held_since_timestamp_seconds{name="ks.shard-1-of-3"} 200.0
            # HELP kube_standby_shard_handovers_total Shards taken and given away since the start, by the reason.
            # TYPE kube_standby_shard_handovers_total counter
            kube_standby_shard_handovers_total{reason="acquired"} 21
            kube_standby_shard_handovers_total{reason="expired"} 22
            kube_standby_shard_handovers_total{reason="released"} 23
            kube_standby_shard_handovers_total{reason="rebalanced"} 24
            kube_standby_shard_handovers_total{reason="lost"} 25
            # HELP kube_standby_live_replicas Live replicas of the supervisor, this one included.
            # TYPE kube_standby_live_replicas gauge
            kube_standby_live_replicas 3
            # HELP kube_standby_replicas_with_other_configuration Live replicas that run another configuration than \
            this one.
            # TYPE kube_standby_replicas_with_other_configuration gauge
            kube_standby_replicas_with_other_configuration 1
            # HELP kube_standby_watch_restarts_total Watches that were begun again, because one ended or broke; the \
            API server ends each after 5 to 10 minutes.
            # TYPE kube_standby_watch_restarts_total counter
            kube_standby_watch_restarts_total{resource="pods"} 14
            # HELP rest_client_requests_total Requests to the API server, by the code of the answer; without one it \
            is `<error>`.
            # TYPE rest_client_requests_total counter
            rest_client_requests_total{code="200",method="GET",host="h:1"} 15
            # HELP rest_client_request_duration_seconds How long requests to the API server took; not of watches.
            # TYPE rest_client_request_duration_seconds histogram
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="0.005"} 0
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="0.025"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="0.1"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="0.25"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="0.5"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="1.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="2.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="4.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="8.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="15.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="30.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="60.0"} 1
            rest_client_request_duration_seconds_bucket{verb="GET",host="h:1",le="+Inf"} 1
            rest_client_request_duration_seconds_sum{verb="GET",host="h:1"} 0.025
            rest_client_request_duration_seconds_count{verb="GET",host="h:1"} 1
            # HELP process_cpu_seconds_total Processor time of the process.
            # TYPE process_cpu_seconds_total counter
            process_cpu_seconds_total 41.5
            # HELP process_resident_memory_bytes Memory that the process uses.
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes 42
            # HELP process_virtual_memory_bytes Memory that the process has reserved.
            # TYPE process_virtual_memory_bytes gauge
            process_virtual_memory_bytes 43
            # HELP process_start_time_seconds When the process began, seconds since 1970.
            # TYPE process_start_time_seconds gauge
            process_start_time_seconds 44.25
            # HELP process_open_fds Descriptors that the process has open.
            # TYPE process_open_fds gauge
            process_open_fds 45
            # HELP process_max_fds Descriptors that the process may have open.
            # TYPE process_max_fds gauge
            process_max_fds 46

            """
        let text = MetricsText.write(Self.snapshot())
        #expect(text.hasPrefix(expected))
        // What follows is of groups, of which there are none here.
        #expect(text.dropFirst(expected.count).split(separator: "\n").allSatisfy { $0.hasPrefix("# ") })
    }

    @Test func whoIsAloneHoldsTheOnlyShard() {
        let text = MetricsText.write(Self.snapshot { $0.leadership = nil })
        #expect(text.contains("\nkube_standby_shards_held 1\n") && text.contains("\nkube_standby_live_replicas 1\n"))
        #expect(text.contains("# TYPE leader_election_master_status gauge\n# HELP"))
    }

    @Test func tellsOfAReloadThatFailed() {
        let text = MetricsText.write(Self.snapshot { $0.configuration.isLastReloadSuccessful = false })
        #expect(text.contains("\nkube_standby_config_last_reload_successful 0\n"))
    }

    @Test func aMetricWithoutValuesIsDescribedAllTheSame() {
        let text = MetricsText.write(Self.snapshot { $0.longestTurns = [] })
        #expect(text.contains("# TYPE kube_standby_event_loop_lag_seconds gauge\n# HELP"))
    }

    /// The names are those that Prometheus asks for.
    ///
    /// https://prometheus.io/docs/practices/naming/
    @Test(arguments: Metric.all) func namesFollowTheConventions(metric: Metric) {
        #expect(metric.name.wholeMatch(of: /[a-z][a-z_]*[a-z]/) != nil)
        #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
        #expect(metric.help.hasSuffix("."))
    }

    @Test func noNameStandsTwice() {
        let names = Metric.all.map(\.fullName) + GroupMetric.all.map(\.fullName)
        #expect(Set(names).count == names.count)
    }

    @Test func theReadmeListsThem() throws {
        let file = Self.root.appending(path: "Sources/Operations/README.md")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| metric ") })
        let rows = Metric.all.map { metric in
            let label =
                metric.samples(Self.snapshot()).first?.labels.map { "`\($0.name)`" }.joined(separator: ", ") ?? ""
            return "| `\(metric.fullName)` | \(metric.kind.rawValue) | \(label) | \(metric.help) |"
        }
        let ofGroups = GroupMetric.all.map { metric in
            let labels = (["group", "namespace"] + metric.labels).map { "`\($0)`" }.joined(separator: ", ")
            return "| `\(metric.fullName)` | \(metric.kind.rawValue) | \(labels) | \(metric.help) |"
        }
        #expect(Array(lines[(start + 2)...].prefix { $0.hasPrefix("|") }) == rows + ofGroups)
    }

    /// What a newcomer touches for a metric: one file.
    @Test func eachStandsInOneSourceFile() throws {
        let folder = Self.root.appending(path: "Sources")
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        try #require(files.count > 100)
        let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
        let names =
            Metric.all.map { ($0.name, "Metric+Table.swift") } + GroupMetric.all.map { ($0.name, "GroupMetric.swift") }
        for (name, file) in names {
            let places = zip(files, texts).filter { $1.contains("\"\(name)\"") }.map { $0.0.lastPathComponent }
                // Where a room counts under a name that others have, too.
                .filter { $0 != "ClientMetrics.swift" }
            #expect(places == [file], "\(name)")
        }
    }
}

extension LeadershipStatus {
    /// One shard is held, one in doubt, one another's.
    fileprivate static var sample: LeadershipStatus {
        var status = LeadershipStatus()
        status.shards = [
            .init(
                index: 0,
                lease: "ks.shard-0-of-3",
                holder: "a",
                isOurs: true,
                isInDoubt: false,
                since: .init(timeIntervalSince1970: 100)
            ),
            .init(
                index: 1,
                lease: "ks.shard-1-of-3",
                holder: "a",
                isOurs: true,
                isInDoubt: true,
                since: .init(timeIntervalSince1970: 200)
            ),
            .init(index: 2, lease: "ks.shard-2-of-3", holder: "b", isOurs: false, isInDoubt: false, since: nil),
        ]
        status.replicas = [
            .init(identity: "a", configuration: "1", runsOurConfiguration: true, isSelf: true),
            .init(identity: "b", configuration: "2", runsOurConfiguration: false, isSelf: false),
            .init(identity: "c", configuration: "1", runsOurConfiguration: true, isSelf: false),
        ]
        (status.counts.acquired, status.counts.expired) = (21, 22)
        (status.counts.released, status.counts.rebalanced, status.counts.lost) = (23, 24, 25)
        return status
    }
}
