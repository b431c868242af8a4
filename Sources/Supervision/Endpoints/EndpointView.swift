import Coordination
import FailoverCore
import KubernetesClient

/// What a group knows of its Service's endpoints: whether a demoted pod is still shown, and since when a promoted one is to
/// be.
///
/// Nothing is known before the first list: then nobody waits. While the slices cannot be followed a list may show that a pod has
/// become an endpoint, but nobody waits for it, and how long it took is not known.
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
        /// Whether the endpoints could be followed all the time, so that it is known how long it takes.
        var isTimed = true
        /// Opened when it is awaited no more.
        let ended = Latch()
    }

    /// What a change of the endpoints comes to.
    enum Outcome: Sendable {
        /// The demoted pods are shown no more, or nobody can tell.
        case settled(OperationID)
        /// The promoted pod is a ready endpoint; nil: it is not known since when.
        case followed(Awaited, after: Duration?)
        /// It is not looked at any more whether it becomes one: another pod was promoted, or the group lets go of it.
        case dropped(Awaited)
    }

    /// The Service whose endpoints are followed; nil: none.
    let service: String?
    /// Which Service this is of those that the group has followed: news of another are none.
    let number: Int
    /// Names the subscription; nil: there is none.
    var subscription: Int?
    /// The pods that are shown, and whether each is ready; nil: not seen yet.
    private var shown: [Member.ID: Bool]?
    private var isReadable = true
    private var settling: (id: OperationID, pods: Set<Member.ID>)?
    /// The write of a promotion that is on its way, and its epoch.
    private var promotion: (id: OperationID, epoch: Epoch)?
    /// Nil: the endpoints have followed, or it is not looked at.
    private(set) var awaited: Awaited?
    /// Of the promotion that was heard of last.
    private var lastAwaited: Epoch?

    /// Nothing is known; `service`: the Service that is to be followed, nil: none; `number`: how many were before.
    init(of service: String? = nil, number: Int = 0) {
        self.service = service
        self.number = number
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

    /// The slices can be followed, or cannot be any more.
    mutating func readable(_ isReadable: Bool, at now: MonotonicTime) -> [Outcome] {
        self.isReadable = isReadable
        if isReadable { return news(at: now) }
        awaited?.isTimed = false
        awaited?.ended.open()
        return settle(where: true)
    }

    /// The pods that are shown; nil: nobody can tell of one that it is not.
    private var known: [Member.ID: Bool]? { isReadable ? shown : nil }

    private mutating func news(at now: MonotonicTime) -> [Outcome] {
        guard let shown else { return [] }
        let isSettled = settling.map { $0.pods.isDisjoint(with: shown.keys) } ?? false
        var outcomes = settle(where: isSettled)
        if let awaited, shown[awaited.pod] == true {
            self.awaited = nil
            outcomes.append(.followed(awaited, after: awaited.isTimed ? now.since(awaited.since) : nil))
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

    /// The endpoint of a move has been awaited for so long that it is to be reported; nil: it is not awaited any more, or was,
    /// or nobody can tell.
    mutating func late(_ epoch: Epoch) -> Awaited? {
        guard known != nil, awaited?.epoch == epoch, awaited?.isLate == false else { return nil }
        awaited?.isLate = true
        return awaited
    }

    /// The pod itself is why it is no endpoint, and no longer the cluster.
    ///
    /// - Returns: what was reported as late until now.
    mutating func excused() -> Awaited? {
        guard let late = awaited, late.isLate else { return nil }
        awaited?.isLate = false
        return late
    }
}
