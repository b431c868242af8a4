/// One switch on its way, at its own epoch: it is announced, the members are read, and then written in one of two ways.
///
/// One that the record does not announce is announced by its first write, of the slice that decides who is active.
struct RoleSwitch: Sendable, Hashable {
    /// How far it is.
    private enum Step: Sendable, Hashable {
        /// The Lease is being written with the holder to be and the next epoch.
        case announcing(OperationID)
        /// The members are being listed, because this run of own epochs has not done so.
        case listing(OperationID)
        /// A listing failed; waiting before the next.
        case awaitingListing(OperationID)
        /// The members are known, and the role is written.
        case writing
    }

    /// How it is carried out.
    private enum Way: Sendable, Hashable {
        /// The Service's selector contains the role label.
        case labels(LabelSwitch)
        /// The Service's EndpointSlices are ours.
        case endpoints(EndpointSwitch)
    }

    /// The record under which it was decided, before this announcement and those that it takes the place of; nil: none.
    let ground: GroupRecord?
    /// The operator's request that it answers at its end; nil if the group decided by itself.
    let request: OperatorRequest?
    /// Why that request is not what it carries out, for it goes elsewhere; nil: it is.
    ///
    /// It is written at the end: before the others are sealed, what was begun for the request may still be done.
    let refusal: String?
    /// When it was decided; its duration is counted from then.
    let startedAt: MonotonicTime
    private var step: Step
    /// The record of it that nobody has written, while no slice shows the move; nil: it is announced.
    private var unannounced: GroupRecord?
    private var failedListings = 0
    private var way: Way
    private var isObstacleReported = false
    /// Since when nobody is active, or was until the promotion; nil: somebody is.
    private(set) var unservedSince: MonotonicTime?
    /// When the promotion was acknowledged; nil: it was not.
    private(set) var promotedAt: MonotonicTime?

    /// A switch of which the intent is being written.
    init(_ beginning: Beginning, intent: GroupRecord, in situation: Situation, as id: OperationID) {
        let view = situation.known.view
        request = beginning.request
        refusal = beginning.refusal
        ground = beginning.replaced.map(\.ground) ?? situation.known.record
        let plan = SwitchPlan(
            move: beginning.move,
            epoch: intent.epoch,
            from: view.actives,
            outgoing: intent.outgoing.filter { $0.id != beginning.move.target?.id },
            decidedAt: situation.now
        )
        startedAt = situation.now
        step = .announcing(id)
        way = situation.known.policy.ownsEndpoints ? .endpoints(EndpointSwitch(plan)) : .labels(LabelSwitch(plan))
    }

    /// A switch that its first write announces; `intent`: the record of it, which is written once it is made.
    init(_ beginning: Beginning, unannounced intent: GroupRecord, under ground: StoredRecord, in situation: Situation) {
        (request, refusal, self.ground) = (nil, nil, ground.record)
        let actives = situation.known.view.actives
        let plan = SwitchPlan(move: beginning.move, epoch: intent.epoch, from: actives, decidedAt: situation.now)
        startedAt = situation.now
        step = .writing
        unannounced = intent
        way = .endpoints(EndpointSwitch(plan, under: ground.version))
    }

    // MARK: What it is

    private var current: any SwitchWay {
        switch way {
        case .labels(let labels): labels
        case .endpoints(let endpoints): endpoints
        }
    }

    private var plan: SwitchPlan { current.plan }
    /// Of its announcement.
    var urgency: WriteUrgency { plan.urgency }
    /// Whether neither the record nor a slice tells of it yet.
    var isUnannounced: Bool { unannounced != nil }
    /// As it was decided.
    var move: Decision.Move { plan.move }
    /// Above every epoch that a record, a pod or a slice had shown when it was announced.
    var epoch: Epoch { plan.epoch }
    /// Members that were active when the switch was decided.
    var from: [Member] { plan.from }

    // MARK: What it came to

    /// Whether another supervisor's higher epoch was met.
    var isSuperseded: Bool { current.isSuperseded }
    /// Whether nothing was written yet that a move is made of, so that it can be taken back without a trace.
    var isWithdrawable: Bool { current.isWithdrawable }
    /// Whether something took longer than it has to, so that the ground of the move may be gone.
    var wasHeldUp: Bool { current.wasHeldUp }
    /// Because of what nothing can be written for now; nil: nothing.
    var obstacle: SwitchObstacle? { current.obstacle }
    /// When the target is given up, if there is another; nil: it is not denied.
    var endOfPatience: MonotonicTime? { current.endOfPatience }
    /// Since when the target is denied the role; nil: it is not.
    var deniedSince: MonotonicTime? { current.deniedSince }
    /// Whether the promotion was begun.
    var isPromoting: Bool { current.isPromoting }
    /// The target as it is since its promotion; nil: that is not acknowledged.
    var promoted: Member? { current.promoted }
    /// The members that were active and are not any more.
    var demoted: [Member] { from.filter { current.demoted.contains($0.id) } }
    /// Those of whom the active role was taken by labels, some of them while they were to be sealed.
    var steppedBack: [Member] { if case .labels(let labels) = way { labels.steppedBack } else { [] } }
    /// Whether everything is written.
    var isComplete: Bool { step == .writing && current.isComplete }
    /// Whether a write or a read of it waits for an operation.
    func awaits(_ id: OperationID) -> Bool { current.awaits(id) }

