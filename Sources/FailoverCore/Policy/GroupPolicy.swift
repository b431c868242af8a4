/// A group's configuration, as far as decisions depend on it.
package struct GroupPolicy: Sendable, Hashable {
    /// What few groups have, and what takes no room in the others.
    private struct Rarities: Sendable, Hashable {
        var window: MoveWindow?
        var due: DueTime?
        var promotionGate: PromotionGate?
        var hooks = HookPolicy()
    }

    /// In which order a switch writes the two roles.
    package enum SwitchOrder: String, Sendable, Hashable, CaseIterable {
        /// Never two active: a short gap instead.
        case demoteFirst = "DemoteFirst"
        /// Never none active: a short overlap instead.
        case promoteFirst = "PromoteFirst"
    }

    /// What becomes of an unhealthy active member when no candidate is healthy.
    package enum WhenNoneHealthy: String, Sendable, Hashable, CaseIterable {
        /// It stays active.
        case keepActive = "KeepActive"
        /// It is demoted, and nobody is active until a member is healthy.
        case demoteActive = "DemoteActive"
    }

    /// When it changes, a switch that already writes roles is decided anew.
    package var order: SwitchOrder
    /// Also decides whether a member that is not healthy is promoted while nobody is active: only under `keepActive`.
    package var whenNoneHealthy: WhenNoneHealthy
    /// Extra wait after the active member became unhealthy; not applied when it is gone or terminating.
    package var delay: Duration
    /// How long a member that was just promoted may fail its probes, give none, or not be Ready; its first success ends it.
    package var activation: Duration
    /// How long an active member may lack an endpoint because it is not Ready; nil: it has one all the same.
    package var notReadyLimit: Duration?
    /// Whether a candidate must also be Ready.
    package var requireReady: Bool
    /// How long to wait for first verdicts when nobody is active and no candidate is healthy: one round of probes.
    package var verdictWindow: Duration
    /// Whether the Service's EndpointSlices are ours, so that they say who is active, and not the pods' labels.
    package var ownsEndpoints: Bool
    /// How long a demoted member is shown as terminating in those; zero: it is taken out at once.
    package var drain: Duration
    /// Whether a passive member carries a label at all (`roleLabel.passive` is not null).
    package var labelsPassiveMembers: Bool
    /// How often the role may move before it is left where it is.
    package var flap: FlapLimit
    /// No move to follow another group this soon after a move; that of `preemption` binds the return.
    package var cooldown: Duration
    /// Nil: the role never returns by itself.
    package var preemption: Preemption?
    /// When voluntary moves may be made; nil: always.
    package var window: MoveWindow? {
        get { rarities?.window }
        set { change { $0.window = newValue } }
    }
    /// When the request is due that waits for its time; nil: none was met.
    package var due: DueTime? {
        get { rarities?.due }
        set { change { $0.due = newValue } }
    }
    /// Who has to agree to a move that rests on probes alone; nil: nobody.
    package var secondOpinion: SecondOpinion?
    /// What has to be proved of whoever was active before another is promoted; nil: nothing.
    package var promotionGate: PromotionGate? {
        get { rarities?.promotionGate }
        set { change { $0.promotionGate = newValue } }
    }
    /// What is run when a pod's role has changed; nothing by default.
    package var hooks: HookPolicy {
        get { rarities?.hooks ?? HookPolicy() }
        set { change { $0.hooks = newValue } }
    }
    /// What makes the role leave a node before its pods are evicted.
    package var onNodeDrain: NodeDrain
    /// What candidates are asked that are otherwise equal; nil: nothing.
    package var score: ScorePolicy?
    /// Observe and report, move nothing but what an operator requests.
    package var isPaused: Bool
    /// Observe and report, begin nothing; a switch that is on its way is finished.
    package var isObserving: Bool
    /// Beside that: write what a move that is made adds to the record, for the supervisor leads the group and is about to end.
    package var isEnding: Bool
    /// The pods, by name, that an operator fenced; the machine takes them from the record.
    package internal(set) var fenced: Set<String> = []
    /// The pods whose deletion was asked for and may be carried out; the machine adds them.
    var doomed: [Member.ID: PendingDeletion] = [:]

    @Seldom private var rarities: Rarities?

    private mutating func change(_ change: (inout Rarities) -> Void) {
        var changed = rarities ?? Rarities()
        change(&changed)
        rarities = changed == Rarities() ? nil : changed
    }

    /// The defaults serve tests; the supervisor passes what the file says, with the defaults of StandbyConfiguration.
    package init(
        order: SwitchOrder = .demoteFirst,
        whenNoneHealthy: WhenNoneHealthy = .keepActive,
        delay: Duration = .zero,
        activation: Duration = .zero,
        notReadyLimit: Duration? = nil,
        requireReady: Bool = false,
        verdictWindow: Duration = .seconds(5),
        ownsEndpoints: Bool = false,
        drain: Duration = .zero,
        labelsPassiveMembers: Bool = true,
        flap: FlapLimit = FlapLimit(),
        cooldown: Duration = .seconds(30),
        preemption: Preemption? = nil,
        window: MoveWindow? = nil,
        due: DueTime? = nil,
        secondOpinion: SecondOpinion? = nil,
        promotionGate: PromotionGate? = nil,
        hooks: HookPolicy = HookPolicy(),
        onNodeDrain: NodeDrain = .ignore,
        score: ScorePolicy? = nil,
        isPaused: Bool = false,
        isObserving: Bool = false,
        isEnding: Bool = false
    ) {
        self.order = order
        self.whenNoneHealthy = whenNoneHealthy
        self.delay = delay
        self.activation = activation
        self.notReadyLimit = notReadyLimit
        self.requireReady = requireReady
        self.verdictWindow = verdictWindow
        self.ownsEndpoints = ownsEndpoints
        self.drain = drain
        self.labelsPassiveMembers = labelsPassiveMembers
        self.flap = flap
        self.cooldown = cooldown
        self.preemption = preemption
        self.secondOpinion = secondOpinion
        self.onNodeDrain = onNodeDrain
        self.score = score
        self.isPaused = isPaused
        self.isObserving = isObserving
        self.isEnding = isEnding
        self.promotionGate = promotionGate
        self.hooks = hooks
        self.window = window
        self.due = due
    }

    /// Whether a promotion may wait for those who were active before.
    var waitsForOutgoing: Bool { promotionGate != nil || hooks.requiredOnDemote != nil }

    /// Whether a record that moves nothing may be written.
    var mayRecord: Bool { !isObserving || isEnding }
}
