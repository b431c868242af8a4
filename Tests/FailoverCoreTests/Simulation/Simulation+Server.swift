@testable import FailoverCore

/// What the API server makes of requests.
extension Simulation {
    /// Sends a request: it arrives, or does not, or its answer does not.
    mutating func send(_ effect: Effect, of index: Int, group: Int) {
        guard let generation = processes[index]?.generation else { return }
        if case .writeRole(_, let write) = effect, write.role == .active, sabotage == .promotionsAreNotRetried {
            return
        }
        func request(isLost: Bool, at time: UInt64) {
            agenda.add(.request(index, generation: generation, group: group, effect, isLost: isLost), at: time)
        }
        func failure(at time: UInt64) {
            guard let answer = Self.failure(of: effect) else { return }
            agenda.add(.process(index, generation: generation, .answer(group: group, answer)), at: time)
        }
        if now < outageUntil {
            // Refused at once, or swallowed; what was swallowed may still be executed.
            if random.once(in: 2) { return failure(at: now + between(1_000_000, 10_000_000)) }
            if random.once(in: 3) { request(isLost: true, at: now + between(1_000_000, 2 * Self.deadline)) }
            return failure(at: now + Self.deadline)
        }
        if now < throttledUntil, random.once(in: 2) {
            guard let answer = Self.failure(of: effect, tooManyRequests()) else { return }
            let at = now + between(1_000_000, 10_000_000)
            return agenda.add(.process(index, generation: generation, .answer(group: group, answer)), at: at)
        }
        let latency = now < slowUntil ? between(100_000_000, 6 * Self.second) : between(500_000, 30_000_000)
        if latency > Self.deadline || random.once(in: 60) {
            lastLoss = max(lastLoss, now + Self.deadline)
            request(isLost: true, at: now + latency)
            return failure(at: now + Self.deadline)
        }
        request(isLost: false, at: now + latency)
    }

    /// A 429; the client honours what the API server asks for within its own limit.
    private mutating func tooManyRequests() -> OperationFailure {
        let asked = [0, 1, 5, 60, 3600].randomElement(using: &random) ?? 1
        return OperationFailure("429", retryAfter: .seconds(min(asked, Self.longestRetryAfter)))
    }

    /// As in the client for the API server.
    private static let longestRetryAfter = 30

    private static func failure(
        of effect: Effect,
        _ failure: OperationFailure = OperationFailure("no answer in time")
    ) -> ModelProcess.Answer? {
        switch effect {
        case .readRecord(let id): return .recordRead(id, .failed(failure))
        case .writeRecord(let id, _, _, _): return .recordWritten(id, .failed(failure))
        case .listMembers(let id): return .membersListed(id, .failed(failure))
        case .readMember(let id, _), .readOutgoing(let id, _, _): return .memberRead(id, .failed(failure))
        case .writeRole(let id, _): return .roleWritten(id, .failed(failure))
        case .tryRole(let id, _): return .roleTried(id, .notRefused)
        case .settleEndpoints(let id, _): return .endpointsSettled(id)
        case .deletePod(let id, _): return .podDeleted(id, .failed(failure))
        case .runHook(let id, _): return .hookRan(id, .failed("no answer in time"))
        case .writeEndpoints(let id, _): return .endpointsWritten(id, .failed(failure))
        case .readEndpoints(let id, _): return .endpointsRead(id, .failed(failure))
        case .startTimer, .startBackoff, .probe, .forgetHealth, .askOpinions, .askScores, .report: return nil
        }
    }

