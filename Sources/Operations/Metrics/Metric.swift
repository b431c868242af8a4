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
        /// Names and values, if the metric is divided.
        var labels: [(name: String, value: String)] = []
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
    /// The upper bounds of a histogram's buckets, of all but the last.
    var bounds: [Double] = []
    /// Reads the values; none: the metric is described all the same.
    var samples: @Sendable (MetricsSnapshot) -> [Sample]

    /// One that is divided by a label.
    init(
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
        samples = { snapshot in values(snapshot).map { Sample(labels: [(label, $0)], value: "\($1)") } }
    }

    /// One that is a single number.
    init(
        _ kind: Kind,
        _ name: String,
        _ help: String,
        isCommon: Bool = false,
        _ value: @escaping @Sendable (MetricsSnapshot) -> any Numeric & Sendable
    ) {
        self.name = name
        self.isCommon = isCommon
        self.kind = kind
        self.help = help
        samples = { [Sample(value: "\(value($0))")] }
    }

    /// One that the rooms count or time through swift-metrics; `labels`: in the order in which they name them.
    init(
        measured kind: Kind,
        _ name: String,
        _ help: String,
        by labels: [String] = [],
        isCommon: Bool = false,
        bounds: [Double] = []
    ) {
        self.name = name
        self.isCommon = isCommon
        self.kind = kind
        self.help = help
        self.bounds = bounds
        let fullName = isCommon ? name : MetricsText.prefix + name
        samples = { snapshot in
            snapshot.measured(fullName).flatMap { series in
                Self.samples(of: series.value, labels: Array(zip(labels, series.labels)), bounds)
            }
        }
    }

    private static func samples(
        of value: MetricsRegistry.Value,
        labels: [(name: String, value: String)],
        _ bounds: [Double]
    ) -> [Sample] {
        switch value {
        case .number(let number): return [Sample(labels: labels, value: MetricsText.number(number))]
        case .distribution(let buckets, let sum):
            var count = 0
            var samples: [Sample] = []
            for (bound, values) in zip(bounds.map { "\($0)" } + ["+Inf"], buckets) {
                count += values
                samples.append(Sample(suffix: "_bucket", labels: labels + [("le", bound)], value: "\(count)"))
            }
            return samples + [
                Sample(suffix: "_sum", labels: labels, value: "\(sum)"),
                Sample(suffix: "_count", labels: labels, value: "\(count)"),
            ]
        }
    }
}
