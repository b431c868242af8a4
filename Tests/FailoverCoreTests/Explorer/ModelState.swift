@testable import FailoverCore

/// One state of two supervisors, their API server, and what is on its way between them.
struct ModelState: Hashable {
    var cluster: ModelCluster
    /// Whether the processes in the pods are followed: a label says who is to be active, not who is.
    var followsProcesses = false
    var processes: [ModelProcess] = []
    /// Requests of which the sender will hear nothing, and which may still land.
    var orphans: [Effect] = []
    var budget: Budget
    private var started = 0
    /// The process that acted last; only followed where switches are counted.
    private var actor: Int?
    let policy: GroupPolicy
    var now = MonotonicTime(nanoseconds: 0)

    /// Nothing is labelled, nothing is on record, and both supervisors begin.
    static func cold(_ policy: GroupPolicy, _ budget: Budget, sabotage: ModelCluster.Sabotage? = nil) -> ModelState {
        var state = ModelState(cluster: ModelCluster(of: policy, sabotage), budget: budget, policy: policy)
        for name in ["a", "b", "c"] { state.cluster.create(name) }
        for _ in 0..<2 { state.start() }
        return state
    }

    /// The first member is active and on record, and both supervisors know everything.
    static func warm(_ policy: GroupPolicy, _ budget: Budget, sabotage: ModelCluster.Sabotage? = nil) -> ModelState {
        var state = cold(policy, budget, sabotage: sabotage)
        state.settle()
        state.now = MonotonicTime(nanoseconds: 0)
        state.budget = budget
        state.actor = nil
        return state
    }

    /// The first supervisor has moved the role to a pod that the second has never seen, and the second knows of nothing.
    static func estranged(
        _ policy: GroupPolicy,
        _ budget: Budget,
        sabotage: ModelCluster.Sabotage? = nil
    ) -> ModelState {
        var state = warm(policy, Budget(verdicts: 1), sabotage: sabotage)
        state.perform(.recreate("b"))
        state.perform(.observe(0))
        state.perform(.changeVerdict(0, "a"))
        while !state.processes[0].requests.isEmpty { state.perform(.exchange(0, 0)) }
        state.budget = budget
        state.actor = nil
        return state
    }

    /// The Lease was restored from a time when a switch to the second member was announced, and both supervisors begin.
    static func revived(_ policy: GroupPolicy, _ budget: Budget, sabotage: ModelCluster.Sabotage? = nil) -> ModelState {
        var state = ModelState(cluster: ModelCluster(of: policy, sabotage), budget: budget, policy: policy)
        for name in ["a", "b", "c"] {
            state.cluster.create(name, role: name == "c" ? .active : .passive, epoch: Epoch(3))
        }
        let holder = state.cluster.pod("b").map { GroupRecord.Holder(name: $0.name, id: $0.id) }
        _ = state.cluster.write(
            GroupRecord(holder: holder, epoch: Epoch(2), origin: .intended, writer: "before", reason: ""),
            replacing: nil
        )
        for _ in 0..<2 { state.start() }
        return state
    }

    /// The active member was replaced, the first supervisor announced a switch because of that, and the Lease was deleted then.
    static func bereft(_ policy: GroupPolicy, _ budget: Budget, sabotage: ModelCluster.Sabotage? = nil) -> ModelState {
        var state = warm(policy, Budget(verdicts: 1), sabotage: sabotage)
        state.perform(.recreate("a"))
        state.perform(.observe(0))
        state.perform(.changeVerdict(0, "a"))
        state.perform(.exchange(0, 0))
        state.perform(.deleteLease)
        state.budget = budget
        state.actor = nil
        return state
    }

    private init(cluster: ModelCluster, budget: Budget, policy: GroupPolicy) {
        self.cluster = cluster
        self.budget = budget
        self.policy = policy
    }

    private mutating func start(unhealthy: Set<String> = [], inPlaceOf ended: ModelProcess? = nil) {
        started += 1
        let name = cluster.sabotage == .runsAreKnownByName ? ended?.identity : nil
        let known = cluster.knowledge(policy, name ?? "p\(started)", mark: UInt64(started))
        processes.append(.init(known, unhealthy: unhealthy, stopped: cluster.stopped))
    }

