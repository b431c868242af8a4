@testable import FailoverCore

/// What supervisors do.
extension Simulation {
    // MARK: Life

    /// Starts a process, in place of one that is dead by now.
    mutating func start(_ index: Int) {
        generations += 1
        lastLoss = max(lastLoss, now)
        var process = SimulatedProcess(identity: "p\(generations)", generation: generations, groups: groups, at: now)
        tell("process \(process.identity) starts")
        var effects: [(Int, [Effect])] = []
        for group in groups.indices {
            var policy = groups[group].policy
            if sabotage == .movesAreForgotten { policy.flap.maxMoves = 0 }
            if sabotage == .nobodyIsAsked { policy.secondOpinion = nil }
            let mark = UInt64(generations)
            process.machines[group] = GroupStateMachine(policy: policy, identity: process.identity, mark: mark)
            effects.append((group, process.machines[group].started()))
        }
        processes[index] = process
        for (group, some) in effects {
            carryOut(some, of: index, group: group)
            showLater(group, to: index)
            showSlicesLater(group, to: index)
        }
        if leavesNodes { showNodesLater(to: index) }
        agenda.add(.process(index, generation: process.generation, .beat), at: now + Self.second / 2)
    }

    /// One event of one machine, and what follows from it.
    mutating func hear(
        _ index: Int,
        _ group: Int,
        _ event: (inout GroupStateMachine, MonotonicTime) -> [Effect]
    ) {
        readCalendar(of: index, group)
        take(index, group, event)
        readCalendar(of: index, group)
    }

    /// The same, by what the machine knows of the calendar.
    mutating func take(
        _ index: Int,
        _ group: Int,
        _ event: (inout GroupStateMachine, MonotonicTime) -> [Effect]
    ) {
        let now = time
        guard var machine = processes[index]?.machines[group] else { return }
        let effects = event(&machine, now)
        processes[index]?.machines[group] = machine
        carryOut(effects, of: index, group: group)
    }

    mutating func perform(_ step: SimulatedEvent.Step, of index: Int) {
        switch step {
        case .beat:
            for group in groups.indices {
                watchOutage(group)
                watchDeadActive(group)
                watchStranded(group)
            }
            schedule(.beat, of: index, at: now + Self.second / 2)
        case .probe(let group, let id, let flight): probe(id, in: group, flight: flight, of: index)
        case .probed(let group, let id, let verdict, let flight):
            probed(id, verdict, in: group, flight: flight, of: index)
        case .reload(let group, let policy): hear(index, group) { $0.policyChanged(policy, at: $1) }
        case .answer(let group, let answer):
            hear(index, group) { ModelProcess.deliver(answer, to: &$0, at: $1) }
        case .hook(let group, let id, let call, let attempt):
            hookTried(id, call, attempt: attempt, of: index, in: group)
        case .retryHook(let group, let id, let call, let attempt):
            runHook(id, call, attempt: attempt, of: index, in: group)
        case .turn(let group, let id, let write): takeTurn(of: write, id, of: index, group: group)
        case .nodes: lookAtNodes(index)
        case .companions(let group, let companions): hear(index, group) { $0.companionsChanged(companions, at: $1) }
        case .timer(let group, let id): hear(index, group) { $0.timerFired(id, at: $1) }
        case .opine(let group, let question, let standby, let told):
            opine(question, standby, told, in: group, of: index)
        case .opinions(let group, let answers):
            let count = standbys.count
            hear(index, group) { $0.opinionsHeard(answers, standbys: count, at: $1) }
        case .scored(let group, let id, let member, let score): scored(id, member, score, in: group, of: index)
        case .observe(let group, let members, let version, let lease):
            observe(members, version, lease, in: group, of: index)
        case .observeSlices(let group, let shown, let version):
            processes[index]?.missesSlices[group] = false
            hear(index, group) { $0.endpointsObserved(shown, version: version, at: $1) }
            if groups[group].cluster.slices.version != version { showSlicesLater(group, to: index) }
        }
    }

    mutating func schedule(_ step: SimulatedEvent.Step, of index: Int, at time: UInt64) {
        guard let generation = processes[index]?.generation else { return }
        agenda.add(.process(index, generation: generation, step), at: time)
    }

    // MARK: Informers

    /// What a group's objects look like now will reach a process after a while.
    mutating func showLater(_ group: Int, to index: Int) {
        guard processes[index]?.isBehind[group] == false else { return }
        processes[index]?.isBehind[group] = true
        let away = max(outageUntil, silentUntil)
        let at = max(now, away) + between(1_000_000, 80_000_000)
        let cluster = groups[group].cluster
        var members = groups[group].shown()
        if sabotage == .revisionsAreHidden { for pod in members.indices { members[pod].revision = nil } }
        schedule(.observe(group: group, members, cluster.version, cluster.lease.map(aged)), of: index, at: at)
    }

    /// The same for its slices, by another informer.
    mutating func showSlicesLater(_ group: Int, to index: Int) {
        let cluster = groups[group].cluster
        guard !cluster.slices.families.isEmpty, processes[index]?.missesSlices[group] == false else { return }
        processes[index]?.missesSlices[group] = true
        let at = max(now, outageUntil, silentUntil) + between(1_000_000, 80_000_000)
        schedule(.observeSlices(group: group, cluster.published(to: nil), cluster.slices.version), of: index, at: at)
    }

