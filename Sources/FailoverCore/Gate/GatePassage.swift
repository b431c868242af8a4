/// The wait between demotion and promotion for the hooks that are required, and for the proof that nobody acts as active any more.
struct GatePassage: Sendable, Hashable {
    /// How far the deletion of a pod is.
    private enum Deletion: Sendable, Hashable {
        /// Not asked for.
        case none
        /// The API server is asked.
        case asked(OperationID)
        /// That failed; waiting before it is asked again.
        case backingOff(OperationID)
        /// The pod is being deleted, or is gone.
        case accepted
    }

    /// One pod that may still act as active.
    private struct Subject: Sendable, Hashable {
        let pod: OutgoingMember
        /// What its probes say counts if they began after this.
        let since: MonotonicTime
        /// Since when it is waited for.
        var waitedSince: MonotonicTime
        /// Whether a hook has to end before anything else is done about it.
        var awaitsHook = false
        var deletion = Deletion.none
        var failures = 0
        /// What is read of it beside what the informer shows.
        var look: OutgoingLook
    }

    private var subjects: [Member.ID: Subject] = [:]
    /// The demotions that were taken in, each with the version that was stored.
    private var demoted: [Member.ID: ObjectVersion] = [:]
    private var askedAt: MonotonicTime?
    private var isReported = false

    /// Those whom the record names are waited for.
    init(of plan: SwitchPlan, _ around: SwitchSurroundings) {
        for pod in plan.outgoing {
            let waited = min(plan.decidedAt.nanoseconds, pod.waited.wholeNanoseconds)
            let start = MonotonicTime(nanoseconds: plan.decidedAt.nanoseconds - waited)
            let since = around.seenDemoted[pod.id] ?? around.now
            let look = OutgoingLook(since: around.now, around.view.version(of: pod.id))
            subjects[pod.id] = Subject(pod: pod, since: since, waitedSince: start, look: look)
        }
    }

    // MARK: What it waits for

    /// Those of whom nothing is proved, by name.
    var pods: [OutgoingMember] {
        subjects.values.map(\.pod).sorted { ($0.name, $0.id.uid) < ($1.name, $1.id.uid) }
    }

    /// Whether one of them is that pod.
    func awaits(_ id: Member.ID) -> Bool { subjects[id] != nil }

    /// What is waited for, in few words.
    var word: String {
        let names = pods.filter { subjects[$0.id]?.awaitsHook ?? false }.map(\.name)
        return names.isEmpty
            ? "awaiting proof" : "awaiting \(HookKind.demote.rawValue) of \(names.joined(separator: ", "))"
    }

    /// Whether it was waited long enough for proofs.
    private func isOverdue(_ gate: PromotionGate, at now: MonotonicTime) -> Bool {
        !subjects.isEmpty && subjects.values.allSatisfy { !$0.awaitsHook && $0.waitedSince + gate.wait <= now }
    }

    /// Whether nothing has to be waited for any more.
    ///
    /// `gate`: nil: nothing has to be proved, so that only hooks are waited for.
    func isOpen(_ gate: PromotionGate?, at now: MonotonicTime) -> Bool {
        if let gate, gate.onTimeout == .promote, isOverdue(gate, at: now) { return true }
        return subjects.isEmpty
    }

    /// Whether it stays shut until a proof comes or an operator insists, though it was waited long enough.
    ///
    /// `heldHooks`: the pods whose hooks failed so often that this is told.
    func isHeld(_ gate: PromotionGate?, _ heldHooks: Set<Member.ID>, at now: MonotonicTime) -> Bool {
        if subjects.contains(where: { $0.value.awaitsHook && heldHooks.contains($0.key) }) { return true }
        return gate.map { $0.onTimeout == .hold && isOverdue($0, at: now) } ?? false
    }

    /// When to look again although nothing changes; nil: no such time.
    func nextLook(_ gate: PromotionGate?, _ view: MemberView, at now: MonotonicTime) -> MonotonicTime? {
        let look = subjects.values.compactMap { $0.look.due(isBehind: view.isBehind($0.pod.id)) }.min()
        guard let gate else { return look }
        let ends = subjects.values.filter { !$0.awaitsHook }.map { $0.waitedSince + gate.wait }.filter { now < $0 }
        let asking = gate.method == .passive ? askedAt.map { $0 + Self.pause } : nil
        return [ends.max(), asking, look].compactMap(\.self).min()
    }

    // MARK: Going on

    /// Members were demoted: they are waited for from now on.
    ///
    /// `epoch`: at which they were.
    mutating func take(_ members: [Member], at epoch: Epoch, _ now: MonotonicTime) {
        for member in members where demoted[member.id] != member.version {
            demoted[member.id] = member.version
            let pod = OutgoingMember(name: member.name, id: member.id, epoch: epoch)
            let look = OutgoingLook(since: now, member.version)
            subjects[member.id] = Subject(pod: pod, since: now, waitedSince: now, look: look)
            askedAt = nil
        }
    }