    // MARK: What must never be

    /// What is wrong with this state; nil if nothing is.
    var violation: String? {
        // Who comes back as active is so by nobody's write.
        let actives = cluster.actives.filter { !cluster.returned.contains($0.id) }
        if policy.order == .demoteFirst, actives.count > 1 {
            return "active together: \(actives.map(\.name).joined(separator: ", "))"
        }
        if cluster.acting.count > 1 {
            return "acting together: \(cluster.acting.map(\.uid).sorted().joined(separator: ", "))"
        }
        if let problem = cluster.slices.violation { return problem }
        if cluster.touchedAnotherPod { return "a write reached a pod of another uid" }
        if let problem = cluster.hooks.violation { return problem }
        if processes.contains(where: \.ranAmiss) { return "a hook told of a role that the pod did not have" }
        if processes.contains(where: \.movedPastAPause) { return "a move went past a pause" }
        if processes.contains(where: \.heardTwice) { return "an answer had an effect twice" }
        return nil
    }

    // MARK: Steps

    /// Whether a process may go on now.
    private func mayAct(_ index: Int) -> Bool {
        guard let switches = budget.switches, let actor else { return true }
        return switches > 0 || index == actor
    }

    private mutating func acts(_ index: Int) {
        guard let switches = budget.switches else { return }
        if let actor, actor != index { budget.switches = switches - 1 }
        actor = index
    }

    /// Everything that can happen next.
    var actions: [ModelAction] {
        var actions: [ModelAction] = []
        for (index, process) in processes.enumerated() where mayAct(index) {
            for request in process.requests.indices {
                actions.append(.exchange(index, request))
                if mayFail(budget.losses) { actions += [.loseAnswer(index, request), .loseRequest(index, request)] }
                if mayFail(budget.delays) { actions.append(.execute(index, request)) }
                guard mayFail(budget.failures), case .runHook = process.requests[request] else { continue }
                actions.append(.failHook(index, request))
            }
            for answer in process.answers.indices { actions.append(.deliver(index, answer)) }
            if process.isBehind(cluster) { actions.append(.observe(index)) }
            if process.missesSlices(of: cluster) { actions.append(.observeSlices(index)) }
            if mayFail(budget.crashes) { actions.append(.crash(index)) }
            if budget.opinions > 0, process.machine.question != nil {
                actions += [.opine(index, .unhealthy), .opine(index, .healthy)]
            }
            if budget.verdicts > 0 { actions += process.seen.map { .changeVerdict(index, $0.name) } }
        }
        actions += orphans.indices.map { .land($0) }
        if mayFail(budget.recreations) { actions += cluster.pods.map { .recreate($0.name) } }
        if mayFail(budget.terminations) { actions += cluster.pods.map { .terminate($0.name) } }
        if mayFail(budget.denials) { actions += cluster.pods.map { .deny($0.name) } }
        actions += cluster.pods.filter { cluster.denied.contains($0.id) }.map { .admit($0.name) }
        if mayFail(budget.departures) {
            actions += cluster.pods.map { .select($0.name, cluster.departed.contains($0.id)) }
        }
        if budget.requests > 0, cluster.lease != nil {
            actions += [.request(nil)] + cluster.members.map { .request($0.name) }
        }
        if followsProcesses {
            actions += cluster.unaware.map { .learn($0.name) } + processes.indices.map { .probe($0) }
            let ending = cluster.pods.filter { $0.lifecycle == .terminating }
            actions += ending.map { $0.hasStopped ? .replace($0.name) : .stop($0.name) }
        }
        if budget.pauses > 0, cluster.lease != nil { actions.append(.pause) }
        if mayFail(budget.edits) { actions += [.deleteSlices] + cluster.members.map { .publishByHand($0.name) } }
        // The one loss that is not survived is that of the very first record, before any pod carries an epoch.
        let isMarked = cluster.pods.contains { $0.epoch != nil }
        if mayFail(budget.deletions), isMarked, cluster.lease != nil { actions.append(.deleteLease) }
        return actions
    }

