import Coordination
import FailoverCore
import Metrics

/// Runs hooks, each up to three times, and of all groups no more than a few at once.
final class HookRunner: Sendable {
    /// How a try ended.
    enum Attempt: Sendable, Hashable {
        /// The hook has done its work.
        case succeeded
        /// The pod is no more in which it was to be run.
        case gone
        /// The same try would fail again; why.
        case refused(String)
        /// It may succeed later; why it did not.
        case failed(String)
    }

    /// Tries of one call.
    static let tries = 3
    /// Tries that are under way at once, over all groups.
    static let mostAtOnce = 64
    /// Before another try.
    private static let backoff = Backoff(first: .seconds(1), cap: .seconds(10))

    /// How long a call may take from its first try on, with all tries and what lies between them.
    static func longest(of timeout: Duration) -> Duration {
        (1..<tries).reduce(timeout * tries) { $0 + backoff.delay(attempt: $1 - 1, jitter: 1) }
    }

    /// Where tries wait that are too many.
    let turns = RequestLimiter(limit: mostAtOnce)
    /// The same for those that a promotion waits for: whatever hangs that nobody requires is not in their way.
    let turnsOfRequired = RequestLimiter(limit: mostAtOnce)
    private let metrics: HookMetrics
    private let sleep: @Sendable (Duration) async -> Void
    private let attempt: @Sendable (HookErrand) async -> Attempt

    /// `sleep`: waits for so long, or until the task is cancelled; `attempt`: tries once, and ends within the hook's timeout.
    init(
        metrics: any MetricsFactory,
        sleep: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        attempt: @escaping @Sendable (HookErrand) async -> Attempt
    ) {
        self.metrics = HookMetrics(metrics)
        self.sleep = sleep
        self.attempt = attempt
    }

    /// Runs a hook until a try succeeds, or three have failed, or the task is cancelled.
    ///
    /// `urgency`: its place among those that wait for their turns, which no timeout counts; `isWanted`: asked before each try, when its
    /// turn has come.
    func run(
        _ errand: HookErrand,
        _ urgency: WriteUrgency,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> HookOutcome {
        let start = ContinuousClock.now
        let outcome = await outcome(of: errand, urgency, isWanted: isWanted)
        metrics.ended(errand.call.kind, outcome, after: .now - start)
        return outcome
    }

    private func outcome(
        of errand: HookErrand,
        _ urgency: WriteUrgency,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> HookOutcome {
        var reason = ""
        for number in 0..<Self.tries {
            if number > 0 { await sleep(Self.backoff.delay(attempt: number - 1, jitter: .random(in: 0...1))) }
            let end = await (urgency == .promotion ? turnsOfRequired : turns).withTurn(urgency, patience: nil) {
                () -> Attempt? in
                guard !Task.isCancelled, await isWanted() else { return nil }
                return await attempt(errand)
            }
            switch end {
            case .some(.some(.succeeded)): return .succeeded
            case .some(.some(.gone)): return .gone
            case .some(.some(.refused(let words))) where !Task.isCancelled: return .failed(words)
            case .some(.some(.failed(let words))) where !Task.isCancelled: reason = words
            case .some, nil: return .notSent
            }
        }
        return .failed(reason)
    }
}
