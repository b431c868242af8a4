import FailoverCore
import Metrics
import StandbyConfiguration

/// Counts and times probes, by what they ask: made once, so that a probe costs no search.
struct ProbeMetrics: Sendable {
    /// Probes that ended, by their result.
    private static let count = "kube_standby_probes_total"
    /// From a probe's beginning to its end.
    private static let duration = "kube_standby_probe_duration_seconds"

    /// What is counted of one type of probe.
    private struct OfType: Sendable {
        let duration: Timer
        let success: Counter
        let failure: Counter
        let none: Counter

        init(_ type: String, _ factory: any MetricsFactory) {
            func counter(_ result: String) -> Counter {
                Counter(label: count, dimensions: [("type", type), ("result", result)], factory: factory)
            }
            duration = Timer(label: ProbeMetrics.duration, dimensions: [("type", type)], factory: factory)
            success = counter("success")
            failure = counter("failure")
            none = counter("none")
        }
    }

    private let http: OfType
    private let tcp: OfType
    private let grpc: OfType
    private let exec: OfType

    /// Every type begins at 0.
    init(_ factory: any MetricsFactory) {
        http = OfType("http", factory)
        tcp = OfType("tcp", factory)
        grpc = OfType("grpc", factory)
        exec = OfType("exec", factory)
    }

    /// A probe ended; one without a result has no duration that would say anything.
    func ended(_ handler: ProbeConfiguration.Handler, _ verdict: ProbeVerdict, after duration: Duration) {
        let metrics = of(handler)
        switch verdict {
        case .success: metrics.success.increment()
        case .failure: metrics.failure.increment()
        case .noResult: return metrics.none.increment()
        }
        metrics.duration.recordNanoseconds(Int64(clamping: duration.wholeNanoseconds))
    }

    private func of(_ handler: ProbeConfiguration.Handler) -> OfType {
        switch handler {
        case .httpGet: http
        case .tcpSocket: tcp
        case .grpc: grpc
        case .exec: exec
        }
    }
}
