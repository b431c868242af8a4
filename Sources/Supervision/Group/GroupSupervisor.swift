import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration
import Transport

/// Supervises one group: everything that concerns it becomes an input of one loop; the machine decides; effects run as
/// child tasks whose outcomes are inputs again.
actor GroupSupervisor {
    /// Where a group gets its objects and its probes from, and whom it tells.
    struct Surroundings: Sendable {
        var api: KubernetesGroupAPI
        var pods: Informer<Pod>
        var services: Informer<Service>
        /// Those of groups only.
        var leases: Informer<Lease>
        var probes: ProbeEngine
        var clock: SupervisionClock
        var notify: @Sendable (GroupNotice) -> Void
    }

    /// How long a switch that is under way may still take after the supervisor was asked to end.
    private static let shutdownGrace: Duration = .seconds(5)
    /// Waits between attempts of a failed operation; a recovery of the connection ends them early.
    private static let backoff = Backoff(first: .milliseconds(50), cap: .seconds(2))

    var configuration: GroupConfiguration
    let namespace: String
    let surroundings: Surroundings
    var mapping: PodMapping
    private nonisolated let mailbox = CoalescingMailbox<GroupInput.Key, GroupInput>(merging: GroupInput.merge)
    var machine: GroupStateMachine
    var service = ServiceCheck.pending
    /// The Service as last seen; nil if there is none, or none was seen yet.
    var seenService: Service?
    /// The pods as last seen; nil before the first look.
    var seenPods: InformerSnapshot<Pod>?
    var serviceSubscription: Int?
    var podSubscription: Int?
    private var leaseSubscription: Int?
    /// Whether nothing may be written, whatever happens.
    let isDryRun: Bool
    /// What was told already of annotations that cannot be read.
    private var complaints: Set<String> = []
    var isStopping = false
    private var isWaiting = false

    init(
        _ configuration: GroupConfiguration,
        namespace: String,
        identity: String,
        isDryRun: Bool,
        surroundings: Surroundings
    ) {
        self.configuration = configuration
        self.namespace = namespace
        self.surroundings = surroundings
        self.isDryRun = isDryRun
        mapping = PodMapping(group: configuration)
        // Nothing moves before the Service is known to be usable.
        machine = GroupStateMachine(policy: GroupPolicy(configuration, isObserving: true), identity: identity)
    }

    /// Leaves an input for the loop.
    nonisolated func post(_ input: GroupInput) {
        mailbox.post(input, for: input.key)
    }

    /// Supervises the group until it was asked to shut down, or the task is cancelled.
    func run() async {
        await followService()
        await followLease()
        await withDiscardingTaskGroup { group in
            perform(machine.started(), in: &group)
            for await batch in mailbox.batches {
                for input in batch { await take(input, in: &group) }
                if isStopping, !machine.isSwitching { break }
            }
            group.cancelAll()
        }
        if let serviceSubscription { await surroundings.services.unsubscribe(serviceSubscription) }
        if let podSubscription { await surroundings.pods.unsubscribe(podSubscription) }
        if let leaseSubscription { await surroundings.leases.unsubscribe(leaseSubscription) }
        await surroundings.probes.remove(group: configuration.name)
    }

    /// Hears of what operators and other supervisors write on the group's Lease.
    private func followLease() async {
        let name = RecordMapping.name(of: configuration.name)
        leaseSubscription = await surroundings.leases.subscribe {
            $0.metadata.name == name
        } _: { [self] event in
            if case .snapshot(let snapshot) = event { post(.lease(snapshot)) }
        }
    }

    // MARK: Inputs

    private func take(_ input: GroupInput, in group: inout DiscardingTaskGroup) async {
        let now = surroundings.clock.now()
        switch input {
        case .configuration(let next): await reconfigure(next, in: &group)
        case .service(let found):
            seenService = found
            await serviceChanged(in: &group)
        case .pods(let snapshot):
            seenPods = snapshot
            await podsChanged(snapshot, in: &group)
        case .lease(let snapshot): await leaseChanged(snapshot, in: &group)
        case .doubt(let suspension):
            perform(machine.automaticMovesSuspended(suspension, at: now), in: &group)
        // All informers tell of the same absence; the first is enough.
        case .failing(let problem): if !isWaiting { wait(for: problem) }
        case .recovered:
            resume()
            perform(machine.connectionRestored(at: now), in: &group)
        case .probe(let report):
            notify(.probe(report))
            let effects = machine.healthChanged(
                report.member,
                to: report.health,
                isDoubted: report.isDoubted,
                probeStart: report.startedAt,
                at: now
            )
            perform(effects, in: &group)
        case .recordRead(let id, let outcome): perform(machine.recordRead(id, outcome, at: now), in: &group)
        case .recordWritten(let id, let outcome): perform(machine.recordWritten(id, outcome, at: now), in: &group)
        case .membersListed(let id, let outcome): perform(machine.membersListed(id, outcome, at: now), in: &group)
        case .memberRead(let id, let outcome): perform(machine.memberRead(id, outcome, at: now), in: &group)
        case .roleWritten(let id, let outcome): perform(machine.roleWritten(id, outcome, at: now), in: &group)
        case .memberProbed(let id, let end):
            perform(machine.memberProbed(id, end.verdict, from: end.at, at: now), in: &group)
        case .timerFired(let id): perform(machine.timerFired(id, at: now), in: &group)
        case .shutdown: beginShutdown(in: &group)
        case .shutdownDeadline: mailbox.finish()
        }
    }

    func podsChanged(
        _ snapshot: InformerSnapshot<Pod>,
        renewing renewed: Set<Member.ID> = [],
        in group: inout DiscardingTaskGroup
    ) async {
        let wallTime = Date()
        let targets = snapshot.objects.compactMap { mapping.target($0, now: wallTime) }
        await surroundings.probes.setTargets(targets, of: configuration.name, renewing: renewed) { [self] in
            post(.doubt($0))
        } _: { [self] in
            post(.probe($0))
        }
        complain(snapshot.objects)
        let members = snapshot.objects.compactMap(mapping.member)
        let effects = machine.membersObserved(
            members,
            version: ObjectVersion(snapshot.resourceVersion),
            isRelist: snapshot.isRelist,
            at: surroundings.clock.now()
        )
        perform(effects, in: &group)
        if !members.contains(where: \.isRelabelDue) { await labelsComplete() }
    }

    /// Tells once of each annotation that cannot be read.
    private func complain(_ pods: [Pod]) {
        let found = Set(pods.compactMap(mapping.unreadableAnnotation))
        for complaint in found.subtracting(complaints).sorted() { notify(.ignored(complaint)) }
        complaints = found
    }

    private func leaseChanged(_ snapshot: InformerSnapshot<Lease>, in group: inout DiscardingTaskGroup) async {
        if let lease = snapshot.objects.first { await surroundings.api.saw(lease) }
        let stored = snapshot.objects.first.map { RecordMapping.stored($0) }
        let effects = machine.recordObserved(stored, isRelist: snapshot.isRelist, at: surroundings.clock.now())
        perform(effects, in: &group)
    }

    // MARK: Waiting

    func wait(for problem: String) {
        isWaiting = true
        notify(.waiting(problem))
    }

    func resume() {
        if case .unusable = service { return }
        if isWaiting { notify(.resumed) }
        isWaiting = false
    }

    private func notify(_ content: GroupNotice.Content) {
        let id: String? = if case .usable(_, let uid) = service { uid } else { nil }
        surroundings.notify(
            GroupNotice(
                group: configuration.name,
                namespace: namespace,
                service: configuration.service,
                serviceID: id,
                content: content
            )
        )
    }

    // MARK: The end

    private func beginShutdown(in group: inout DiscardingTaskGroup) {
        isStopping = true
        applyPolicy(in: &group)
        let deadline = surroundings.clock.now() + Self.shutdownGrace
        group.addTask { [self, clock = surroundings.clock] in
            if await clock.sleep(deadline) { post(.shutdownDeadline) }
        }
    }

    // MARK: Effects

    /// Carries out effects: operations and timers as child tasks, reports at once.
    func perform(_ effects: [Effect], in group: inout DiscardingTaskGroup) {
        for effect in effects {
            switch effect {
            case .readRecord(let id): run(&group) { .recordRead(id, await $0.readRecord()) }
            case .writeRecord(let id, let record, let version, let urgency):
                run(&group) {
                    .recordWritten(id, await $0.writeRecord(record, replacing: version, urgency: urgency))
                }
            case .listMembers(let id): run(&group) { .membersListed(id, await $0.listMembers()) }
            case .readMember(let id, let name): run(&group) { .memberRead(id, await $0.readMember(name)) }
            case .writeRole(let id, let write): run(&group) { .roleWritten(id, await $0.writeRole(write)) }
            case .probe(let id, let member, let since): probe(member, since: since, for: id, in: &group)
            case .forgetHealth(let member):
                group.addTask { [probes = surroundings.probes] in await probes.forget(member) }
            case .startTimer(let id, let deadline): startTimer(id, at: deadline, in: &group)
            case .startBackoff(let id, let attempt, let pause):
                let delay = Self.backoff.delay(attempt: attempt, jitter: .random(in: 0...1))
                startTimer(id, at: surroundings.clock.now() + max(delay, pause), in: &group)
            case .report(let report): tell(report)
            }
        }
    }

    private func run(
        _ group: inout DiscardingTaskGroup,
        _ operation: @escaping @Sendable (any GroupAPI) async -> GroupInput
    ) {
        group.addTask { [self, api = surroundings.api] in post(await operation(api)) }
    }

    private func probe(
        _ member: Member.ID,
        since: MonotonicTime,
        for id: OperationID,
        in group: inout DiscardingTaskGroup
    ) {
        group.addTask { [self, probes = surroundings.probes] in
            let answer = await probes.probeNow(member, unlessSucceededSince: since)
            if let end = await answer.value() { post(.memberProbed(id, end)) }
        }
    }

    private func startTimer(_ id: OperationID, at deadline: MonotonicTime, in group: inout DiscardingTaskGroup) {
        group.addTask { [self, clock = surroundings.clock] in
            if await clock.sleep(deadline) { post(.timerFired(id)) }
        }
    }

    /// A group that waits for its Service withholds everything; that is told once, as its cause.
    private func tell(_ report: Report) {
        if case .withheld = report, isStopping { return }
        if case .usable = service { notify(.report(report)) }
    }
}
