@testable import FailoverCore

/// What befalls pods and nodes.
extension Simulation {
    mutating func befall(_ pod: Member, in group: Int, _ fault: SimulatedFault, for length: UInt64) {
        switch fault {
        case .application: breakApplication(pod.id, in: group, for: length)
        case .node: breakNode(Int.random(in: nodes.indices, using: &random), for: length)
        case .deletion: delete(pod, in: group)
        case .containerRestart: restartContainer(pod.id, in: group)
        default:
            touch(group, pod.name) { $0.lifecycle = .finished }
            agenda.add(.replace(group: group, name: pod.name, pod.id), at: now + length)
        }
    }

    mutating func breakApplication(_ id: Member.ID, in group: Int, for length: UInt64) {
        groups[group].applications[id]?.behaviour = random.once(in: 2) ? .failing : .hanging
        agenda.add(.heal(group: group, id), at: now + length)
    }

    mutating func heal(_ id: Member.ID, in group: Int) {
        guard groups[group].applications[id]?.behaviour != .serving else { return }
        groups[group].applications[id]?.behaviour = .serving
        groups[group].applications[id]?.lastBad = now
        groups[group].applications[id]?.servingSince = now
    }

    private mutating func breakNode(_ node: Int, for length: UInt64) {
        nodes[node] = now + length
        if leavesNodes { showNodes(until: now + length) }
        for group in groups.indices {
            for id in groups[group].applications.keys where groups[group].applications[id]?.node == node {
                groups[group].applications[id]?.lastBad = now + length
                groups[group].applications[id]?.servingSince = now + length
            }
        }
    }

    private mutating func delete(_ pod: Member, in group: Int) {
        touch(group, pod.name) { $0.lifecycle = .terminating }
        let grace = random.once(in: 3) ? 30 * Self.second : between(0, 3 * Self.second)
        agenda.add(.replace(group: group, name: pod.name, pod.id), at: now + grace)
    }

    /// A supervisor has a pod deleted by its uid.
    mutating func delete(_ pod: OutgoingMember, in group: Int) -> PodDeletionOutcome {
        guard let found = groups[group].cluster.pod(pod.name), found.id == pod.id else { return .gone }
        checkHooks(before: nil, of: found, in: group)
        if found.lifecycle == .running { delete(found, in: group) }
        return .accepted
    }

    mutating func replace(_ name: String, _ id: Member.ID, in group: Int) {
        guard let pod = groups[group].cluster.pod(name), pod.id == id else { return }
        // The kubelet says that the containers have stopped, and then lets the pod go; who looks away meanwhile does not see it.
        if groups[group].policy.waitsForOutgoing, !pod.hasStopped {
            touch(group, name) { $0.hasStopped = true }
            agenda.add(.replace(group: group, name: name, id), at: now + between(1_000_000, Self.second))
            return
        }
        groups[group].applications[id] = nil
        groups[group].activeByHand.remove(id)
        groups[group].absent.remove(id)
        var next = groups[group]
        create(name, in: &next)
        groups[group] = next
        if next.rollout != nil || random.once(in: 2) { comeUp(name, in: group) }
        show(group)
    }

    private mutating func restartContainer(_ id: Member.ID, in group: Int) {
        groups[group].applications[id]?.incarnation += 1
        groups[group].applications[id]?.lastBad = now
        groups[group].applications[id]?.servingSince = now
        guard let name = groups[group].pod(id)?.name else { return }
        touch(group, name) { $0.isReady = false }
        agenda.add(.lift(.notReady, group: group, id), at: now + between(Self.second / 10, 3 * Self.second))
    }
}
