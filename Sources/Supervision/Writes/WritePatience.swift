import FailoverCore
import KubernetesClient

/// How long the writes of one group may take.
///
/// The API server goes on without a webhook that does not answer, if its `failurePolicy` is `Ignore`, but only within the time
/// that the request has: 10 s for each such webhook by default, 30 s at most. So whoever gives up before that never gets through.
///
/// | tries in a row without an answer | 0 | 1 | 2 and more |
/// |---|---|---|---|
/// | the next one may take, s | 5 | 12 | 30 |
///
/// Counted for each object; of others of its kind the first try counts as a second, for they most likely share the webhook. An
/// answer within 5 s ends it; one that comes later has needed the time, and the next will.
/// https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#timeouts
struct WritePatience: Sendable {
    private struct Silence: Sendable {
        var tries: Int
        /// When it is forgotten.
        var end: MonotonicTime
    }

    /// By the number of tries in a row that had no answer.
    static let times: [Duration] = [APIClient.requestTimeout, .seconds(12), .seconds(30)]
    /// What was refused as late before this had not been waited for.
    private static let shortest = WriteScheduler.patience
    /// What has not been tried again for so long is forgotten.
    private static let memory: Duration = .seconds(120)

    private var silences: [WriteTarget: Silence] = [:]

    /// Tries in a row that had no answer in time.
    func tries(_ target: WriteTarget, at now: MonotonicTime) -> Int {
        if let own = silences[target], now < own.end { return own.tries }
        return silences.contains { $0.key.isLike(target) && now < $0.value.end } ? 1 : 0
    }

    /// How long the next one may take.
    func time(_ target: WriteTarget, at now: MonotonicTime) -> Duration {
        let time = Self.times[min(tries(target, at: now), Self.times.count - 1)]
        return target.mayOutlastLead ? time : min(time, Self.times[1])
    }

    /// Takes in how a try ended.
    mutating func ended(
        _ target: WriteTarget,
        _ ending: WriteWindow.Ending,
        after time: Duration,
        at now: MonotonicTime
    ) {
        let tries = tries(target, at: now)
        silences = silences.filter { now < $0.value.end }
        switch ending {
        case .unanswered:
            if time >= Self.shortest { silences[target] = Silence(tries: tries + 1, end: now + Self.memory) }
        case .answered, .overloaded:
            if time <= Self.times[0] {
                silences[target] = nil
            } else if tries > 0 {
                silences[target] = Silence(tries: tries, end: now + Self.memory)
            }
        }
    }
}
