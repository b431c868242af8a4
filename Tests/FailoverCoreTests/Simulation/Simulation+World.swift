@testable import FailoverCore

/// What befalls the cluster.
extension Simulation {
    // MARK: The beginning

    mutating func makeGroup(members: Int) -> SimulatedGroup {
        var group = SimulatedGroup(policy: GroupPolicy(), timing: makeTiming(), cluster: ModelCluster())
        let policy = makePolicy(group.timing)
        group = SimulatedGroup(policy: policy, timing: group.timing, cluster: ModelCluster())
        for index in 0..<members { create("m\(index)", in: &group) }
        return group
    }

    private mutating func makeTiming() -> SimulatedTiming {
        let period = between(1, 3) * Self.second
        return SimulatedTiming(
            period: period,
            fastPeriod: min(period, Self.second),
            timeout: between(300, 1000) * 1_000_000,
            thresholds: HealthThresholds(
                failure: Int.random(in: 1...3, using: &random),
                success: Int.random(in: 1...2, using: &random)
            )
        )
    }

    private mutating func makePolicy(_ timing: SimulatedTiming) -> GroupPolicy {
        GroupPolicy(
            order: random.once(in: 8) ? .promoteFirst : .demoteFirst,
            whenNoneHealthy: random.once(in: 6) ? .demoteActive : .keepActive,
            delay: random.once(in: 4) ? .seconds(2) : .zero,
            verdictWindow: .nanoseconds(Int64(timing.verdictWindow)),
            flap: random.once(in: 3)
                ? FlapLimit() : FlapLimit(maxMoves: 2, window: .seconds(40), hold: .seconds(40)),
            preemption: random.once(in: 3) ? Preemption(delay: .seconds(5), cooldown: .seconds(5)) : nil
        )
    }

    private mutating func create(_ name: String, in group: inout SimulatedGroup) {
        group.cluster.create(name)
        guard let pod = group.cluster.pod(name) else { return }
        let node = Int.random(in: nodes.indices, using: &random)
        if random.once(in: 4) { group.cluster.change(name) { $0.priority = 200 } }
        group.applications[pod.id] = SimulatedApplication(id: pod.id, node: node, servingSince: now)
    }

    // MARK: Faults

    mutating func begin(_ fault: SimulatedFault) {
        let group = Int.random(in: groups.indices, using: &random)
        let process = Int.random(in: processes.indices, using: &random)
        let length = between(Self.second, 25 * Self.second)
        guard let pod = groups[group].cluster.pods.randomElement(using: &random) else { return }
        tell("FAULT \(fault) (group \(group), \(pod.id), process \(process), \(length / 1_000_000) ms)")
        switch fault {
        case .application: breakApplication(pod.id, in: group, for: length)
        case .node: breakNode(Int.random(in: nodes.indices, using: &random), for: length)
        case .blindness:
            processes[process]?.blindUntil = now + length
            // A network that comes and goes is not told from applications that do.
            if let last = lastBlind, now < last + 10 * Self.second { flickers = now + length + 60 * Self.second }
            lastBlind = max(lastBlind ?? 0, now + length)
        case .stall: processes[process]?.stalledUntil = now + length
        case .outage: outageUntil = now + length
        case .slowness: slowUntil = now + length
        case .silentWatch: silentUntil = now + length
        case .restart: if processes[process] != nil { start(process) }
        case .takeover: if processes[1] == nil { start(1) } else { processes[1] = nil }
        case .deletion: delete(pod, in: group)
        case .containerRestart: restartContainer(pod.id, in: group)
        case .reload: reload(group)
        case .finish: touch(group, pod.name) { $0.lifecycle = .finished }
        case .secondActive, .lostLabel, .lostPassiveLabel: changeLabels(fault, pod, in: group)
        case .order: giveOrder(pod, in: group)
        case .annotation: annotate(pod, in: group)
        case .clockJump: wallOffset += random.once(in: 2) ? 3600 * Int64(Self.second) : -3600 * Int64(Self.second)
        case .lostRecord:
            groups[group].lastHand = now
            groups[group].cluster.deleteLease()
            show(group)
        }
        if case .finish = fault { agenda.add(.replace(group: group, name: pod.name, pod.id), at: now + length) }
    }

    private mutating func touch(_ group: Int, _ name: String, _ change: (inout Member) -> Void) {
        groups[group].cluster.change(name, change)
        show(group)
    }

    private mutating func breakApplication(_ id: Member.ID, in group: Int, for length: UInt64) {
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

    mutating func replace(_ name: String, _ id: Member.ID, in group: Int) {
        guard groups[group].cluster.pod(name)?.id == id else { return }
        groups[group].applications[id] = nil
        groups[group].activeByHand.remove(id)
        var next = groups[group]
        create(name, in: &next)
        groups[group] = next
        show(group)
    }

    private mutating func restartContainer(_ id: Member.ID, in group: Int) {
        groups[group].applications[id]?.incarnation += 1
        groups[group].applications[id]?.lastBad = now
        groups[group].applications[id]?.servingSince = now
        guard let name = groups[group].cluster.pods.first(where: { $0.id == id })?.name else { return }
        touch(group, name) { $0.isReady.toggle() }
    }

    private mutating func reload(_ group: Int) {
        for index in processes.indices {
            guard let policy = processes[index]?.machines[group].policy else { continue }
            let event = SimulatedEvent.Step.reload(group: group, policy)
            guard let generation = processes[index]?.generation else { continue }
            agenda.add(.process(index, generation: generation, event), at: now)
        }
    }

    // MARK: People and other controllers

    private mutating func changeLabels(_ fault: SimulatedFault, _ pod: Member, in group: Int) {
        guard pod.lifecycle == .running else { return }
        groups[group].lastHand = now
        switch fault {
        case .secondActive:
            guard pod.role != .active else { return }
            groups[group].activeByHand.insert(pod.id)
            touch(group, pod.name) { $0.role = .active }
        case .lostLabel:
            guard let active = groups[group].cluster.actives.first else { return }
            touch(group, active.name) { $0.role = nil }
        default:
            guard pod.role == .passive else { return }
            touch(group, pod.name) { $0.role = nil }
        }
    }

    private mutating func giveOrder(_ pod: Member, in group: Int) {
        guard groups[group].cluster.lease?.record.order == nil else { return }
        groups[group].lastHand = now
        let actions: [Order.Action] = [
            .switchover(to: nil, isForced: false), .switchover(to: pod.name, isForced: random.once(in: 3)),
            .pause(.seconds(20)), .resume, .fence(pod.name), .unfence(pod.name), .unintelligible("?"),
        ]
        guard let action = actions.randomElement(using: &random) else { return }
        tell("order \(action)")
        if action == .resume { groups[group].flaps = [] }
        groups[group].cluster.annotate { $0.order = Order(id: "o\(steps)", action: action) }
        show(group)
    }

    private mutating func annotate(_ pod: Member, in group: Int) {
        groups[group].lastHand = now
        let isExclusion = random.once(in: 3)
        let priority = [0, 50, 300].randomElement(using: &random) ?? 50
        touch(group, pod.name) {
            if isExclusion { $0.isExcluded.toggle() } else { $0.priority = priority }
        }
    }
}
