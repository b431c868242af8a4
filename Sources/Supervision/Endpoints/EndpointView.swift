import Coordination
import FailoverCore
import KubernetesClient

/// What a group knows of its Service's endpoints: whether a demoted pod is still shown, and since when a promoted one is to
/// be.
///
/// Nothing is known before the first list, nor while the API server refuses it: then nobody waits.
struct EndpointView: Sendable {
    /// The longest wait for the endpoints to show a demotion.
    static let longestSettling: Duration = .milliseconds(100)
    /// A promotion that is not shown for longer is reported.
    static let longestLag: Duration = .seconds(5)

    /// A promoted pod that is to become an endpoint.
    struct Awaited: Sendable {
        /// The pod.
        var pod: Member.ID
        /// The pod's name.
        var name: String
        /// Of the move.
        var epoch: Epoch
        /// When its promotion was acknowledged.
        var since: MonotonicTime
        /// Whether it was reported that this takes long.
        var isLate = false
        /// Opened when it is awaited no more.
        let ended = Latch()
    }

    /// What a change of the endpoints comes to.
    enum Outcome: Sendable {
        /// The demoted pods are shown no more, or nobody can tell.
        case settled(OperationID)
        /// The promoted pod is a ready endpoint since now.
        case followed(Awaited, after: Duration)
        /// Nobody can tell any more whether it becomes one, or another pod was promoted.
        case dropped(Awaited)
    }

    /// The Service whose endpoints are followed; nil: none.
    private(set) var service: String?
    /// Names the subscription; nil: there is none.
    var subscription: Int?
    /// The pods that are shown, and whether each is ready; nil: not seen yet.
    private var shown: [Member.ID: Bool]?
    private var isReadable = true
    private var settling: (id: OperationID, pods: Set<Member.ID>)?
    /// The write of a promotion that is on its way, and its epoch.
    private var promotion: (id: OperationID, epoch: Epoch)?
    /// Nil: the endpoints have followed, or nobody can tell.
    private(set) var awaited: Awaited?
    /// Of the promotion that was heard of last.
    private var lastAwaited: Epoch?

    /// Nothing is known; `service`: the Service that is to be followed, nil: none.
    init(of service: String? = nil) {
        self.service = service
    }

    // MARK: What is seen

    /// The Service's slices are these now.
    mutating func observed(_ slices: [ServiceEndpoints], at now: MonotonicTime) -> [Outcome] {
        var pods: [Member.ID: Bool] = [:]
        for endpoint in slices.lazy.flatMap(\.endpoints) {
            let id = Member.ID(endpoint.pod)
            pods[id] = endpoint.isReady || pods[id] ?? false
        }
        shown = pods
        return news(at: now)
    }

    /// The slices can be read, or cannot be any more.
    mutating func readable(_ isReadable: Bool, at now: MonotonicTime) -> [Outcome] {
        self.isReadable = isReadable
        // How long it took could not be told any more.
        return isReadable ? news(at: now) : drop() + settle(where: true)
    }

    /// The pods that are shown; nil: nobody can tell.
    private var known: [Member.ID: Bool]? { isReadable ? shown : nil }

    private mutating func news(at now: MonotonicTime) -> [Outcome] {
        guard let known else { return [] }
        let isSettled = settling.map { $0.pods.isDisjoint(with: known.keys) } ?? false
        var outcomes = settle(where: isSettled)
        if let awaited, known[awaited.pod] == true {
            self.awaited = nil
            outcomes.append(.followed(awaited, after: now.since(awaited.since)))
        }
        return outcomes
    }

    private mutating func settle(where isSettled: Bool) -> [Outcome] {
        guard isSettled, let id = settling?.id else { return [] }
        settling = nil
        return [.settled(id)]
    }

    /// Nobody waits for the endpoint of a promoted pod any more.
    mutating func drop() -> [Outcome] {
        defer { awaited = nil }
        return awaited.map { [.dropped($0)] } ?? []
    }

    // MARK: Moves

    /// Pods were demoted, and the promotion is to wait for the endpoints.
    ///
    /// - Returns: whether there is something to wait for.
    mutating func settle(_ id: OperationID, without pods: Set<Member.ID>) -> Bool {
        guard let known, !pods.isDisjoint(with: known.keys) else { return false }
        settling = (id, pods)
        return true
    }

    /// The write that promotes a pod is on its way.
    mutating func promotes(_ id: OperationID, at epoch: Epoch) {
        promotion = (id, epoch)
    }

    /// A role was written: if that was the promotion, the pod's endpoint is awaited.
    mutating func roleWritten(_ id: OperationID, _ outcome: RoleWriteOutcome, at now: MonotonicTime) -> [Outcome] {
        guard let promotion, promotion.id == id else { return [] }
        self.promotion = nil
        guard case .written(let member) = outcome, member.role == .active else { return [] }
        return expect(member, promotion.epoch, at: now)
    }

    /// A move is complete; its promotion may have become known by a read only.
    mutating func moved(_ move: CompletedMove, at now: MonotonicTime) -> [Outcome] {
        guard let target = move.target else { return drop() }
        return lastAwaited == move.epoch ? [] : expect(target, move.epoch, at: now)
    }

    private mutating func expect(_ member: Member, _ epoch: Epoch, at now: MonotonicTime) -> [Outcome] {
        lastAwaited = epoch
        let dropped = drop()
        guard known != nil else { return dropped }
        awaited = Awaited(pod: member.id, name: member.name, epoch: epoch, since: now)
        return dropped + news(at: now)
    }

    /// The endpoint of a move has been awaited for so long that it is to be reported; nil: it is not awaited any more, or was.
    mutating func late(_ epoch: Epoch) -> Awaited? {
        guard awaited?.epoch == epoch, awaited?.isLate == false else { return nil }
        awaited?.isLate = true
        return awaited
    }
}
