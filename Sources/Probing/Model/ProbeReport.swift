package import FailoverCore

/// What the engine tells of a member: a change of health, or another result than the last.
package struct ProbeReport: Sendable, Hashable {
    package var member: Member.ID
    package var pod: String
    /// The health after this result.
    package var health: Health
    /// Whether the last results contradict `health`, without having reached the threshold that would change it.
    package var isDoubted: Bool
    package var verdict: ProbeVerdict
    /// When the probe began.
    package var startedAt: MonotonicTime
    /// What was seen, for people: `HTTP 200`, `no answer in time`.
    package var detail: String
    /// Whether `health` changed by this result.
    package var isChange: Bool
}
