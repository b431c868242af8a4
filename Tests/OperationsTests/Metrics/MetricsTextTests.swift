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
        count("kube_standby_notifications_total", 8, [("result", "sent")])
        count("kube_standby_hooks_total", 9, [("hook", "onDemote"), ("result", "failed")])
        time("kube_standby_hook_duration_seconds", [250, 45_000], [("hook", "onPromote")])
        time("kube_standby_endpoint_followed_seconds", [5, 20, 475, 61_000])
        Meter(label: "kube_standby_endpoints_lagging", factory: registry).set(2)
        count("kube_standby_watch_restarts_total", 14, [("resource", "pods")])
        count("rest_client_requests_total", 15, [("code", "200"), ("method", "GET"), ("host", "h:1")])
        time("rest_client_request_duration_seconds", [25], [("verb", "GET"), ("host", "h:1")])
        return registry
    }()

    /// Line for line: `Metrics.txt` beside this file.
    @Test func writesEveryMetricInPrometheusFormat() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Metrics.txt")
        let expected = try String(contentsOf: file, encoding: .utf8)
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
