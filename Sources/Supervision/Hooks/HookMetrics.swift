import FailoverCore
import Metrics

/// Counts and times hooks, by what they are run for.
struct HookMetrics: Sendable {
    /// What became of a hook.
    enum Result: String, Sendable, CaseIterable {
        /// A try succeeded.
        case succeeded
        /// All tries failed, or one did for good.
        case failed
        /// The pod was no more in which it was to be run.
        case gone
    }

    private let counters: [HookKind: [Result: Counter]]
    private let timers: [HookKind: Timer]

    /// Everything begins at 0.
    init(_ factory: any MetricsFactory) {
        func counter(_ kind: HookKind, _ result: Result) -> Counter {
            let labels = [("hook", kind.rawValue), ("result", result.rawValue)]
            return Counter(label: "kube_standby_hooks_total", dimensions: labels, factory: factory)
        }
        func timer(_ kind: HookKind) -> Timer {
            let labels = [("hook", kind.rawValue)]
            return Timer(label: "kube_standby_hook_duration_seconds", dimensions: labels, factory: factory)
        }
        counters = Dictionary(
            uniqueKeysWithValues: HookKind.allCases.map { kind in
                let results = Result.allCases.map { ($0, counter(kind, $0)) }
                return (kind, Dictionary(uniqueKeysWithValues: results))
            }
        )
        timers = Dictionary(uniqueKeysWithValues: HookKind.allCases.map { ($0, timer($0)) })
    }

    /// A hook ended; one that was not run counts for nothing.
    func ended(_ kind: HookKind, _ outcome: HookOutcome, after time: Duration) {
        let result: Result
        switch outcome {
        case .succeeded: result = .succeeded
        case .gone: result = .gone
        case .failed: result = .failed
        case .notSent: return
        }
        counters[kind]?[result]?.increment()
        timers[kind]?.record(duration: time)
    }
}
