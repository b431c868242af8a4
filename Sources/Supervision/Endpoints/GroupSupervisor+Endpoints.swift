import Coordination
import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// How a group waits for its Service's endpoints, and tells how long they took to follow.
extension GroupSupervisor {
    /// What is heard of the endpoints.
    enum EndpointNews: Sendable {
        /// The Service's slices are these now; `of`: the number of the view that they are for.
        case shown([ServiceEndpoints], of: Int)
        /// They can be followed, or cannot be any more; `of`: the number of the view.
        case readable(Bool, of: Int)
        /// The endpoint of this move may have been awaited for too long.
        case due(Epoch)

        /// News of one kind replace each other while they are unread.
        enum Kind: Hashable, Sendable {
            /// Of `EndpointNews.shown`.
            case shown
            /// Of `EndpointNews.readable`.
            case readable
            /// Of `EndpointNews.due`.
            case due
        }

        /// Of the news.
        var kind: Kind {
            switch self {
            case .shown: .shown
            case .readable: .readable
            case .due: .due
            }
        }
    }

    // MARK: Following

    /// Follows the endpoints of the Service that the configuration names, if this supervisor may write its pods' roles; the
    /// endpoints of others are nobody's concern here.
    func followEndpoints() async {
        let isOurs = standing != .standby && !isDryRun && configuration.mode == .label
        let wanted = isOurs ? configuration.service : nil
        guard wanted != endpoints.service else { return }
        await leaveEndpoints()
        let number = endpoints.number + 1
        endpoints = EndpointView(of: wanted, number: number)
        guard let wanted else { return }
        let scope = InformerScope.labels([ServiceEndpoints.serviceLabel: wanted])
        endpoints.subscription = await surroundings.endpoints.subscribe(to: scope) { [self] event in
            switch event {
            case .snapshot(let snapshot): post(.endpoints(.shown(snapshot.objects, of: number)))
            case .failing: post(.endpoints(.readable(false, of: number)))
            case .recovered: post(.endpoints(.readable(true, of: number)))
            }
        }
    }

    /// Follows them no more.
    func leaveEndpoints() async {
        dropEndpoint()
        if let subscription = endpoints.subscription { await surroundings.endpoints.unsubscribe(subscription) }
        endpoints.subscription = nil
    }

    /// Waits for the endpoint of the last move no more: the group lets go of its pods.
    func dropEndpoint() {
        for case .dropped(let move) in endpoints.drop() { dropped(move) }
    }

    /// Takes in news of them.
    func endpointsChanged(_ news: EndpointNews) {
        let now = surroundings.clock.now()
        switch news {
        case .shown(let slices, endpoints.number): carryOut(endpoints.observed(slices, at: now))
        case .readable(let isReadable, endpoints.number): carryOut(endpoints.readable(isReadable, at: now))
        // They were on their way when the group went over to another Service.
        case .shown, .readable: break
        case .due(let epoch): endpointIsDue(epoch)
        }
    }

    private func carryOut(_ outcomes: [EndpointView.Outcome]) {
        for outcome in outcomes {
            switch outcome {
            case .settled(let id): post(.endpointsSettled(id))
            case .dropped(let move): dropped(move)
            case .followed(let move, let time):
                notify(.endpointFollowed(pod: move.name, after: time, wasLate: move.isLate))
                start { [api = surroundings.api] in
                    if let time { await api.endpointFollowed(move.epoch, after: time) }
                    move.ended.open()
                }
            }
        }
    }

    private func dropped(_ move: EndpointView.Awaited) {
        move.ended.open()
        if move.isLate { notify(.endpointDropped(pod: move.name)) }
    }

    // MARK: Moves

    /// Waits until the endpoints show a demotion, 100 ms at most.
    ///
    /// A promotion that meets the endpoint controller in the middle of its update is published a second later.
    func settle(_ id: OperationID, without members: [Member]) {
        guard endpoints.settle(id, without: Set(members.map(\.id))) else { return post(.endpointsSettled(id)) }
        let deadline = surroundings.clock.now() + EndpointView.longestSettling
        start { [self, clock = surroundings.clock] in
            if await clock.sleep(deadline) { post(.endpointsSettled(id)) }
        }
    }

    /// A role was written: if it was that of a promotion, the pod's endpoint is awaited.
    func roleWritten(_ id: OperationID, _ outcome: RoleWriteOutcome) {
        let now = surroundings.clock.now()
        follow { $0.roleWritten(id, outcome, at: now) }
    }

    /// A move is complete; its promotion may have become known by a read only.
    func moved(_ move: CompletedMove) {
        let now = surroundings.clock.now()
        timeline.moved(move, at: now)
        follow { $0.moved(move, at: now) }
    }

    private func follow(
        _ change: (inout EndpointView) -> [EndpointView.Outcome]
    ) {
        let before = endpoints.awaited?.epoch
        carryOut(change(&endpoints))
        if let epoch = endpoints.awaited?.epoch, epoch != before { lookLater(for: epoch) }
    }

    private func lookLater(for epoch: Epoch) {
        let due = surroundings.clock.now() + EndpointView.longestLag
        start { [self, clock = surroundings.clock] in
            if await clock.sleep(due) { post(.endpoints(.due(epoch))) }
        }
    }

    /// Reports that the endpoint is late, unless the pod itself is why there is none, and looks again later: pod and Service may go.
    private func endpointIsDue(_ epoch: Epoch) {
        guard let awaited = endpoints.awaited, awaited.epoch == epoch else { return }
        guard let member = machine.view[awaited.pod], member.role == .active else { return dropEndpoint() }
        lookLater(for: epoch)
        if member.isReady || seenService?.spec?.publishNotReadyAddresses ?? false {
            if let late = endpoints.late(epoch) { notify(.endpointLags(pod: late.name)) }
        } else if let excused = endpoints.excused() {
            notify(.endpointDropped(pod: excused.name))
        }
    }

    /// Waits until the endpoint of the last move is known, or will not be, but not for long: so the record that tells of the move
    /// tells that, too.
    static func wait(for ended: Latch, clock: SupervisionClock) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await ended.wait() }
            group.addTask { _ = await clock.sleep(clock.now() + EndpointView.longestSettling) }
            await group.next()
            group.cancelAll()
        }
    }
}
