package import FailoverCore

/// What the engine tells of a member: a change of health, another result than the last, or one that was asked for.
package struct ProbeReport: Sendable, Hashable {
    package var member: Member.ID
    package var pod: String
    /// What all results come to, this one included.
    package var evidence: HealthEvidence
    package var verdict: ProbeVerdict
    /// What was seen, for people: `HTTP 200`, `no answer in time`.
    package var detail: String
    /// Whether the health changed by this result.
    package var isChange: Bool
    /// Whether only the machine wants to know: there is nothing to tell people.
    package var isRepetition = false

    /// The health after this result.
    package var health: Health { evidence.health }
}