    /// Takes in what is known now, asks for what is not, and tells once that it takes too long.
    mutating func advance(
        to target: Member,
        _ around: SwitchSurroundings,
        _ ids: inout OperationIDs
    ) -> [Effect] {
        let gate = around.policy.promotionGate
        noteHooks(around)
        subjects = subjects.filter { !isProved($0.value, gate, around.view) }
        let steps =
            switch gate?.method {
            case .passive: ask(around.view, at: around.now)
            case .deletePod: around.policy.mayRecord ? delete(&ids) : []
            case nil: [Effect]()
            }
        let asked = steps + look(around, &ids)
        guard let gate, !isReported, isOverdue(gate, at: around.now) else { return asked }
        isReported = true
        return asked + [.report(.gateTimedOut(pods, to: target.name, gate))]
    }

    /// Whose hook is required is asked for a proof, and deleted, when that has ended; the time for that begins then.
    private mutating func noteHooks(_ around: SwitchSurroundings) {
        for (id, subject) in subjects {
            let awaitsHook = around.awaitedHooks.contains(id)
            if subject.awaitsHook, !awaitsHook { subjects[id]?.waitedSince = around.now }
            subjects[id]?.awaitsHook = awaitsHook
        }
    }

    private func isProved(_ subject: Subject, _ gate: PromotionGate?, _ view: MemberView) -> Bool {
        if view.history.hasStopped(subject.pod.id) { return true }
        guard !subject.awaitsHook else { return false }
        guard let gate else { return true }
        guard gate.method == .passive, view[subject.pod.id]?.role != .active,
            let evidence = view.evidence(of: subject.pod.id), evidence.isLastSuccessPassive,
            let start = evidence.lastSuccessStart
        else { return false }
        return start > subject.since
    }

    /// The passive probe has a period of its own; here nobody is active until it succeeds.
    private mutating func ask(_ view: MemberView, at now: MonotonicTime) -> [Effect] {
        if let askedAt, now < askedAt + Self.pause { return [] }
        askedAt = now
        return pods.filter { view[$0.id] != nil }.map { .probe($0.id, unlessSucceededSince: now) }
    }

    private static let pause = Duration.milliseconds(500)

    private mutating func delete(_ ids: inout OperationIDs) -> [Effect] {
        var effects: [Effect] = []
        for pod in pods where subjects[pod.id]?.deletion == Deletion.none && subjects[pod.id]?.awaitsHook == false {
            let id = ids.next()
            subjects[pod.id]?.deletion = .asked(id)
            effects.append(.deletePod(id, pod))
        }
        return effects
    }

    // MARK: Looks

    private mutating func look(_ around: SwitchSurroundings, _ ids: inout OperationIDs) -> [Effect] {
        var effects: [Effect] = []
        for pod in pods {
            guard var look = subjects[pod.id]?.look, let due = look.due(isBehind: around.view.isBehind(pod.id)),
                due <= around.now
            else { continue }
            let id = ids.next()
            look.begin(id, around.view.version(of: pod.id))
            subjects[pod.id]?.look = look
            effects.append(.readOutgoing(id, pod, since: look.version))
        }
        return effects
    }

    /// A pod was read.
    ///
    /// - Returns: which one; nil: that was not asked for.
    mutating func looked(_ id: OperationID, _ outcome: MemberReadOutcome, at now: MonotonicTime) -> OutgoingMember? {
        guard let pod = subjects.values.first(where: { $0.look.awaits(id) })?.pod else { return nil }
        subjects[pod.id]?.look.ended(outcome, of: pod, at: now)
        return pod
    }

    // MARK: Deletions

    /// The API server took the deletion of a pod, or did not.
    mutating func deleted(_ id: OperationID, _ outcome: PodDeletionOutcome, _ ids: inout OperationIDs) -> [Effect] {
        guard let key = subjects.first(where: { $0.value.deletion == .asked(id) })?.key, var subject = subjects[key]
        else { return [] }
        defer { subjects[key] = subject }
        switch outcome {
        case .accepted, .gone:
            subject.deletion = .accepted
            return []
        // Nothing else may happen for long that would ask for it again.
        case .notSent: return backOff(&subject, atLeast: .zero, &ids)
        case .failed(let failure):
            let report: [Effect] =
                subject.failures == 0 ? [.report(.operationFailed("deleting pod \(subject.pod.name)", failure))] : []
            return report + backOff(&subject, atLeast: failure.retryAfter, &ids)
        }
    }

    private func backOff(_ subject: inout Subject, atLeast pause: Duration, _ ids: inout OperationIDs) -> [Effect] {
        let timer = ids.next()
        defer { subject.failures += 1 }
        subject.deletion = .backingOff(timer)
        return [.startBackoff(timer, attempt: subject.failures, atLeast: pause)]
    }

    /// Whether an operation is a deletion that is still wanted.
    func asks(_ id: OperationID) -> Bool { subjects.values.contains { $0.deletion == .asked(id) } }

    /// A wait is over: what failed is to be asked again.
    ///
    /// - Returns: whether anything is.
    mutating func retry(where isDue: (OperationID) -> Bool) -> Bool {
        var isAny = false
        for (key, subject) in subjects {
            guard case .backingOff(let id) = subject.deletion, isDue(id) else { continue }
            subjects[key]?.deletion = .none
            isAny = true
        }
        return isAny
    }
}
