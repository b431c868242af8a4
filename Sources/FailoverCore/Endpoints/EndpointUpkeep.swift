/// Keeps the Service's EndpointSlices as they are to be outside of a switch: what others changed is set right, a pod's new address
/// is published, who has drained is taken out.
struct EndpointUpkeep: Sendable, Hashable {
    /// Beside what upkeep is done.
    struct Surroundings {
        /// The members, and the slices as they are known now.
        var view: MemberView
        /// The configuration as it is now.
        var policy: GroupPolicy
        /// Of the record; no slice of a higher one is written.
        var epoch: Epoch
        /// When it is done.
        var now: MonotonicTime
    }

    private var assignments: [AddressFamily: EndpointsAssignment] = [:]
    /// Until when each member is shown as terminating, by the clock of this process.
    private var drains: [Member.ID: MonotonicTime] = [:]
    /// The version of each slice that this process wrote or found right: another one was written by somebody else.
    private var settled: [AddressFamily: ObjectVersion] = [:]
    /// Pods that slices show, and that a consistent list does not, or no pod of their name is.
    private var vanished: Set<Member.ID> = []
    private var lookups = PodLookups()
    /// How often each slice could not be written, in a row.
    private var failures: [AddressFamily: Int] = [:]

    // MARK: Beginning

    /// Sets the slices right beside the active member that stays.
    ///
    /// - Returns: the effects, and when it is to be looked at again; nil: when something changes.
    mutating func keep(
        _ active: Member,
        in around: Surroundings,
        _ budget: inout RepairBudget,
        _ ids: inout OperationIDs
    ) -> (effects: [Effect], until: MonotonicTime?) {
        noteDrains(around)
        var (effects, turns): ([Effect], [MonotonicTime]) = ([], [])
        for slice in around.view.endpoints?.slices ?? [] where assignments[slice.family] == nil {
            // Slices were read by older pods than these; nobody loses an endpoint because of that.
            if active.hasAddress, slice.family == around.view.endpoints?.slices.first?.family,
                !slice.reachable.contains(active.id)
            {
                continue
            }
            let draining = draining(on: slice, besides: active.id, around)
            // A write of an older epoch that is still on its way must not undo what the record says since.
            let isFenced = slice.version == nil || slice.epoch.map { $0 >= around.epoch } ?? false
            if slice.shows(active.id), slice.draining == draining, isFenced {
                settled[slice.family] = slice.version
            } else if let turn = turn(for: slice, active, &budget, around.now) {
                turns.append(turn)
            } else {
                begin(active.id, on: slice, in: around, &ids, &effects)
            }
        }
        let ends = drains.values.filter { around.now < $0 }
        return (effects, (turns + ends).min())
    }

    /// Takes out pods that are gone or finished, while no member is active.
    ///
    /// Who is no member any more may run all the same, for a selector that was mistaken: it is read before it is taken out.
    /// - Returns: the effects, whether the members are to be listed first, for a pod that was never seen may be one, and when it is to
    ///   be looked at again; nil: when something changes.
    mutating func clear(
        in around: Surroundings,
        _ ids: inout OperationIDs
    ) -> (effects: [Effect], needsList: Bool, until: MonotonicTime?) {
        guard let slices = around.view.endpoints?.slices, !around.view.isServed else { return ([], false, nil) }
        let shown = slices.reduce(into: Set<Member.ID>()) { $0.formUnion($1.ready) }
        let (unknown, departed) = (shown.filter { around.view[$0] == nil }.subtracting(vanished), around.view.departed)
        if !unknown.isSubset(of: departed.map(\.id)) { return ([], true, nil) }
        if !unknown.isEmpty {
            let (effects, until) = lookups.ask(for: departed.filter { unknown.contains($0.id) }, at: around.now, &ids)
            return (effects, false, until)
        }
        var effects: [Effect] = []
        for slice in slices where assignments[slice.family] == nil {
            if !slice.ready.isEmpty || !slice.draining.isEmpty || slice.hasStrangers {
                begin(nil, on: slice, in: around, &ids, &effects)
            }
        }
        return (effects, false, nil)
    }

