package import FailoverCore

/// What the engine reports of a member: a change of health, another result than the last, or one that was asked for.
package struct ProbeReport: Sendable, Hashable {
    /// The pod's uid.
    package var member: Member.ID
    /// The pod's name.
    package var pod: String
    /// What all results come to, this one included.
    package var evidence: HealthEvidence
    /// What this result alone says.
    package var verdict: ProbeVerdict
    /// What was seen, for people: `HTTP 200`, `no answer in time`.
    package var detail: String
    /// Whether the health changed by this result.
    package var isChange: Bool
    /// Whether only the machine wants to know: there is nothing to log.
    package var isRepetition = false

    /// The health after this result.
    package var health: Health { evidence.health }
}

/// Where the probes of one member stand.
package struct ProbeProgress: Sendable, Hashable {
    /// Probes that ended since the member is known.
    package var sequence: Int
    /// When the next probe is due, or the one on its way was; monotonic nanoseconds.
    package var due: UInt64
    /// What the probes have come to.
    package var tracker: HealthTracker
}

/// What the engine has to say of itself rather than of a member.
package enum ProbeConcern: Sendable, Hashable {
    /// It doubts its own probes, and automatic moves are to be suspended.
    case doubt(Suspension)
    /// If enough peers hang, descriptors run out, and probes then have no result.
    ///
    /// `needed`: what the targets need then; `limit`: what this process may have.
    case descriptors(needed: Int, limit: Int)
    /// Probes have no result for want of something of this machine: what it is.
    case ownFault(String)
}
