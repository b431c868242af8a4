/// A switch by EndpointSlices of ours: for each address family one write, which takes the traffic from one member and gives it to
/// another.
///
/// The first family's slice decides who is active; the others are written after it, one after the other.
struct EndpointSwitch: SwitchWay {
    /// What is to be done.
    let plan: SwitchPlan
    /// Of which the first write is the announcement; nil: the record announces it.
    private let announcement: EndpointsWrite.Announcement?
    /// In the order of the families.
    private var assignments: [EndpointsAssignment] = []
    /// Whether every slice that is known has an assignment that is acknowledged.
    private var areAllWritten = false
    /// The target as it is since the first slice shows it; nil: that is not acknowledged.
    private(set) var promoted: Member?
    /// Because of which nothing is written yet.
    private var blocking: Blocking?
    private var firstAt: MonotonicTime?
    private var lastAt: MonotonicTime?

    /// A member that a slice of others sends traffic to, and that slice.
    private struct Blocking: Sendable, Hashable {
        let member: Member
        let slice: String
    }

    /// Nothing is written yet; `ground`: the record under which it was decided and that does not announce it, nil: it does.
    init(_ plan: SwitchPlan, under ground: StoredRecord.Version? = nil) {
        self.plan = plan
        announcement = ground.map { .init(plan.move.cause, under: $0) }
    }

    // MARK: What it came to

    /// Whether another supervisor's higher epoch was met.
    var isSuperseded: Bool { assignments.contains { $0.stage == .superseded } }

    /// Whether no write may have been stored.
    var isWithdrawable: Bool { !assignments.contains(where: \.mayHaveLanded) && promoted == nil && !isSwitched }

    /// Whether something took longer than it has to, so that the ground of the move may be gone.
    var wasHeldUp: Bool { assignments.contains(where: \.wasHeldUp) || blocking != nil }

    /// The member because of which no slice can be written for now, and why; nil: none.
    var obstacle: SwitchObstacle? {
        if let blocking {
            let words = "EndpointSlice \(blocking.slice), which is not ours, sends traffic to it"
            return SwitchObstacle(blocking.member, .endpointSlices, OperationFailure(words, isLasting: true))
        }
        guard let refusal = assignments.first(where: \.isRefused)?.refusal else { return nil }
        return (plan.move.target ?? plan.from.first).map { SwitchObstacle($0, .endpointSlices, refusal) }
    }

    /// A slice is denied whoever it shows.
    var endOfPatience: MonotonicTime? { nil }
    /// A denial of a slice is none of its target.
    var deniedSince: MonotonicTime? { nil }

    /// Whether the first write was begun.
    var isPromoting: Bool { assignments.contains(where: \.mayHaveLanded) || isSwitched }

    /// Whether the slice that decides who is active carries its epoch, whatever became of it since.
    var isShown: Bool {
        guard let first = assignments.first, first.stage != .superseded else { return false }
        return first.slice.epoch == plan.epoch
    }

    /// Whether a write of that slice has an unknown outcome.
    var mayStillLand: Bool { assignments.first?.isOutcomeUnknown ?? false }

    /// Whether that slice is known, and a write of it is not on its way.
    var isAtRest: Bool { assignments.first.map { $0.stage == .due } ?? true }

    /// Whether the slice that decides who is active is written.
    private var isSwitched: Bool { assignments.first?.stage == .acknowledged }

    /// The members that were active and are not any more.
    var demoted: Set<Member.ID> {
        isSwitched ? Set(plan.from.map(\.id)).subtracting([plan.move.target?.id].compactMap(\.self)) : []
    }

    /// Whether every slice is written.
    var isComplete: Bool { areAllWritten }

    /// What is being done, in one word.
    var word: String { blocking == nil ? "publishing" : "waiting" }

    /// How long the address families led to different members; nil: there is one family, or the last is not written.
    var familyGap: Duration? {
        let areSeveral = assignments.count { $0.slice.version != nil } > 1
        guard areSeveral, areAllWritten, let firstAt, let lastAt else { return nil }
        return lastAt.since(firstAt)
    }

    /// Whether a slice waits for an operation.
    func awaits(_ id: OperationID) -> Bool { assignments.contains { $0.awaits(id) } }

    /// Every assignment under way, each passed to `body` by reference.
    mutating func forEachAssignment(_ body: (inout EndpointsAssignment) -> Void) {
        for index in assignments.indices { body(&assignments[index]) }
    }

    /// What was acknowledged by now was so at this time.
    mutating func noteTimes(at now: MonotonicTime) {
        if isSwitched { firstAt = firstAt ?? now }
        if areAllWritten { lastAt = lastAt ?? now }
    }

    // MARK: Steps

    /// Continues as far as the answers allow.
    mutating func advance(in around: SwitchSurroundings, _ ids: inout OperationIDs) -> [Effect] {
        var effects: [Effect] = []
        guard let endpoints = around.view.endpoints else { return [] }
        blocking = isWithdrawable ? rival(around.view) : nil
        let target = plan.move.target?.id
        // A target that the first slice could not show would come to nothing: it is shown with an address, or another is chosen.
        let isReachable = target.map { endpoints.slices.first?.reachable.contains($0) ?? false } ?? true
        guard blocking == nil, isReachable || !isWithdrawable else { return [] }
        areAllWritten = false
        for slice in endpoints.slices {
            let index = place(of: slice)
            let draining = around.draining(on: assignments[index].slice, besides: target)
            assignments[index].write(draining: draining, ids: &ids, effects: &effects)
            // Who is active is decided; a further slice that is denied is left to upkeep, so that the group can move on.
            guard assignments[index].stage == .acknowledged || index > 0 && assignments[index].isRefused else {
                return effects
            }
            if index == 0 { promoted = plan.move.target.map { around.view[$0.id] ?? $0 } }
        }
        areAllWritten = true
        return effects
    }

    /// Where the assignment of a slice is; it begins if there is none.
    private mutating func place(of slice: PublishedSlice) -> Int {
        if let index = assignments.firstIndex(where: { $0.slice.family == slice.family }) { return index }
        let target = plan.move.target?.id
        let urgency = target == nil ? WriteUrgency.demotion : .promotion
        // One that nothing announced is begun by its first write, and has the place of an announcement.
        let isFirst = assignments.isEmpty && announcement != nil
        assignments.append(
            EndpointsAssignment(
                target,
                at: plan.epoch,
                on: slice,
                urgency: isFirst ? plan.urgency : urgency,
                announcing: isFirst ? announcement : nil
            )
        )
        return assignments.count - 1
    }

    /// A running member, not the target, to which traffic would still go by a slice that is not ours.
    private func rival(_ view: MemberView) -> Blocking? {
        plan.move.target.flatMap { view.rivals(of: $0).first }.map { Blocking(member: $0.member, slice: $0.slice) }
    }
}

extension SwitchSurroundings {
    /// The members that a slice goes on showing as terminating, so that what is connected to them can end.
    ///
    /// While nobody is ready a proxy sends new connections to them, too: so there are none then.
    func draining(on slice: PublishedSlice, besides target: Member.ID?) -> Set<Member.ID> {
        guard let target, policy.drain > .zero else { return [] }
        return slice.ready.union(slice.draining).filter { id in
            guard id != target, let member = view[id] else { return false }
            return member.lifecycle != .finished && !policy.fenced.contains(member.name)
        }
    }
}