    /// A pod that left the members was read.
    ///
    /// - Returns: whether that was asked for.
    mutating func lookedUp(_ id: OperationID, _ outcome: MemberReadOutcome) -> Bool {
        guard let pod = lookups.answered(id) else { return false }
        switch outcome {
        case .gone, .ended: vanished.insert(pod)
        case .found(let found):
            if found.id != pod || found.lifecycle == .finished { vanished.insert(pod) }
        case .tooNew, .failed: break
        }
        return true
    }

    /// A consistent list shows these members: whoever else slices show is gone.
    mutating func listed(_ view: MemberView) {
        let shown = (view.endpoints?.slices ?? []).flatMap(\.ready)
        vanished = Set(shown.filter { view[$0] == nil })
    }

    private mutating func begin(
        _ member: Member.ID?,
        on slice: PublishedSlice,
        in around: Surroundings,
        _ ids: inout OperationIDs,
        _ effects: inout [Effect]
    ) {
        // What ends an outage or a double active goes before what begins anything.
        let isUrgent = !slice.shows(member)
        var assignment = EndpointsAssignment(
            member,
            at: around.epoch,
            on: slice,
            urgency: isUrgent ? .promotion : .upkeep,
            isDue: true,
            after: failures[slice.family] ?? 0
        )
        assignment.write(draining: draining(on: slice, besides: member, around), ids: &ids, effects: &effects)
        if assignment.stage != .superseded { assignments[slice.family] = assignment }
    }

    /// When a slice may be set right, for what somebody else changed is set right so often only; nil: now.
    private mutating func turn(
        for slice: PublishedSlice,
        _ active: Member,
        _ budget: inout RepairBudget,
        _ now: MonotonicTime
    ) -> MonotonicTime? {
        guard let version = slice.version, let known = settled[slice.family], known != version,
            !slice.shows(active.id)
        else { return nil }
        let isSurplus = slice.hasStrangers || !slice.ready.subtracting([active.id]).isEmpty
        let kind: RepairBudget.Kind = isSurplus ? .surplusRole : .lostRole
        if let turn = budget.nextTurn(kind, at: now) { return turn }
        budget.repaired(kind, at: now)
        return nil
    }

    // MARK: Draining

    private mutating func noteDrains(_ around: Surroundings) {
        let shown = (around.view.endpoints?.slices ?? []).reduce(into: Set<Member.ID>()) { $0.formUnion($1.draining) }
        drains = drains.filter { shown.contains($0.key) }
        for id in shown where drains[id] == nil { drains[id] = around.now + around.policy.drain }
    }

    /// Who goes on being shown as terminating: those whose time is not over.
    private func draining(
        on slice: PublishedSlice,
        besides active: Member.ID?,
        _ around: Surroundings
    ) -> Set<Member.ID> {
        guard let active, around.policy.drain > .zero else { return [] }
        return slice.draining.filter { id in
            guard id != active, let member = around.view[id], let end = drains[id] else { return false }
            return around.now < end && member.lifecycle != .finished && !around.policy.fenced.contains(member.name)
        }
    }

    // MARK: Going on

    /// A record of another epoch is written: upkeep under this one is dropped.
    mutating func abandon() {
        assignments = [:]
    }

    /// Whether a slice or a pod waits for an operation.
    func awaits(_ id: OperationID) -> Bool { assignments.values.contains { $0.awaits(id) } || lookups.awaits(id) }

    /// Every slice under way, each passed to `body` by reference.
    mutating func visit(_ body: (inout EndpointsAssignment) -> Void) {
        for family in AddressFamily.allCases {
            if var assignment = assignments[family] {
                body(&assignment)
                assignments[family] = assignment
            }
        }
    }

    /// Forgets what came to an end, or is to be decided anew.
    mutating func finish() -> [Effect] {
        var effects: [Effect] = []
        for (family, assignment) in assignments {
            switch assignment.stage {
            case .writing, .reading, .backingOff: continue
            case .acknowledged:
                settled[family] = assignment.slice.version
                failures[family] = nil
            case .superseded: effects.append(.report(.steppedBack))
            // It is decided anew, and waits longer if it fails again.
            case .due: failures[family] = assignment.failedAttempts
            }
            assignments[family] = nil
        }
        return effects
    }
}
