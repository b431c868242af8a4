@testable import FailoverCore

/// What people and other controllers do.
extension Simulation {
    mutating func changeLabels(_ fault: SimulatedFault, _ pod: Member, in group: Int) {
        guard pod.lifecycle == .running else { return }
        groups[group].lastHand = now
        groups[group].lastLabel = now
        if groups[group].policy.ownsEndpoints { return editSlices(fault, pod, in: group) }
        switch fault {
        case .secondActive:
            guard pod.role != .active else { return }
            groups[group].activeByHand.insert(pod.id)
            touch(group, pod.name) { $0.role = .active }
        case .lostLabel:
            guard let active = groups[group].actives.first else { return }
            touch(group, active.name) { $0.role = nil }
        default:
            guard pod.role == .passive else { return }
            touch(group, pod.name) { $0.role = nil }
        }
    }

    /// Somebody writes another pod into the slices, or deletes them.
    private mutating func editSlices(_ fault: SimulatedFault, _ pod: Member, in group: Int) {
        tell("slices are \(fault == .secondActive ? "edited: \(pod.id)" : "deleted")")
        if fault == .secondActive {
            groups[group].cluster.publish(pod.id)
        } else {
            groups[group].cluster.deleteSlices()
        }
        show(group)
    }

    mutating func giveRequest(_ pod: Member, in group: Int) {
        guard groups[group].cluster.lease?.record.request == nil else { return }
        groups[group].lastHand = now
        let actions: [OperatorRequest.Action] = [
            .switchover(to: nil, isForced: false), .switchover(to: nil, isForced: random.once(in: 2)),
            .switchover(to: pod.name, isForced: random.once(in: 3)),
            .pause(.seconds(20)), .resume, .fence(pod.name), .unfence(pod.name), .unintelligible("?"),
        ]
        guard let action = actions.randomElement(using: &random) else { return }
        tell("request \(action)")
        if action == .resume { groups[group].flaps = [] }
        let isForLater = action.isSwitchover && random.once(in: 4)
        let due = isForLater ? wall / 1000 + Int64(between(0, 30)) * 1_000_000 : nil
        let id = "o\(steps)"
        groups[group].promises.dues[id] = due
        groups[group].cluster.annotate { $0.request = OperatorRequest(id: id, action: action, due: due) }
        show(group)
    }

    mutating func annotate(_ pod: Member, in group: Int) {
        groups[group].lastHand = now
        let isExclusion = random.once(in: 3)
        let priority = [0, 50, 300].randomElement(using: &random) ?? 50
        touch(group, pod.name) {
            if isExclusion { $0.isExcluded.toggle() } else { $0.priority = priority }
        }
    }

    /// Takes the labels of some members away, and soon again.
    mutating func strip(_ group: Int, until end: UInt64) {
        groups[group].lastHand = now
        groups[group].lastLabel = now
        if groups[group].policy.ownsEndpoints { return }
        let victims = groups[group].members.filter { $0.role == .passive || random.once(in: 4) }
        for pod in victims { touch(group, pod.name) { $0.role = nil } }
        let next = now + between(300_000_000, 2 * Self.second)
        if next < end { agenda.add(.strip(group: group, until: end), at: next) }
    }

    /// The group is known by its other name from now on: by that it has another Lease, and its pods have other epochs.
    mutating func rename(_ group: Int) {
        let cluster = groups[group].cluster
        if cluster.lease?.record.request != nil { return }
        let next = groups[group].otherLife
        let epochs = cluster.pods.compactMap { pod in pod.epoch.map { (pod.id, $0) } }
        groups[group].otherLife = .init(record: cluster.lease?.record, epochs: Dictionary(uniqueKeysWithValues: epochs))
        groups[group].cluster.deleteLease()
        for pod in cluster.pods { groups[group].cluster.change(pod.name) { $0.epoch = next?.epochs[pod.id] } }
        if let record = next?.record { _ = groups[group].cluster.write(record, replacing: nil) }
        groups[group].flaps = []
        groups[group].promises.requests = [:]
        groups[group].promises.gaps = [:]
        groups[group].promises.isRenamed = true
        // By its other name nothing is known of what was just promoted.
        for id in groups[group].applications.keys {
            let end = groups[group].applications[id]?.coldUntil ?? 0
            if now < end { groups[group].applications[id]?.lastBad = end }
        }
        groups[group].firstGeneration = generations + 1
        for index in processes.indices where processes[index] != nil { start(index) }
    }

    /// The active application fails, somebody pauses the group, and a supervisor dies, all within some seconds.
    mutating func pauseAndCrash(_ process: Int, _ group: Int) {
        guard let active = groups[group].actives.first, groups[group].cluster.lease?.record.request == nil else {
            return
        }
        groups[group].lastHand = now
        breakApplication(active.id, in: group, for: 10 * Self.second)
        agenda.add(.restart(process), at: now + between(0, 6 * Self.second))
        agenda.add(.pause(group: group), at: now + between(0, 6 * Self.second))
    }

    /// Somebody pauses the group, unless he asked for something else before.
    mutating func pause(_ group: Int) {
        guard groups[group].cluster.lease?.record.request == nil else { return }
        groups[group].cluster.annotate { $0.request = OperatorRequest(id: "o\(steps)", action: .pause(.seconds(20))) }
        show(group)
    }

    /// The Lease is deleted.
    mutating func loseRecord(of group: Int) {
        groups[group].lastHand = now
        groups[group].cluster.deleteLease()
        show(group)
    }
}
