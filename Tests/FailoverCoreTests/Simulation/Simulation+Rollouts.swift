@testable import FailoverCore

/// Rolling updates, by the rules of the controllers of Deployments, ReplicaSets and StatefulSets.
extension Simulation {
    /// The group's pods are to be of a new revision.
    mutating func beginRollout(_ index: Int) {
        let group = groups[index]
        guard group.rollout == nil, group.actives.count == 1, let active = group.actives.first else { return }
        let replicas = group.members.count { $0.lifecycle == .running }
        let isLast = group.members.allSatisfy { $0.ordinal ?? 0 <= active.ordinal ?? 0 }
        let isPriced = group.members.allSatisfy { $0.deletionCost == .told }
        let most = group.workload.mostMoves(isLast: isLast, isPriced: isPriced, replicas: replicas)
        tell("a rolling update of group \(index), \(group.workload), \(active.id) is active")
        groups[index].revision += 1
        groups[index].rollout = SimulatedRollout(
            replicas: replicas,
            movesBefore: group.moves,
            mostMoves: isUndisturbed ? most : nil
        )
        agenda.add(.rollout(group: index), at: now)
    }

    /// The controller looks at its pods, and does what is to be done next.
    mutating func rollOut(_ index: Int) {
        guard let rollout = groups[index].rollout else { return }
        switch groups[index].workload {
        case .statefulSet(let partition): rollOutStatefulSet(index, from: partition)
        case .deployment(let surge, let unavailable):
            rollOutDeployment(index, to: rollout.replicas, surge: surge, unavailable: unavailable)
        }
        if groups[index].rollout != nil { agenda.add(.rollout(group: index), at: now + between(50, 500) * 1_000_000) }
    }

    /// A move of a rolling update to which nothing else happens.
    mutating func checkRollout(_ index: Int) {
        guard let rollout = groups[index].rollout, let most = rollout.mostMoves else { return }
        let moves = groups[index].moves - rollout.movesBefore
        if moves > most { fail("group \(index): \(moves) moves in a rolling update, allowed are \(most)") }
    }

    private func isOld(_ pod: Member, in index: Int) -> Bool { pod.revision != "r\(groups[index].revision)" }

    /// Whether a pod is Ready for long enough.
    private func isAvailable(_ pod: Member, in index: Int) -> Bool {
        pod.lifecycle == .running && pod.isReady && now >= groups[index].applications[pod.id]?.availableFrom ?? .max
    }

    // MARK: StatefulSets

    /// One pod after the other, the highest ordinal first; none while one is not available.
    private mutating func rollOutStatefulSet(_ index: Int, from partition: Int) {
        let pods = groups[index].members.sorted { $0.ordinal ?? 0 < $1.ordinal ?? 0 }
        guard pods.allSatisfy({ isAvailable($0, in: index) }) else { return }
        if let next = pods.last(where: { isOld($0, in: index) && $0.ordinal ?? 0 >= partition }) {
            touch(index, next.name) { $0.lifecycle = .terminating }
            agenda.add(.replace(group: index, name: next.name, next.id), at: now + between(0, 3 * Self.second))
        } else {
            endRollout(index)
        }
    }

    // MARK: Deployments

    /// New pods as far as the surge allows, then fewer old ones as far as enough stay available.
    private mutating func rollOutDeployment(_ index: Int, to replicas: Int, surge: Int, unavailable: Int) {
        let pods = groups[index].members.filter { $0.lifecycle == .running }
        let old = pods.filter { isOld($0, in: index) }
        let new = pods.filter { !isOld($0, in: index) }
        let missing = min(replicas + surge - pods.count, replicas - new.count)
        if missing > 0 {
            for _ in 0..<missing { createReplica(index) }
            return
        }
        let isDone = old.isEmpty && new.allSatisfy { isAvailable($0, in: index) }
        if isDone { return endRollout(index) }
        let least = replicas - unavailable
        let mayGo = pods.count - least - new.count { !isAvailable($0, in: index) }
        let broken = old.filter { !isAvailable($0, in: index) }.prefix(max(0, mayGo))
        let spare = pods.count { isAvailable($0, in: index) } - least
        let healthy = deletionOrder(of: old.filter { pod in !broken.contains { $0.id == pod.id } }, in: index)
        let count = min(max(0, spare), max(0, mayGo - broken.count))
        for pod in broken + healthy.prefix(count) {
            touch(index, pod.name) { $0.lifecycle = .terminating }
            agenda.add(.vanish(group: index, pod.id), at: now + between(0, 3 * Self.second))
        }
    }

    /// Whom a ReplicaSet gives up first: who is not Ready, then whose deletion costs less, then who has more of its kind on its node,
    /// then the youngest.
    ///
    /// https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/controller_utils.go (ActivePodsWithRanks)
    private func deletionOrder(of pods: [Member], in index: Int) -> [Member] {
        let nodes = groups[index].applications.mapValues(\.node)
        func key(_ pod: Member) -> [Int] {
            let cost = pod.deletionCost == .told && pod.role == .active ? 1000 : 0
            let neighbours = groups[index].members.count { $0.lifecycle == .running && nodes[$0.id] == nodes[pod.id] }
            return [pod.isReady ? 1 : 0, cost, -neighbours, -Int(pod.createdAt)]
        }
        return pods.sorted {
            let (left, right) = (key($0), key($1))
            return left == right ? $0.id.uid < $1.id.uid : left.lexicographicallyPrecedes(right)
        }
    }

    private mutating func createReplica(_ index: Int) {
        var group = groups[index]
        group.created += 1
        let name = "n\(group.created)"
        create(name, in: &group)
        groups[index] = group
        comeUp(name, in: index)
    }

    /// A pod that was deleted is gone, and nobody comes in its place.
    mutating func vanish(_ id: Member.ID, in index: Int) {
        guard let pod = groups[index].pod(id) else { return }
        touch(index, pod.name) { $0.lifecycle = .finished }
        groups[index].gone.insert(id)
        groups[index].activeByHand.remove(id)
    }

    private mutating func endRollout(_ index: Int) {
        tell("the rolling update of group \(index) is over")
        groups[index].rollout = nil
    }

    // MARK: New pods

    /// A new pod gets an address, starts, and is Ready some time later.
    mutating func comeUp(_ name: String, in index: Int) {
        guard let pod = groups[index].cluster.pod(name) else { return }
        touch(index, name) {
            $0.hasAddress = false
            $0.isReady = false
        }
        let address = now + between(Self.second / 10, 2 * Self.second)
        let start = address + between(0, 3 * Self.second)
        let ready = start + between(0, 2 * Self.second)
        groups[index].applications[pod.id]?.behaviour = .failing
        let available = ready + groups[index].minReady
        groups[index].applications[pod.id]?.availableFrom = available
        agenda.add(.lift(.rollout, group: index, pod.id), at: address)
        agenda.add(.heal(group: index, pod.id), at: start)
        agenda.add(.lift(.notReady, group: index, pod.id), at: ready)
    }
}
