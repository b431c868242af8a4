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
    /// Pods that slices show, and that a consistent list does not.
    private var vanished: Set<Member.ID> = []

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
            if slice.shows(active.id), slice.draining == draining {
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

    /// Takes out pods that are gone, finished, or no members any more, while nobody is active.
    ///
    /// - Returns: the effects, and whether the members are to be listed first: a pod that was never seen may be one.
    mutating func clear(
        in around: Surroundings,
        _ ids: inout OperationIDs
    ) -> (effects: [Effect], needsList: Bool) {
        var effects: [Effect] = []
        guard let slices = around.view.endpoints?.slices, !around.view.isServed else { return ([], false) }
        let shown = slices.reduce(into: Set<Member.ID>()) { $0.formUnion($1.ready) }
        let unseen = shown.filter { id in
            around.view[id] == nil && !around.view.departed.contains { $0.id == id } && !vanished.contains(id)
        }
        guard unseen.isEmpty else { return ([], true) }
        for slice in slices where assignments[slice.family] == nil {
            if !slice.ready.isEmpty || !slice.draining.isEmpty || slice.hasStrangers {
                begin(nil, on: slice, in: around, &ids, &effects)
            }
        }
        return (effects, false)
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
            acceptsOlder: true,
            isDue: true
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

    /// Whether a slice waits for an operation.
    func awaits(_ id: OperationID) -> Bool { assignments.values.contains { $0.awaits(id) } }

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
            case .acknowledged: settled[family] = assignment.slice.version
            case .superseded: effects.append(.report(.steppedBack))
            case .due: break
            }
            assignments[family] = nil
        }
        return effects
    }
}
