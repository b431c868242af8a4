/// Why an operation did not succeed, for people, and how long the API server asked to be left alone.
package struct OperationFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package var description: String
    /// From Retry-After; zero if none was given.
    package var retryAfter: Duration
    /// Whether the same request will fail again until somebody mends something.
    package var isLasting: Bool

    /// `isLasting`: false where it is not known.
    package init(_ description: String, retryAfter: Duration = .zero, isLasting: Bool = false) {
        self.description = description
        self.retryAfter = retryAfter
        self.isLasting = isLasting
    }
}

/// How a read of the group's Lease ended.
package enum RecordReadOutcome: Sendable, Hashable {
    /// The Lease as it is stored now.
    case found(StoredRecord)
    /// There is no such Lease.
    case absent
    /// Nothing is known of the Lease; it is read again after a backoff.
    case failed(OperationFailure)
}

/// How a write of the group's Lease ended.
package enum RecordWriteOutcome: Sendable, Hashable {
    /// The record, with the version under which it is stored.
    case written(StoredRecord)
    /// Another version is stored: somebody else acted.
    case conflict
    /// Nothing was asked of the API server, because other groups' requests go first.
    case notSent
    /// Refused, or of unknown outcome: to be read before anything else.
    case failed(OperationFailure)
}

/// How a consistent listing of the group's pods ended.
package enum MemberListOutcome: Sendable, Hashable {
    /// All pods that the Service's selector without the role label matches, and the collection's version.
    case listed([Member], version: ObjectVersion)
    /// Nothing is known of the pods; they are listed again after a backoff.
    case failed(OperationFailure)
}

/// How a read of one pod ended.
package enum MemberReadOutcome: Sendable, Hashable {
    /// The pod of that name as it is stored now; it may be of another uid.
    case found(Member)
    /// No pod of that name.
    case gone
    /// No pod of that name any more: this is how it was at its end.
    case ended(Member)
    /// It was changed after the newest listing: what it is to the group is not known yet.
    case tooNew
    /// Nothing is known of the pod; it is read again after a backoff.
    case failed(OperationFailure)

    /// The pod that was read, whether it is there still.
    var member: Member? {
        switch self {
        case .found(let member), .ended(let member): member
        case .gone, .tooNew, .failed: nil
        }
    }
}

/// How a write of a role ended.
package enum RoleWriteOutcome: Sendable, Hashable {
    /// The pod as it is stored now.
    case written(Member)
    /// No pod of that name, or another uid.
    case gone
    /// Another version is stored.
    case conflict
    /// Nothing was asked of the API server, because other groups' requests go first.
    case notSent
    /// The API server denied it, and nothing was stored: the same write will be denied again until somebody mends something.
    case refused(OperationFailure)
    /// Of unknown outcome, or not now: to be read before anything else.
    case failed(OperationFailure)
}

/// What the API server says that it would do with a write of a role (`dryRun=All`).
package enum RoleTrialOutcome: Sendable, Hashable {
    /// It would do it; or it does not say, for a webhook knows no dry run, nobody answers, or the pod was changed or is gone.
    case notRefused
    /// It would deny it.
    case refused(OperationFailure)
}

/// How the deletion of a pod ended, for which its uid was named.
package enum PodDeletionOutcome: Sendable, Hashable {
    /// The API server has begun it.
    case accepted
    /// There is no such pod, or another has its name.
    case gone
    /// Denied, or of unknown outcome: it is asked again after a backoff.
    case failed(OperationFailure)
    /// Nothing was asked of the API server: nobody wants it any more, or this supervisor may not write now.
    case notSent

    /// Whether the pod may be deleted all the same.
    var mayBeCarriedOut: Bool {
        switch self {
        case .accepted, .gone: true
        case .failed(let failure): !failure.isLasting
        case .notSent: false
        }
    }
}
