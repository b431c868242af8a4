import Supervision

/// What the process knows of itself at one moment, for `/metrics`.
struct MetricsSnapshot: Sendable {
    /// The running configuration and its reloads.
    var configuration: ConfigurationStatus.State
    /// Probes since the start, by their result.
    var probes: ProbeCounts
    /// Failures that others did not find, since the start.
    var disputes: Int
    /// The longest turn of each event loop in the last minute or two.
    var longestTurns: [(loop: String, turn: Duration)]
    /// Lines that the log has dropped since the start.
    var droppedLogLines: Int
}

extension MetricsSnapshot {
    /// Asks everybody who counts something.
    init(of parts: OperationsServer.Parts) async {
        self.init(
            configuration: parts.reloader.status.current,
            probes: await parts.supervisor.probeCounts,
            disputes: parts.supervisor.disputes,
            longestTurns: parts.supervisor.longestTurns,
            droppedLogLines: parts.droppedLogLines()
        )
    }
}

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
    }

    /// One value.
    struct Sample: Sendable {
        /// Name and value, if the metric is divided.
        var label: (name: String, value: String)?
        /// The number, as Prometheus reads it.
        var value: String
    }

    /// Without the common prefix.
    var name: String
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
        _ values: @escaping @Sendable (MetricsSnapshot) -> [(String, any Numeric & Sendable)]
    ) {
        self.name = name
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
    ]
}

/// Writes metrics in Prometheus' text format.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
enum MetricsText {
    /// The media type of the format.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// How all names begin.
    static let prefix = "kube_standby_"

    /// All metrics of a moment.
    static func write(_ snapshot: MetricsSnapshot) -> String {
        Metric.all.map { write($0, of: snapshot) }.joined()
    }

    private static func write(_ metric: Metric, of snapshot: MetricsSnapshot) -> String {
        let name = prefix + metric.name
        let samples = metric.samples(snapshot).map { sample in
            let labels = sample.label.map { "{\($0.name)=\"\($0.value)\"}" } ?? ""
            return "\(name)\(labels) \(sample.value)"
        }
        let lines = ["# HELP \(name) \(metric.help)", "# TYPE \(name) \(metric.kind.rawValue)"] + samples
        return lines.joined(separator: "\n") + "\n"
    }
}
