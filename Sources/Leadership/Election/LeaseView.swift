package import FailoverCore

/// What a Lease says, as far as an election looks at it.
package struct LeaseView: Sendable, Hashable {
    /// Of the object, the condition of a write.
    package var version: ObjectVersion
    /// Nil: nobody's.
    package var holder: String?
    /// How long it is good, as its holder published it; nil: not said.
    package var duration: Duration?
    /// How often its holder changed; anything may stand there.
    package var transitions: Int
    /// Differs from one renewal to the next of the same holder; its value means nothing.
    package var renewal: Int64

    /// A view; the parameters are the properties, and an empty holder is nobody.
    package init(version: ObjectVersion, holder: String?, duration: Duration?, transitions: Int, renewal: Int64) {
        self.version = version
        self.holder = holder.flatMap { $0.isEmpty ? nil : $0 }
        self.duration = duration
        self.transitions = transitions
        self.renewal = renewal
    }

    /// How long it is good from a renewal on: as it says, within bounds.
    package func lifetime(unlessSaid duration: Duration) -> Duration {
        min(max(self.duration ?? duration, .seconds(1)), ElectionTiming.longestDuration)
    }

    /// Whether nobody renewed it between this and `other`; who else wrote on it does not matter.
    func isSameRecord(as other: LeaseView) -> Bool {
        (holder, duration, transitions, renewal)
            == (other.holder, other.duration, other.transitions, other.renewal)
    }
}

/// One write of a Lease; all that it does not name stays as it is.
package struct LeaseWrite: Sendable, Hashable {
    /// Nil: it is created; else the version that it replaces, and no other.
    package var version: ObjectVersion?
    /// Nil: it is released.
    package var holder: String?
    /// How long it is good from now on.
    package var duration: Duration
    /// How often its holder changed, with this.
    package var transitions: Int
    /// Whether it had the same holder before, so that the time of its acquisition stays.
    package var keepsAcquireTime: Bool

    /// A write; the parameters are the properties.
    package init(
        version: ObjectVersion? = nil,
        holder: String?,
        duration: Duration = ElectionTiming.standard.leaseDuration,
        transitions: Int = 0,
        keepsAcquireTime: Bool = false
    ) {
        self.version = version
        self.holder = holder
        self.duration = duration
        self.transitions = transitions
        self.keepsAcquireTime = keepsAcquireTime
    }
}

/// What became of a read.
package enum LeaseReadOutcome: Sendable, Hashable {
    /// It is there.
    case found(LeaseView)
    /// There is none.
    case absent
    /// No answer, or a refusal.
    case failed
}

/// What became of a write.
package enum LeaseWriteOutcome: Sendable, Hashable {
    /// As it is stored now.
    case written(LeaseView)
    /// Another version is there, or none; nothing was written.
    case conflict
    /// Nothing was written, for another reason.
    case failed
    /// No answer: it may have been written, or may be later; `renewal` is what stands on the Lease then.
    case unknown(renewal: Int64)
}
