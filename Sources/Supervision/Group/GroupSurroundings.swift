import Coordination
import FailoverCore
import Foundation
import KubernetesClient
import Probing

/// A collection of objects that notifies its subscribers of changes: an `Informer`, or what a test puts in its place.
protocol ObjectSource<Resource>: AnyObject, Sendable {
    /// The kind of object.
    associatedtype Resource: KubernetesResource

    /// Whether the first list is in.
    var hasSynced: Bool { get async }
    /// Calls `act`, which must be quick, once the first list is in.
    func whenListed(_ act: @escaping @Sendable () -> Void) async
    /// Tells a new subscriber of every object that it selects, now and later; see `Informer`.
    func subscribe(
        to scope: InformerScope,
        where selects: (@Sendable (Resource) -> Bool)?,
        replacing previous: Int?,
        isEssential: Bool,
        _ receive: @escaping @Sendable (InformerEvent<Resource>) -> Void
    ) async -> Int
    /// Tells a subscriber nothing more.
    func unsubscribe(_ id: Int) async
    /// Follows the collection until the task is cancelled.
    func run() async
}

extension Informer: ObjectSource {}

extension ObjectSource {
    /// Waits until the first list is in, or the task is cancelled.
    func firstList() async {
        let latch = Latch()
        await whenListed(latch.open)
        await latch.wait()
    }

    /// Subscribes to all objects of a scope.
    func subscribe(
        to scope: InformerScope,
        _ receive: @escaping @Sendable (InformerEvent<Resource>) -> Void
    ) async -> Int {
        await subscribe(to: scope, where: nil, replacing: nil, receive)
    }

    /// Subscribes to those objects of a scope that are selected; where the collection can be done without, so can this subscriber.
    func subscribe(
        to scope: InformerScope,
        where selects: (@Sendable (Resource) -> Bool)?,
        replacing previous: Int?,
        _ receive: @escaping @Sendable (InformerEvent<Resource>) -> Void
    ) async -> Int {
        await subscribe(to: scope, where: selects, replacing: previous, isEssential: false, receive)
    }
}

/// What probes the members of groups: the `ProbeEngine`, or what a test puts in its place.
protocol MemberProbing: AnyObject, Sendable {
    /// Sets the members of a group; see `ProbeEngine`.
    func setTargets(
        _ targets: [ProbeTarget],
        of group: String,
        renewing renewed: Set<Member.ID>,
        onDoubt: @escaping @Sendable (Suspension) -> Void,
        _ receive: @escaping @Sendable (ProbeReport) -> Void
    ) async
    /// Stops probing a group.
    func remove(group: String) async
    /// Probes a member now, unless it has succeeded since a time; the end is reported in any case.
    func probeNow(_ key: ProbeTarget.Key, unlessSucceededSince since: MonotonicTime) async
    /// Forgets a member's verdict, and counts anew.
    func forget(_ key: ProbeTarget.Key) async
    /// Asks one candidate for its score, beside all probes; `pointer`: where the number is in a JSON answer.
    func score(of target: ProbeTarget, at pointer: String?) async -> CandidateScore
}

extension ProbeEngine: MemberProbing {}

extension GroupSupervisor {
    /// Where a group gets its objects and its probes from, and whom it notifies.
    struct Surroundings: Sendable {
        /// Reads and writes the Lease and the pods.
        var api: any GroupAPI
        /// The pods of the group's namespace.
        var pods: any ObjectSource<Pod>
        /// The Services of the group's namespace.
        var services: any ObjectSource<Service>
        /// Those of groups only.
        var leases: any ObjectSource<Lease>
        /// The EndpointSlices of the namespace's Services.
        var endpoints: any ObjectSource<ServiceEndpoints>
        /// The cluster's nodes; nil: nobody follows them.
        var nodes: (any ObjectSource<Node>)?
        /// Probes the members.
        var probes: any MemberProbing
        /// Where groups agree who writes which pod.
        var claims: ClaimRegistry
        /// Where groups that belong together tell each other where they are.
        var companions = CompanionRegistry()
        /// Where writes wait while this supervisor does not lead.
        var gate: WriteGate
        /// The monotonic clock.
        var clock: SupervisionClock
        /// Calls when a timer of the machine is due.
        var alarm: Alarm
        /// The wall clock.
        var wallTime: @Sendable () -> Date = { Date() }
        /// Runs the hooks of moves; shared by all; nil: nobody does.
        var hooks: HookRunner?
        /// Called from the group's actor; must be quick.
        var notify: @Sendable (GroupNotice) -> Void
        /// Where candidates wait that are to be asked for their scores; shared by all.
        var scoreTurns = RequestLimiter(limit: mostAsked)
        /// Where a group without a task is given one; shared by all.
        var tasks = GroupTasks()
        /// How many standby replicas could be asked for their opinions.
        var standbys: @Sendable () -> Int = { 0 }
        /// Who is told that the group may stand elsewhere than before; shared by all.
        var feed = StatusFeed()
        /// By which times are shown; shared by all.
        var calendar = WallCalendar()
    }
}
