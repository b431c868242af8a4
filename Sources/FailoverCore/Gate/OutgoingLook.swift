/// Reads of a pod that a promotion waits for, now and then and from no cache: the watch that should tell of its end may be silent for
/// as long as the API server accepts it and sends nothing.
struct OutgoingLook: Sendable, Hashable {
    /// Between two looks while the informer has shown all that is known of the pod, and while it has not: then it is blind.
    private static let (usual, whileBehind) = (Duration.seconds(5), Duration.seconds(1))
    /// Longer is not waited for somebody else to tell what cannot be read any more.
    private static let longest = Duration.seconds(60)

    /// The read that is under way; nil: none is.
    private var asked: OperationID?
    /// When it was looked last, or waited for first.
    private var last: MonotonicTime
    /// How often it was gone, in a row, and nobody said how it ended.
    private var vain = 0
    /// Whether all is known that will ever be.
    private var isOver = false
    /// The newest version that was known of it; nil: none was, so that nobody can say how it ended.
    private(set) var version: ObjectVersion?

    /// It is waited for from now on; `version`: that is known of it.
    init(since now: MonotonicTime, _ version: ObjectVersion?) {
        last = now
        self.version = version
    }

    /// When it is to be looked at; nil: a read is under way, or none is needed.
    ///
    /// `isBehind`: whether the informer has not shown yet what is known of the pod.
    func due(isBehind: Bool) -> MonotonicTime? {
        if isOver || asked != nil { return nil }
        if vain > 0 { return last + min(Self.usual * (1 << min(vain - 1, 8)), Self.longest) }
        return last + (isBehind ? Self.whileBehind : Self.usual)
    }

    /// It is read by an operation; `newest`: the version that is known by now.
    mutating func begin(_ id: OperationID, _ newest: ObjectVersion?) {
        asked = id
        version = [newest, version].compactMap(\.self).max()
    }

    /// Whether a read waits for an operation.
    func awaits(_ id: OperationID) -> Bool { asked == id }

    /// How that ended.
    mutating func ended(_ outcome: MemberReadOutcome, of pod: OutgoingMember, at now: MonotonicTime) {
        asked = nil
        last = now
        switch outcome {
        case .found(let member) where member.id == pod.id:
            vain = 0
            version = max(version ?? member.version, member.version)
        case .ended: isOver = true
        case .found, .gone:
            vain += 1
            isOver = version == nil
        case .failed(let failure): last = now + failure.retryAfter
        case .tooNew: break
        }
    }
}