    /// A request is executed; its answer goes back unless it is lost.
    mutating func execute(_ effect: Effect, of index: Int, generation: Int, group: Int, isLost: Bool) {
        if case .writeEndpoints(let id, let write) = effect, let ground = write.announcement?.ground {
            let lease = groups[group].cluster.lease
            if lease?.version == ground {
                let event = SimulatedEvent.announcement(
                    index,
                    generation: generation,
                    group: group,
                    effect,
                    isLost: isLost
                )
                return agenda.add(event, at: now + between(500_000, 30_000_000))
            }
            if isLost { return }
            let answer = ModelProcess.Answer.endpointsWritten(id, .withheld(lease.map { .found(aged($0)) } ?? .absent))
            let at = now + between(500_000, 15_000_000)
            return agenda.add(.process(index, generation: generation, .answer(group: group, answer)), at: at)
        }
        finish(effect, of: index, generation: generation, group: group, isLost: isLost)
    }

    /// Whether a process that has read the record for a write still wants it; one that is dead has sent it.
    mutating func isStillWanted(_ effect: Effect, of index: Int, generation: Int, group: Int) -> Bool {
        guard case .writeEndpoints(let id, _) = effect, let process = processes[index],
            process.generation == generation, now >= process.stalledUntil
        else { return true }
        var machine = process.machines[group]
        let isWanted = machine.turnCame(id, at: time)
        processes[index]?.machines[group] = machine
        if !isWanted { hear(index, group) { $0.endpointsWritten(id, .notSent, at: $1) } }
        return isWanted
    }

    /// The same for what needs nothing more.
    mutating func finish(_ effect: Effect, of index: Int, generation: Int, group: Int, isLost: Bool) {
        guard let answer = answer(to: effect, in: group) else { return }
        tell(
            "group \(group): \(Self.words(of: effect)) by process \(index) of generation \(generation): \(Self.words(of: answer))"
        )
        if isLost { return }
        let at = now + between(500_000, 15_000_000)
        agenda.add(.process(index, generation: generation, .answer(group: group, answer)), at: at)
    }

    private mutating func answer(to effect: Effect, in group: Int) -> ModelProcess.Answer? {
        let cluster = groups[group].cluster
        switch effect {
        case .readRecord(let id): return .recordRead(id, cluster.lease.map { .found(aged($0)) } ?? .absent)
        case .writeRecord(let id, let record, let version, _):
            let outcome = write(record, replacing: version, in: group)
            return .recordWritten(id, outcome)
        case .listMembers(let id): return .membersListed(id, .listed(groups[group].shown(), version: cluster.version))
        case .readMember(let id, let name):
            return .memberRead(id, groups[group].shown(name).map { .found($0) } ?? .gone)
        case .readOutgoing(let id, let pod, _):
            return .memberRead(id, groups[group].shown(pod.name).map { .found($0) } ?? .gone)
        case .writeRole(let id, let write): return .roleWritten(id, self.write(write, in: group))
        case .tryRole(let id, let write): return .roleTried(id, cluster.tried(write))
        case .settleEndpoints(let id, _): return .endpointsSettled(id)
        case .deletePod(let id, let pod): return .podDeleted(id, delete(pod, in: group))
        case .runHook(let id, _): return .hookRan(id, .succeeded)
        case .writeEndpoints(let id, let write): return .endpointsWritten(id, self.write(write, in: group))
        case .readEndpoints(let id, let family): return .endpointsRead(id, .found(cluster.published(family, to: nil)))
        case .startTimer, .startBackoff, .probe, .forgetHealth, .askOpinions, .askScores, .report: return nil
        }
    }

    private mutating func write(
        _ record: GroupRecord,
        replacing version: StoredRecord.Version?,
        in group: Int
    ) -> RecordWriteOutcome {
        var record = record
        let wall = (Int64(now) + wallOffset) / 1000
        for index in record.history.indices where record.history[index].startedAt == nil {
            record.history[index].startedAt = wall
        }
        let outcome = groups[group].cluster.write(record, replacing: version)
        if case .written = outcome {
            checkRecord(record, of: group)
            show(group)
        }
        return outcome
    }

