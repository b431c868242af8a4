/// One hook that is to be run for one change of role of one pod.
package struct HookCall: Sendable, Hashable {
    /// Which hook.
    package var kind: HookKind
    /// The name of the pod whose role changes.
    package var pod: String
    /// Its uid: one that is recreated under the same name is another.
    package var id: Member.ID
    /// Of the move, so that a receiver can drop what it heard already, or what is older.
    package var epoch: Epoch
    /// The pods that were active before the move, by name.
    package var from: [String]
    /// The pod that is to be active; nil: nobody.
    package var to: String?
    /// Of the move.
    package var cause: SwitchCause
    /// When the move was announced, microseconds since 1970 by the wall clock of whoever announced it; nil: now, to be filled in when
    /// the record is written.
    package var time: Int64?

    /// A call; the parameters are the properties.
    package init(
        kind: HookKind,
        pod: String,
        id: Member.ID,
        epoch: Epoch,
        from: [String],
        to: String?,
        cause: SwitchCause,
        time: Int64? = nil
    ) {
        self.kind = kind
        self.pod = pod
        self.id = id
        self.epoch = epoch
        self.from = from
        self.to = to
        self.cause = cause
        self.time = time
    }
}

/// How a hook ended that was tried as often as it is to be.
package enum HookOutcome: Sendable, Hashable {
    /// One try succeeded.
    case succeeded
    /// The pod is no more in which it was to be run.
    case gone
    /// It was cancelled by the supervisor itself: it ends, or the call is not wanted any more.
    case notSent
    /// No try succeeded; why the last one did not.
    case failed(String)
}

/// Why a hook is never run.
package enum HookDrop: Sendable, Hashable {
    /// The pod's role is another again, or never changed.
    case overtaken
    /// The group has no such hook any more.
    case unconfigured
    /// The pod is no more.
    case gone
    /// The record owes too many.
    case tooMany
}

extension HookDrop: CustomStringConvertible {
    package var description: String {
        switch self {
        case .overtaken: "the pod's role is another by now"
        case .unconfigured: "there is no such hook any more"
        case .gone: "the pod is gone"
        case .tooMany: "too many others are owed"
        }
    }
}
