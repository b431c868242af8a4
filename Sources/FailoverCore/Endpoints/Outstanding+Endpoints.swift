/// What is done about EndpointSlices beside a switch.
struct EndpointWork: Sendable, Hashable {
    /// What keeps them right.
    var upkeep = EndpointUpkeep()
    /// What settles a relist in doubt.
    var check = EndpointsCheck()

    /// Whether one of these waits for an operation.
    func awaits(_ id: OperationID) -> Bool { upkeep.awaits(id) || check.awaits(id) }
}

/// What a group waits for of its EndpointSlices.
extension Outstanding {
    // MARK: Upkeep

    /// Sets the slices right beside the active member that stays.
    mutating func keepEndpoints(of active: Member, in situation: Situation) -> [Effect] {
        withWork { work, ids, budget in
            guard let around = situation.upkeep else { return ([], nil) }
            return work.upkeep.keep(active, in: around, &budget, &ids)
        }
    }

    /// Takes out of the slices who is gone, while nobody is active.
    mutating func clearEndpoints(in situation: Situation) -> [Effect] {
        var needsList = false
        let effects = withWork { work, ids, _ in
            guard let around = situation.upkeep else { return ([], nil) }
            let (effects, isFirst, until) = work.upkeep.clear(in: around, &ids)
            needsList = isFirst
            return (effects, until)
        }
        return effects + (needsList ? checkRelist() : [])
    }

    /// The members are known as they are now.
    mutating func membersListed(_ view: MemberView) {
        endpoints?.upkeep.listed(view)
    }

    /// A pod that left the members was read.
    ///
    /// - Returns: whether that was asked for because of the slices.
    mutating func lookedUp(_ id: OperationID, _ outcome: MemberReadOutcome) -> Bool {
        endpoints?.upkeep.lookedUp(id, outcome) ?? false
    }

    private mutating func withWork(
        _ body: (inout EndpointWork, inout OperationIDs, inout RepairBudget) -> ([Effect], MonotonicTime?)
    ) -> [Effect] {
        var work = endpoints ?? EndpointWork()
        let (effects, until) = body(&work, &ids, &budget)
        endpoints = work
        return effects + wake(at: until)
    }

    // MARK: Answers

    /// Passes to what waits for an operation on a slice how it ended.
    mutating func changeEndpoints(
        awaiting id: OperationID,
        _ change: (inout EndpointsAssignment, inout OperationIDs, inout [Effect]) -> Void
    ) -> [Effect] {
        var effects: [Effect] = []
        forEachSlice { assignment, ids in
            if assignment.awaits(id) { change(&assignment, &ids, &effects) }
        }
        return effects + (endpoints?.upkeep.finish() ?? [])
    }

    /// Tries now what waits for a retry.
    mutating func retryEndpoints(where isDue: (EndpointsAssignment) -> Bool) -> [Effect] {
        var effects: [Effect] = []
        forEachSlice { assignment, ids in
            if isDue(assignment) { assignment.retryDue(ids: &ids, effects: &effects) }
        }
        return effects
    }

    private mutating func forEachSlice(_ body: (inout EndpointsAssignment, inout OperationIDs) -> Void) {
        var ids = self.ids
        if case .switching(var progress) = phase {
            progress.withEndpoints { $0.forEachAssignment { body(&$0, &ids) } }
            phase = .switching(progress)
        }
        if var work = endpoints {
            work.upkeep.visit { body(&$0, &ids) }
            endpoints = work
        }
        self.ids = ids
    }

    // MARK: A relist in doubt

    /// A relist shows older slices than are known: they are read, unless that is under way.
    mutating func checkEndpoints(_ slices: [PublishedSlice]) -> [Effect] {
        withWork { work, ids, _ in (work.check.begin(slices, &ids), nil) }
    }

    /// Whether an operation is such a read.
    func isEndpointsCheck(_ id: OperationID) -> Bool { endpoints?.check.awaits(id) ?? false }

    /// Such a read was answered.
    mutating func endpointsChecked(_ id: OperationID, _ failure: OperationFailure?) -> [Effect] {
        withWork { work, ids, _ in (work.check.answered(id, failure, &ids), nil) }
    }

    /// The wait before such a read is over.
    mutating func recheck(after id: OperationID) -> [Effect] {
        guard isEndpointsCheck(id) else { return [] }
        return withWork { work, ids, _ in (work.check.retry(id, &ids), nil) }
    }
}

extension Situation {
    /// Beside what slices are kept up; nil: there is no record under which they could be.
    var upkeep: EndpointUpkeep.Surroundings? {
        known.record.map { .init(view: known.view, policy: known.policy, epoch: $0.epoch, now: now) }
    }
}
