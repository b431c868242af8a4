@testable import FailoverCore

/// What befalls the cluster.
extension Simulation {
    /// Something goes wrong somewhere, or somebody does something.
    mutating func begin(_ fault: SimulatedFault) {
        let group = Int.random(in: groups.indices, using: &random)
        let process = Int.random(in: processes.indices, using: &random)
        let length = between(Self.second, 25 * Self.second)
        guard let pod = groups[group].members.randomElement(using: &random) else { return }
        tell("FAULT \(fault) (group \(group), \(pod.id), process \(process), \(length / 1_000_000) ms)")
        switch fault {
        case .blindness, .stall, .noResults, .restart, .takeover, .clockJump: befall(process, fault, for: length)
        case .outage: outageUntil = now + length
        case .drain: cordon(for: length)
        case .companion: moveCompanion(of: group)
        case .severance: sever(process, for: length)
        case .standby: mislead(for: length)
        case .slowness: slowUntil = now + length
        case .silentWatch: silentUntil = now + length
        case .throttling: throttledUntil = now + length
        case .application, .node, .deletion, .containerRestart, .finish: befall(pod, in: group, fault, for: length)
        case .muteApplication, .notReady, .denial, .deselection, .absence: impair(pod, in: group, fault, for: length)
        case .reload: reload(group)
        case .secondActive, .lostLabel, .lostPassiveLabel: changeLabels(fault, pod, in: group)
        case .stripper: strip(group, until: now + length)
        case .request: giveRequest(pod, in: group)
        case .annotation: annotate(pod, in: group)
        case .rename: rename(group)
        case .pauseAndCrash: pauseAndCrash(process, group)
        case .rollout: beginRollout(group)
        case .lostRecord: loseRecord(of: group)
        }
    }

    // MARK: Supervisors

    private mutating func befall(_ process: Int, _ fault: SimulatedFault, for length: UInt64) {
        switch fault {
        case .blindness:
            processes[process]?.blindUntil = now + length
            // A network that comes and goes is not told from applications that do.
            if let last = lastBlind, now < last + 10 * Self.second { flickers = now + length + 60 * Self.second }
            lastBlind = max(lastBlind ?? 0, now + length)
        case .stall:
            processes[process]?.stalledUntil = now + length
            lastLoss = max(lastLoss, now + length)
        case .noResults:
            processes[process]?.resultlessUntil = now + length
            lastResultless = max(lastResultless ?? 0, now + length)
        case .restart: if processes[process] != nil { start(process) }
        case .takeover: if processes[1] == nil { start(1) } else { processes[1] = nil }
        default:
            wallSetAt = time
            wallOffset += random.once(in: 2) ? 3600 * Int64(Self.second) : -3600 * Int64(Self.second)
        }
    }

    private mutating func reload(_ group: Int) {
        for index in processes.indices {
            guard let policy = processes[index]?.machines[group].policy else { continue }
            let event = SimulatedEvent.Step.reload(group: group, policy)
            guard let generation = processes[index]?.generation else { continue }
            agenda.add(.process(index, generation: generation, event), at: now)
        }
    }

    // MARK: What ends by itself

    /// Something is wrong with a pod that is none of its application's fault.
    private mutating func impair(_ pod: Member, in group: Int, _ fault: SimulatedFault, for length: UInt64) {
        switch fault {
        case .muteApplication: groups[group].applications[pod.id]?.muteUntil = now + length
        case .notReady: touch(group, pod.name) { $0.isReady = false }
        case .deselection: touch(group, pod.name) { $0.isSelected = false }
        case .denial:
            groups[group].cluster.deny(pod.name)
            if random.once(in: 3) { return }
        default:
            groups[group].absent.insert(pod.id)
            touch(group, pod.name) { _ in }
        }
        agenda.add(.lift(fault, group: group, pod.id), at: now + length)
    }

    /// That is over.
    mutating func lift(_ fault: SimulatedFault, from id: Member.ID, in group: Int) {
        guard let pod = groups[group].pod(id) else { return }
        tell("END of \(fault) (group \(group), \(id))")
        switch fault {
        case .notReady:
            groups[group].applications[id]?.lastNotReady = now
            touch(group, pod.name) { $0.isReady = true }
        case .deselection: touch(group, pod.name) { $0.isSelected = true }
        case .rollout: touch(group, pod.name) { $0.hasAddress = true }
        case .denial:
            groups[group].applications[id]?.lastDenied = now
            groups[group].cluster.deny(pod.name, false)
        case .absence:
            groups[group].absent.remove(id)
            // Whoever brings it back brings back its role.
            if pod.role == .active { groups[group].activeByHand.insert(id) }
            groups[group].applications[id]?.lastBad = now
            touch(group, pod.name) { _ in }
        default: break
        }
    }

    mutating func touch(_ group: Int, _ name: String, _ change: (inout Member) -> Void) {
        groups[group].cluster.change(name, change)
        show(group)
    }
}