    /// From the first slice's write to the last one's, in which two address families led to two members; nil: it has no such time.
    var familyGap: Duration? {
        if case .endpoints(let endpoints) = way { endpoints.familyGap } else { nil }
    }

    /// Whether one write takes the role from one member and gives it to another.
    var isAtomic: Bool { if case .endpoints = way { true } else { false } }

    /// Whether the members are known, so that roles are written.
    var isWriting: Bool { step == .writing }

    /// What is being done, in one word.
    var word: String {
        switch step {
        case .announcing: "announcing"
        case .listing, .awaitingListing: "listing"
        case .writing: current.word
        }
    }

    /// What is waited for between demotion and promotion; nil: no proof.
    var gate: GatePassage? { if case .labels(let labels) = way { labels.gate } else { nil } }

    /// Reports once what the switch waits for.
    mutating func reportObstacle() -> [Effect] {
        guard let obstacle, !isObstacleReported else { return [] }
        isObstacleReported = true
        return [.report(.switchWaits(for: obstacle, to: move.target?.name))]
    }

    // MARK: Announcing and listing

    /// Whether an operation is its announcement.
    func isAnnounced(by id: OperationID) -> Bool { step == .announcing(id) }

    /// Whether an operation is the list of the members that it waits for.
    func isListing(by id: OperationID) -> Bool { step == .listing(id) }

    /// The wait before the members are listed again; nil: it does not wait for that.
    var awaitedListing: OperationID? { if case .awaitingListing(let id) = step { id } else { nil } }

    /// The intent is written, and the members are to be known as they are now.
    mutating func list(_ ids: inout OperationIDs) -> [Effect] {
        let id = ids.next()
        step = .listing(id)
        return [.listMembers(id)]
    }

    /// Listing them failed.
    mutating func listingFailed(_ failure: OperationFailure, _ ids: inout OperationIDs) -> [Effect] {
        let timer = ids.next()
        let attempt = failedListings
        failedListings += 1
        step = .awaitingListing(timer)
        let report: [Effect] = attempt == 0 ? [.report(.operationFailed("listing the members", failure))] : []
        return report + [.startBackoff(timer, attempt: attempt, atLeast: failure.retryAfter)]
    }

    /// The members are known: roles may be written.
    mutating func beginWriting() {
        step = .writing
    }

    /// Whether the slice that would announce it is known, and no write of that is waited for.
    var isAtRest: Bool { if case .endpoints(let endpoints) = way { endpoints.isAtRest } else { false } }

    /// Whether a write of it has an unknown outcome.
    var mayStillLand: Bool { if case .endpoints(let endpoints) = way { endpoints.mayStillLand } else { false } }

    /// What the record is to say, as soon as a slice shows the move; given once.
    mutating func recordOfWhatIsShown() -> GroupRecord? {
        guard let intent = unannounced, case .endpoints(let endpoints) = way, endpoints.isShown else { return nil }
        unannounced = nil
        return intent
    }

    // MARK: Writing

    /// Continues as far as the answers allow.
    mutating func advance(in around: SwitchSurroundings, _ ids: inout OperationIDs, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        switch way {
        case .labels(var labels):
            effects = labels.advance(in: around, &ids)
            way = .labels(labels)
        case .endpoints(var endpoints):
            effects = endpoints.advance(in: around, &ids)
            endpoints.noteTimes(at: now)
            way = .endpoints(endpoints)
        }
        if promoted != nil { promotedAt = promotedAt ?? now }
        // The informer may show the promotion before it is acknowledged.
        if around.view.history.hasSeenActive {
            unservedSince = around.view.history.unservedSince ?? unservedSince
        }
        return effects
    }

    /// The API server said whether it would take the write that is tried.
    ///
    /// - Returns: whether that was asked for.
    mutating func tried(_ id: OperationID, _ outcome: RoleTrialOutcome) -> Bool {
        withLabels { $0.tried(id, outcome) } ?? false
    }

    /// The move has to be made all the same.
    mutating func disregardTrial() {
        withLabels { $0.disregardTrial() }
    }

    /// The endpoints are settled, or it was waited for them long enough.
    ///
    /// - Returns: whether that was asked for.
    mutating func settled(_ id: OperationID) -> Bool { withLabels { $0.settled(id) } ?? false }

    /// What is done by labels, passed to `body` by reference; nothing if it is not done that way.
    @discardableResult
    mutating func withLabels<Result>(_ body: (inout LabelSwitch) -> Result) -> Result? {
        guard case .labels(var labels) = way else { return nil }
        defer { way = .labels(labels) }
        return body(&labels)
    }

    /// What is done by slices, passed to `body` by reference; nothing if it is not done that way.
    @discardableResult
    mutating func withEndpoints<Result>(_ body: (inout EndpointSwitch) -> Result) -> Result? {
        guard case .endpoints(var endpoints) = way else { return nil }
        defer { way = .endpoints(endpoints) }
        return body(&endpoints)
    }
}