    private mutating func observe(
        _ members: [Member],
        _ version: ObjectVersion,
        _ lease: StoredRecord?,
        in group: Int,
        of index: Int
    ) {
        processes[index]?.isBehind[group] = false
        follow(members, in: group, of: index)
        // Slices are read by the pods that are known.
        showSlicesLater(group, to: index)
        hear(index, group) { $0.recordObserved(lease, at: $1) }
        hear(index, group) { $0.membersObserved(members, version: version, at: $1) }
        let cluster = groups[group].cluster
        if cluster.version != version || cluster.lease?.version != lease?.version { showLater(group, to: index) }
    }

    /// The record as it is read now: with the ages of its moves by the wall clock.
    func aged(_ stored: StoredRecord) -> StoredRecord {
        var stored = stored
        let wall = (Int64(now) + wallOffset) / 1000
        for index in stored.record.history.indices {
            let age = wall - (stored.record.history[index].startedAt ?? wall)
            stored.record.history[index].age = .microseconds(max(0, age))
        }
        return stored
    }

    // MARK: Probes

    /// Probes those that are there, and no others.
    private mutating func follow(_ members: [Member], in group: Int, of index: Int) {
        let wanted = members.filter { $0.hasAddress && $0.isProbeable && $0.lifecycle != .finished }
        let known = processes[index]?.targets[group] ?? [:]
        for id in known.keys where !wanted.contains(where: { $0.id == id }) {
            processes[index]?.targets[group][id] = nil
            processes[index]?.doubt.stoppedFailing(id, in: "\(group)")
        }
        for member in wanted {
            let incarnation = groups[group].applications[member.id]?.incarnation ?? 0
            if let target = known[member.id] {
                guard target.incarnation != incarnation else { continue }
                processes[index]?.targets[group][member.id]?.incarnation = incarnation
                forget(member.id, in: group, of: index)
            } else {
                let tracker = HealthTracker(thresholds: groups[group].timing.thresholds, since: time)
                processes[index]?.targets[group][member.id] = .init(tracker: tracker, incarnation: incarnation)
                let first = now + between(0, groups[group].timing.fastPeriod)
                schedule(.probe(group: group, member.id, flight: 0), of: index, at: first)
            }
        }
    }

    mutating func forget(_ id: Member.ID, in group: Int, of index: Int) {
        let now = time
        guard processes[index]?.targets[group][id]?.tracker.forget(at: now) != nil else { return }
        report(id, in: group, of: index)
    }

    mutating func report(_ id: Member.ID, in group: Int, of index: Int) {
        guard let evidence = processes[index]?.targets[group][id]?.tracker.evidence else { return }
        hear(index, group) { $0.memberProbed(id, evidence, at: $1) }
    }

    private mutating func probe(_ id: Member.ID, in group: Int, flight: Int, of index: Int) {
        guard let target = processes[index]?.targets[group][id], target.flight == flight else { return }
        processes[index]?.targets[group][id]?.startedAt = now
        let role = processes[index]?.machines[group].view[id]?.role
        processes[index]?.targets[group][id]?.isPassive = role != .active
        let timeout = groups[group].timing.timeout
        let (verdict, delay) = result(of: id, in: group, for: index, timeout: timeout)
        schedule(.probed(group: group, id, verdict, flight: flight), of: index, at: now + delay)
    }

    /// How a probe that begins now ends, and after what time.
    private mutating func result(
        of id: Member.ID,
        in group: Int,
        for index: Int,
        timeout: UInt64
    ) -> (ProbeVerdict, UInt64) {
        let quick = between(500_000, 20_000_000)
        if now < processes[index]?.blindUntil ?? 0 { return (.failure, quick % 2 == 0 ? quick : timeout) }
        guard let application = groups[group].applications[id] else { return (.failure, timeout) }
        if now < max(application.muteUntil, processes[index]?.resultlessUntil ?? 0) { return (.noResult, quick) }
        if now < severances[index][application.node] { return (.failure, timeout) }
        if now < application.coldUntil, groups[group].pod(id)?.role == .active { return (.failure, quick) }
        if now < nodes[application.node] { return (.failure, timeout) }
        switch application.behaviour {
        case .serving: return (.success, min(quick, timeout / 2))
        case .failing: return (.failure, quick)
        case .hanging: return (.failure, timeout)
        }
    }

    private mutating func probed(
        _ id: Member.ID,
        _ result: ProbeVerdict,
        in group: Int,
        flight: Int,
        of index: Int
    ) {
        guard let process = processes[index], var target = process.targets[group][id], target.flight == flight else {
            return
        }
        let isDistrusted = MonotonicTime(nanoseconds: target.startedAt) < process.doubt.distrustedBefore
        let verdict = isDistrusted ? .noResult : result
        noteFailing(id, verdict, target, in: group, of: index)
        let before = target.tracker.evidence
        _ = target.tracker.probeFinished(
            verdict,
            from: MonotonicTime(nanoseconds: target.startedAt),
            at: time,
            isPassive: target.isPassive
        )
        let after = target.tracker.evidence
        let isAwaited = target.isAwaited
        target.isAwaited = false
        target.flight += 1
        processes[index]?.targets[group][id] = target
        // As the engine: every change of the result, not of the verdict only.
        let isNews =
            before.health != after.health || (before.failingSince == nil) != (after.failingSince == nil)
            || (before.succeedingSince == nil) != (after.succeedingSince == nil)
        if isNews {
            tell("process \(index) finds \(id) \(after.health.rawValue)\(after.isContradicted ? ", contradicted" : "")")
        }
        if isNews || isAwaited { report(id, in: group, of: index) }
        let timing = groups[group].timing
        let pause = target.tracker.isCounting ? timing.fastPeriod : timing.period
        schedule(.probe(group: group, id, flight: target.flight), of: index, at: max(target.startedAt + pause, now))
    }
}
