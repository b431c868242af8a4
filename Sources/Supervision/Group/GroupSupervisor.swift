import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration

/// Supervises one group: everything that concerns it becomes an input, taken in one after the other; the machine decides;
/// effects run as tasks whose outcomes are inputs again.
///
/// There may be 10,000 of them: a group for which nothing is to be done has no task.
actor GroupSupervisor {
    /// As of the last reload.
    var configuration: GroupConfiguration { mapping.group }
    /// Where the group is.
    let namespace: String
    /// Under which the group claims its pods.
    let claimant: RoleClaims.Claimant
    /// What the group reads from, writes to and waits for.
    let surroundings: Surroundings
    /// How roles and members are read from pods.
    var mapping: PodMapping
    /// What has come and was not taken in yet.
    nonisolated let inbox = GroupInbox()
    /// What decides.
    var machine: GroupStateMachine
    /// How long failed operations wait before they are tried again.
    var pacing = RetryPacing()
    /// Whether the Service fits; nothing moves before it does.
    var service = ServiceCheck.pending
    /// What the group claimed last; nil: nothing yet.
    var wish: RoleClaims.Wish?
    /// Whether the group may write its pods' roles.
    var claim = RoleClaims.Verdict.pending
    /// Whether pods are kept that another group means, for a switch only.
    var keepsPods = false
    /// The Service as last seen; nil if there is none, or none was seen yet.
    var seenService: Service?
    /// The pods as last seen; nil before the first look.
    var seenPods: InformerSnapshot<Pod>?
    /// Nil: not subscribed.
    var serviceSubscription: Int?
    /// Nil: not subscribed, because the Service is not usable.
    var podSubscription: Int?
    /// Nil: not subscribed.
    var leaseSubscription: Int?
    /// The version of the Lease as last seen.
    private var seenLease: String?
    /// The switchovers that wait for their time on the Lease as last seen, the next one first.
    private(set) var scheduled: [StoredRequest] = []
    /// Whether nothing may be written, whatever happens.
    let isDryRun: Bool
    /// What was reported already of what cannot be read.
    var complaints: [Source: Set<String>] = [:]
    /// Whether this supervisor leads the group; what it does not lead it only observes.
    private(set) var standing: GroupStanding
    /// What is known of the Service's endpoints.
    var endpoints = EndpointView()
    /// What is known of the cluster's nodes.
    var nodes = NodeView()
    /// What is told of the group where it belongs with others.
    var companionship = Companionship()
    /// What is known of the Service's slices where they are ours.
    var publication = Publication()
    /// What was done about labels there.
    var decoration = Decoration()
    /// What has come of it since it was taken.
    var counts = GroupCounts()
    /// Whether it was paused when that was looked at last; nil: it was not yet.
    var wasPaused: Bool?
    /// The move whose beginning was told last; nil: it is complete.
    var announced: (target: String?, cause: SwitchCause, time: MonotonicTime)?
    /// What was asked, heard and answered of members that fail.
    var opinions: Opinions
    /// What has changed in the last hour.
    var timeline = GroupTimeline()
    /// Whether nothing new is begun, because the group is to end.
    var isStopping = false
    /// Why nothing can be done for now; nil: something can.
    private(set) var waitingFor: String?
    /// What cannot be read of all that the group cannot do without.
    var unreadable = Unreadable()
    /// What runs, and what is to run.
    var works = Works()
    /// Whether no more inputs are taken in.
    var isOver = false

    /// Begins nothing before `run`; `identity`: the supervisor's, unique for each process.
    init(
        _ configuration: GroupConfiguration,
        namespace: String,
        claimant: RoleClaims.Claimant,
        identity: String,
        isDryRun: Bool,
        standing: GroupStanding,
        surroundings: Surroundings
    ) {
        self.namespace = namespace
        self.claimant = claimant
        self.surroundings = surroundings
        self.isDryRun = isDryRun
        self.standing = standing
        opinions = Opinions(of: identity)
        mapping = PodMapping(group: configuration)
        // Nothing moves before the Service is known to be usable.
        let policy = GroupPolicy(configuration, isObserving: true)
        machine = GroupStateMachine(policy: policy, identity: identity, mark: .random(in: .min ... .max))
    }

    /// Leaves an input for the loop.
    nonisolated func post(_ input: GroupInput) {
        if inbox.post(input) { surroundings.tasks.wake(self) }
    }

    // MARK: Inputs

    /// Takes in what has come.
    func take(_ input: GroupInput) async {
        pacing.heard(input)
        switch input {
        case .configuration(let next): await reconfigure(next)
        case .service(let found):
            seenService = found
            await serviceChanged()
        case .pods(let snapshot):
            if snapshot.isOther(than: seenPods) { retryRefused() }
            seenPods = snapshot.ofThoseThere
            await podsChanged(snapshot)
        case .lease(let snapshot): await leaseChanged(snapshot)
        case .claimsChanged: await claimPods(seenPods?.objects ?? [])
        case .failing(let collection, let problem): failed(collection, problem)
        case .probe(let report):
            if !report.isRepetition { notify(.probe(report)) }
            if report.isChange { retryRefused() }
            passOn(input)
            giveOpinion(on: report.member)
        case .recovered(let collection):
            recovered(collection)
            pacing = RetryPacing()
            passOn(input)
        case .roleWritten(let id, let outcome):
            roleWritten(id, outcome)
            passOn(input)
        case .doubt, .recordRead, .recordWritten, .membersListed, .memberRead, .roleTried, .podDeleted,
            .hookRan, .endpointsSettled, .scoreAnswered, .timerFired:
            passOn(input)
        case .endpoints(let news): endpointsChanged(news)
        case .slices(let news): slicesChanged(news)
        case .nodes(let news): nodesChanged(news)
        case .companions: await followCompanions()
        case .standing(let next):
            if next == .standby { dropEndpoint() }
            standingChanged(to: next)
            await followEndpoints()
            await followNodes()
            applyPolicy()
        case .opinions: hearOpinions()
        case .opinionNotWritten(let answer): opinionNotWritten(answer)
        case .shutdown(let isRemoved, let grace):
            if isRemoved { reportRequestsLeftBehind() }
            beginShutdown(within: grace)
        case .shutdownDeadline: isOver = true
        }
    }

    /// Nobody was told what a standby saw: whoever takes over says what still holds of that.
    private func standingChanged(to next: GroupStanding) {
        let wasSilent = standing == .standby
        standing = next
        retryRefused()
        guard wasSilent else { return }
        complaints = [:]
        machine.reportAnew()
        if let waitingFor { notify(.waiting(waitingFor)) }
    }

    /// Tells the machine of what is an event of it as it is.
    private func passOn(_ input: GroupInput) {
        let now = surroundings.clock.now()
        step { input.effects(on: &$0, at: now) }
    }

    /// Takes in the pods as they are now; `renewed`: those whose probes begin anew.
    func podsChanged(
        _ snapshot: InformerSnapshot<Pod>,
        renewing renewed: Set<Member.ID> = []
    ) async {
        await setTargets(snapshot.objects, renewing: renewed)
        await claimPods(snapshot.objects)
        let isComplete = observe(snapshot)
        publish()
        if isComplete, !ownsEndpoints { await labelsComplete() }
        if companionship.isFollowed { await followNodes() }
    }

    /// Has pods probed, each as its role says.
    func setTargets(_ pods: [Pod], renewing renewed: Set<Member.ID> = []) async {
        let now = Date()
        let targets = pods.compactMap { pod in
            let known = pod.metadata.uid.flatMap { machine.view[Member.ID($0)]?.role }
            return mapping.target(pod, as: known, now: now)
        }
        await surroundings.probes.setTargets(targets, of: configuration.name, renewing: renewed) { [self] in
            post(.doubt($0))
        } _: { [self] in
            post(.probe($0))
        }
    }

    /// Tells the machine of the pods; whether every one of them carries its role under the label that is in use.
    private func observe(_ snapshot: InformerSnapshot<Pod>) -> Bool {
        complain(of: .pods, snapshot.objects.flatMap(mapping.oddities))
        let members = snapshot.objects.compactMap(mapping.member)
        let (version, now) = (ObjectVersion(snapshot.resourceVersion), surroundings.clock.now())
        let stopped = mapping.stopped(snapshot.gone)
        step {
            $0.membersObserved(members, version: version, isRelist: snapshot.isRelist, stopped: stopped, at: now)
        }
        return !members.contains(where: \.isRelabelDue)
    }

    private func leaseChanged(_ snapshot: InformerSnapshot<Lease>) async {
        let version = snapshot.objects.first?.metadata.resourceVersion
        if version != seenLease { retryRefused() }
        seenLease = version
        scheduled = snapshot.objects.first.map(RecordMapping.scheduled) ?? []
        if let lease = snapshot.objects.first { await surroundings.api.saw(lease) }
        observe(snapshot)
        opinionsSeen(on: snapshot.objects.first)
    }

    /// Tells the machine of the record.
    private func observe(_ snapshot: InformerSnapshot<Lease>) {
        let stored = snapshot.objects.first.map { RecordMapping.stored($0) }
        complain(of: .lease, snapshot.objects.first.map(RecordMapping.oddities) ?? [])
        let now = surroundings.clock.now()
        step { $0.recordObserved(stored, isRelist: snapshot.isRelist, at: now) }
    }

    // MARK: Waiting

    /// Something is not as it was when the API server refused: what waits for long because of that is tried now.
    func retryRefused() {
        for id in pacing.refusalsEnded() { post(.timerFired(id)) }
    }

    /// Nothing can be done for now; `problem`: why, in words.
    func wait(for problem: String) {
        waitingFor = problem
        notify(.waiting(problem))
    }

    /// Notes that a collection cannot be read.
    private func failed(_ collection: Unreadable.Collection, _ problem: String) {
        // The group may not need them any more.
        if collection == .slices, publication.service == nil { return }
        unreadable.failed(collection, problem)
        // All informers report the same absence; the first is enough.
        if waitingFor == nil { wait(for: problem) }
    }

    /// Notes that a collection can be read again; of those that still cannot, the first is what the group waits for.
    private func recovered(_ collection: Unreadable.Collection) {
        let isKnown = unreadable.isToldBy(waitingFor)
        unreadable.recovered(collection)
        if isKnown, let problem = unreadable.problem { waitingFor = problem }
        resume()
    }

    /// Reports that the group goes on, unless its Service, its claim or what cannot be read still holds it up.
    func resume() {
        if case .unusable = service { return }
        if case .contested = claim, !ownsEndpoints { return }
        if let problem = unreadable.problem {
            if !unreadable.isToldBy(waitingFor) { wait(for: problem) }
            return
        }
        if waitingFor != nil { notify(.resumed) }
        waitingFor = nil
    }

    /// Reports something about the group; of what another leads there is nothing to say.
    func notify(_ content: GroupNotice.Content) {
        if standing == .standby { return }
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
}
