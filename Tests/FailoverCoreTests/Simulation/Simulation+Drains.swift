@testable import FailoverCore

/// Nodes that are cordoned, and what supervisors make of them.
extension Simulation {
    /// One node is cordoned, now and then all of them.
    mutating func cordon(for length: UInt64) {
        let end = now + 4 * length
        let chosen = random.once(in: 6) ? Array(nodes.indices) : [Int.random(in: nodes.indices, using: &random)]
        for node in chosen { cordons[node] = max(cordons[node], end) }
        tell("nodes \(chosen) are cordoned")
        showNodes(until: end)
    }

    /// Processes are told of the nodes now, and again when that is over.
    mutating func showNodes(until end: UInt64? = nil) {
        for index in processes.indices where processes[index] != nil { showNodesLater(to: index) }
        if let end { agenda.add(.nodesChanged, at: end) }
    }

    /// How the nodes are reaches a process after a while.
    mutating func showNodesLater(to index: Int) {
        schedule(.nodes, of: index, at: max(now, outageUntil, silentUntil) + between(1_000_000, 80_000_000))
    }

    mutating func lookAtNodes(_ index: Int) {
        func names(_ ends: [UInt64]) -> Set<String> {
            Set(ends.indices.filter { now < ends[$0] }.map { "node\($0)" })
        }
        let conditions = NodeConditions(unschedulable: names(cordons), notReady: names(nodes))
        processes[index]?.nodes = conditions
        for group in groups.indices { hear(index, group) { $0.nodesObserved(conditions, at: $1) } }
    }

    // MARK: What must never be

    /// A voluntary move begins: it leads to no node that is known to go, and one off a node leaves such a one.
    mutating func checkNodes(from: [String], to target: String?, _ cause: SwitchCause, of index: Int, group: Int) {
        guard groups[group].policy.onNodeDrain != .ignore, let known = processes[index]?.machines[group].view.nodes
        else { return }
        func node(_ name: String?) -> String? { name.flatMap { groups[group].pod($0)?.node } }
        if cause == .nodeDraining {
            evacuations += 1
            let left = from.compactMap { node($0) }
            if !left.allSatisfy(known.unschedulable.contains) {
                fail("group \(group): \(left) are left, and are not cordoned")
            }
        }
        guard [.nodeDraining, .preempted, .following].contains(cause), let place = node(target) else { return }
        if known.unschedulable.contains(place) || known.notReady.contains(place) {
            fail("group \(group): \(cause.rawValue) leads to \(place), which is cordoned or down")
        }
    }

    /// Whether the active member stays on a cordoned node although a supervisor that sees and may write could have moved the role.
    mutating func watchStranded(_ index: Int) {
        guard isStranded(groups[index], index) else {
            groups[index].strandedSince = nil
            return
        }
        let since = groups[index].strandedSince ?? now
        groups[index].strandedSince = since
        if now > since + 3 * groups[index].timing.verdictWindow + 3 * Self.deadline {
            fail("group \(index): the role stays on a cordoned node for \((now - since) / 1_000_000) ms")
        }
    }

    private func isStranded(_ group: SimulatedGroup, _ index: Int) -> Bool {
        guard group.policy.onNodeDrain != .ignore, group.actives.count == 1, let active = group.actives.first,
            let application = group.applications[active.id], now < cordons[application.node],
            isAvoidable(group), mayMove(from: active, in: index)
        else { return false }
        // Of a move that met a pod which cannot be written another is tried later.
        if group.applications.values.contains(where: { $0.lastDenied.map { now < $0 + 120 * Self.second } ?? false }) {
            return false
        }
        if group.pods.contains(where: group.denies) { return false }
        return group.members.contains { pod in
            guard let other = group.applications[pod.id], pod.id != active.id else { return false }
            return now >= cordons[other.node] && now >= nodes[other.node] && serves(pod, in: group)
        }
    }
}
