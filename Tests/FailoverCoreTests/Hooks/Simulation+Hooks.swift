@testable import FailoverCore

/// Hooks, which succeed, fail, hang, or are run and seem not to be.
extension Simulation {
    /// Tries of one call.
    private static let mostTries = 3

    mutating func makeHookPolicy() -> HookPolicy {
        let kinds: Set<HookKind> = random.once(in: 5) ? [.demote] : [.promote, .demote]
        let isRequired = !ownsEndpoints && random.once(in: 2)
        return HookPolicy(kinds: kinds, requiredOnDemote: isRequired ? HookRequirement(onTimeout: .promote) : nil)
    }

    /// A process tries a call, and again if that fails.
    mutating func runHook(_ id: OperationID, _ call: HookCall, attempt: Int = 1, of index: Int, in group: Int) {
        guard var machine = processes[index]?.machines[group] else { return }
        let isWanted = machine.turnCame(id, at: time)
        processes[index]?.machines[group] = machine
        guard isWanted else { return hear(index, group) { $0.hookRan(id, .notSent, at: $1) } }
        let isActive = machine.view[call.id]?.role == .active
        if isActive != (call.kind == .promote) {
            fail("group \(group): \(call.words) is run, and process \(index) knows better")
        }
        let delay = between(1_000_000, random.once(in: 4) ? 2 * Self.second : 50_000_000)
        schedule(.hook(group: group, id, call, attempt: attempt), of: index, at: now + delay)
    }

    /// The try ends.
    mutating func hookTried(_ id: OperationID, _ call: HookCall, attempt: Int, of index: Int, in group: Int) {
        tell("group \(group): \(call.words) by process \(index), try \(attempt)")
        guard now >= outageUntil else { return hookFailed(id, call, attempt: attempt, of: index, in: group) }
        guard let application = groups[group].applications[call.id] else {
            return hear(index, group) { $0.hookRan(id, .gone, at: $1) }
        }
        let isReached = application.behaviour == .serving && now >= nodes[application.node]
        if isReached { groups[group].heard(call) }
        // What the pod has heard may not come back.
        guard isReached, !random.once(in: 30) else {
            return hookFailed(id, call, attempt: attempt, of: index, in: group)
        }
        hear(index, group) { $0.hookRan(id, .succeeded, at: $1) }
    }

    private mutating func hookFailed(_ id: OperationID, _ call: HookCall, attempt: Int, of index: Int, in group: Int) {
        if attempt < Self.mostTries {
            return schedule(.retryHook(group: group, id, call, attempt: attempt + 1), of: index, at: now + Self.second)
        }
        hear(index, group) { $0.hookRan(id, .failed("exit 1"), at: $1) }
    }

    /// Nobody is promoted, or deleted, before a hook that is required.
    mutating func checkHooks(before target: Member?, of pod: Member, in index: Int) {
        let group = groups[index]
        guard group.policy.hooks.requiredOnDemote != nil, pod.id != target?.id, group.applications[pod.id] != nil,
            !pod.hasStopped, !group.absent.contains(pod.id), group.cluster.hooks.awaits(pod.id), !isForced(group)
        else { return }
        fail("group \(index): \(target?.id.uid ?? "the deletion") comes before the hook of \(pod.id)")
    }

    private func isForced(_ group: SimulatedGroup) -> Bool {
        guard case .switchover(_, let isForced) = group.cluster.lease?.record.request?.action else { return false }
        return isForced
    }

    /// Long after the last fault each pod has heard of the role that a supervisor gave it.
    mutating func checkHooksAtTheEnd(of index: Int) {
        let group = groups[index]
        for pod in group.members where !group.cluster.hooks.isTold(pod, under: group.policy.hooks) {
            fail("group \(index): \(pod.id) was not told its role")
        }
    }
}

extension Simulation.Size {
    /// Groups with hooks, of which some are required.
    static let hooked = Simulation.Size(
        groups: 1...3,
        members: 2...4,
        faults: 6...14,
        kinds: SimulatedFault.usual.filter {
            ![.secondActive, .lostLabel, .lostPassiveLabel, .stripper, .lostRecord, .rename].contains($0)
        } + [.restart, .restart, .restart, .takeover, .takeover, .deletion, .application],
        hasHooks: true
    )

    /// The same where slices say who is active.
    static let hookedSlices = Simulation.Size(
        groups: 1...3,
        members: 2...4,
        faults: 6...14,
        kinds: hooked.kinds.filter { $0 != .denial },
        ownsEndpoints: true,
        hasHooks: true
    )
}

extension Simulation.Sabotage {
    /// What of it concerns the API server.
    var ofTheCluster: ModelCluster.Sabotage? {
        switch self {
        case .versionsAreIgnored: .versionsAreIgnored
        case .hooksAreForgotten: .hooksAreForgotten
        case .nobodyDoubtsHimself, .movesAreForgotten, .promotionsAreNotRetried, .revisionsAreHidden,
            .nobodyIsAsked:
            nil
        }
    }
}