    private func mayFail(_ kind: Int) -> Bool { budget.faults > 0 && kind > 0 }

    mutating func perform(_ action: ModelAction) {
        if let process = action.process { acts(process) }
        if followsProcesses { moveOn() }
        defer { noteFailures() }
        switch action {
        case .exchange(let index, let position):
            if let request = processes[index].send(position, to: cluster, at: now),
                let answer = execute(request, of: index)
            {
                processes[index].deliver(answer, at: now)
            }
        case .execute(let index, let position):
            spend(\.delays)
            if let request = processes[index].send(position, to: cluster, at: now),
                let answer = execute(request, of: index)
            {
                processes[index].answers.append(answer)
            }
        case .deliver(let index, let position):
            let answer = processes[index].answers.remove(at: position)
            processes[index].deliver(answer, at: now)
        case .loseAnswer(let index, let position):
            spend(\.losses)
            guard let request = processes[index].send(position, to: cluster, at: now) else { return }
            _ = execute(request, of: index)
            fail(request, of: index)
        case .loseRequest(let index, let position):
            spend(\.losses)
            guard let request = processes[index].send(position, to: cluster, at: now) else { return }
            if request.isWrite { orphans.append(request) }
            fail(request, of: index)
        case .failHook(let index, let position):
            spend(\.failures)
            guard case .runHook(let id, _)? = processes[index].send(position, to: cluster, at: now) else { return }
            processes[index].deliver(.hookRan(id, .failed("exit 1")), at: now)
        case .land(let position): _ = execute(orphans.remove(at: position), of: nil)
        case .observe(let index): processes[index].observe(cluster, at: now)
        case .observeSlices(let index): processes[index].observeSlices(of: cluster, at: now)
        case .crash(let index):
            spend(\.crashes)
            orphans += processes[index].requests.filter(\.isWrite)
            start(unhealthy: processes[index].unhealthy, inPlaceOf: processes[index])
            processes.swapAt(index, processes.count - 1)
            processes.removeLast()
        case .changeVerdict(let index, let name):
            budget.verdicts -= 1
            processes[index].verdictChanges(of: name, at: now)
        case .recreate(let name):
            spend(\.recreations)
            cluster.create(name)
        case .terminate(let name):
            spend(\.terminations)
            cluster.change(name) { $0.lifecycle = .terminating }
        case .deny(let name):
            spend(\.denials)
            cluster.deny(name)
        case .select(let name, let isSelected):
            spend(\.departures)
            cluster.select(name, isSelected)
        case .pause:
            budget.pauses -= 1
            cluster.annotate { $0.pause = $0.pause == nil ? Pause(id: "p", rest: nil) : nil }
        case .admit(let name): cluster.deny(name, false)
        case .request(let name):
            budget.requests -= 1
            cluster.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: name, isForced: false)) }
        case .learn(let name): cluster.learn(name)
        case .stop(let name): cluster.stop(name)
        case .replace(let name): cluster.create(name)
        case .probe(let index): processes[index].probeAll(at: now)
        case .opine(let index, let health):
            budget.opinions -= 1
            processes[index].hear(health, at: now)
        case .deleteLease:
            spend(\.deletions)
            cluster.deleteLease()
        case .deleteSlices:
            spend(\.edits)
            cluster.deleteSlices()
        case .publishByHand(let name):
            spend(\.edits)
            if let pod = cluster.pod(name) { cluster.publish(pod.id) }
        }
    }

    /// What is proved rests on the order of times.
    private mutating func moveOn() {
        now = now + .nanoseconds(1)
        for index in processes.indices { processes[index].acting = cluster.acting }
    }

    /// Hooks that a process tries no more need not be heard.
    mutating func noteFailures() {
        for index in processes.indices {
            for call in processes[index].takeFailures() { cluster.gaveUp(call) }
        }
    }

    private mutating func spend(_ kind: WritableKeyPath<Budget, Int>) {
        budget[keyPath: kind] -= 1
        budget.faults -= 1
    }
}