    private mutating func write(_ write: RoleWrite, in group: Int) -> RoleWriteOutcome {
        guard let before = groups[group].pod(write.member.name) else { return .gone }
        let outcome = groups[group].cluster.write(groups[group].asStored(write))
        guard case .written = outcome else { return outcome }
        if before.id != write.member.id { fail("group \(group): a write for \(write.member.id) reached \(before.id)") }
        if write.role == .active, before.role != .active {
            checkPromotion(of: before, in: group)
            notePromotion(of: before, at: write.epoch, in: group)
        }
        rolesChanged(group, of: before)
        return groups[group].shown(before.name).map { .written($0) } ?? .gone
    }

    private mutating func write(_ write: EndpointsWrite, in group: Int) -> EndpointsWriteOutcome {
        let before = groups[group].pods
        let outcome = groups[group].cluster.write(write)
        guard case .written = outcome else { return outcome }
        if let problem = groups[group].cluster.slices.violation { fail("group \(group): \(problem)") }
        for pod in before {
            guard let after = groups[group].pod(pod.id), after.role != pod.role else { continue }
            if after.role == .active {
                checkNeed(of: pod, in: group, instead: before.first { $0.role == .active })
                notePromotion(of: pod, at: write.epoch, in: group)
            }
            rolesChanged(group, of: pod)
        }
        show(group)
        return outcome
    }

    /// Notes that a pod is, or is no longer, active by a supervisor's write.
    private mutating func rolesChanged(_ group: Int, of before: Member) {
        groups[group].activeByHand.remove(before.id)
        let isActive = groups[group].cluster.pod(before.name)?.role == .active
        let isLast = groups[group].actives.isEmpty || groups[group].lastActive?.id == before.id
        if before.role == .active, !isActive, isLast { groups[group].lastActive = (before.id, now) }
        if isActive, groups[group].lastActive?.id != before.id { countMove(in: group) }
        if isActive, before.role != .active {
            let answersFrom = now + groups[group].warmUp
            groups[group].applications[before.id]?.coldUntil = answersFrom
        }
        if isActive { groups[group].lastActive = (before.id, now) }
        show(group)
    }

    /// Tells every process, sooner or later.
    mutating func show(_ group: Int) {
        noteService(of: group)
        for index in processes.indices where processes[index] != nil {
            showLater(group, to: index)
            showSlicesLater(group, to: index)
        }
    }

    // MARK: Words

    private static func words(of effect: Effect) -> String {
        switch effect {
        case .readRecord: "read of the record"
        case .writeRecord(_, let record, _, _):
            "record \(record.holder?.id?.uid ?? "nobody") at \(record.epoch), \(record.origin.rawValue), \(record.reason)"
        case .listMembers: "list"
        case .readMember(_, let name): "read of \(name)"
        case .readOutgoing(_, let pod, _): "look at \(pod.id)"
        case .writeRole(_, let write): "\(write.member.id) \(write.role.rawValue) at \(write.epoch)"
        case .tryRole(_, let write): "trial of \(write.member.id) at \(write.epoch)"
        case .writeEndpoints(_, let write):
            "\(write.slice.family.rawValue): \(write.ready?.uid ?? "nobody") at \(write.epoch) over \(write.slice.version?.rawValue ?? "none")"
        case .readEndpoints(_, let family): "read of \(family.rawValue)"
        case .deletePod(_, let pod): "deletion of \(pod.id)"
        case .runHook(_, let call): "\(call.words) (\(call.id))"
        case .settleEndpoints, .startTimer, .startBackoff, .probe, .forgetHealth, .askOpinions, .askScores, .report: ""
        }
    }

    private static func words(of answer: ModelProcess.Answer) -> String {
        switch answer {
        case .recordWritten(_, .conflict), .roleWritten(_, .conflict), .endpointsWritten(_, .conflict): "conflict"
        case .roleWritten(_, .gone), .memberRead(_, .gone): "gone"
        case .roleWritten(_, .refused), .roleTried(_, .refused), .endpointsWritten(_, .refused): "denied"
        case .recordRead, .recordWritten, .membersListed, .memberRead, .roleWritten, .roleTried, .endpointsSettled,
            .endpointsWritten, .endpointsRead, .podDeleted, .hookRan:
            "done"
        }
    }
}
