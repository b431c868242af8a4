import Supervision

/// Writes metrics in Prometheus' text format.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
enum MetricsText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What is known of the configuration.
    static func write(_ state: ConfigurationStatus.State) -> String {
        [
            gauge(
                "config_last_reload_successful",
                "Whether the configuration that was read last is the one that is running.",
                state.isLastReloadSuccessful ? "1" : "0"
            ),
            gauge(
                "config_last_reload_success_timestamp_seconds",
                "When the running configuration was read, seconds since 1970.",
                "\(state.lastSuccess)"
            ),
            gauge("config_groups", "Groups of the running configuration.", "\(state.groups)"),
            metric(
                "config_reloads_total",
                "counter",
                "Reloads since the start, by their result.",
                ["{result=\"success\"} \(state.successes)", "{result=\"failure\"} \(state.failures)"]
            ),
        ].joined()
    }

    /// What probing has come to.
    static func write(_ counts: ProbeCounts) -> String {
        [
            metric(
                "probes_total",
                "counter",
                "Probes that ended since the start, by their result; none: an error of our own, which says nothing.",
                [
                    "{result=\"success\"} \(counts.successes)", "{result=\"failure\"} \(counts.failures)",
                    "{result=\"none\"} \(counts.withoutResult)",
                ]
            ),
            metric(
                "command_cpu_seconds_total",
                "counter",
                "Processor time of commands that have ended, probes' and credential plugins'.",
                [" \(counts.commandSeconds)"]
            ),
        ].joined()
    }

    /// How long the event loops work without a look at what else there is.
    static func write(_ turns: [(loop: String, turn: Duration)]) -> String {
        metric(
            "loop_longest_turn_seconds",
            "gauge",
            "The longest turn of an event loop in the last minute or two, the one under way included; probes are as late.",
            turns.map { "{loop=\"\($0.loop)\"} \($0.turn / .seconds(1))" }
        )
    }

    /// What became of the log.
    static func write(droppedLogLines: Int) -> String {
        metric(
            "log_dropped_lines_total",
            "counter",
            "Lines of the log since the start that could not be written: no reader, a closed pipe, a full disk.",
            [" \(droppedLogLines)"]
        )
    }

    private static func gauge(_ name: String, _ help: String, _ value: String) -> String {
        metric(name, "gauge", help, [" " + value])
    }

    private static func metric(_ name: String, _ type: String, _ help: String, _ samples: [String]) -> String {
        let full = "kube_standby_\(name)"
        let lines = ["# HELP \(full) \(help)", "# TYPE \(full) \(type)"] + samples.map { full + $0 }
        return lines.joined(separator: "\n") + "\n"
    }
}
