package import FailoverCore

/// When and how the role moves.
package struct FailoverConfiguration: Sendable, Hashable {
    /// When too many moves mean that moving does not help.
    package struct Flap: Sendable, Hashable {
        /// More moves than this in the window: hold.
        ///
        /// 0 turns it off.
        package var maxSwitches = 3
        /// In which moves are counted; 1...86,400 s.
        package var window: Duration = .seconds(600)
        /// How long automatic moves are suspended; 1...86,400 s.
        package var hold: Duration = .seconds(600)
    }

    /// Of a group whose standbys are probed in another way: the active probe may take its time to succeed.
    package static let standardActivation: Duration = .seconds(30)

    /// In which order the two roles are written.
    package var order: GroupPolicy.SwitchOrder = .demoteFirst
    /// What becomes of an unhealthy active member when no candidate is healthy.
    package var whenNoneHealthy: GroupPolicy.WhenNoneHealthy = .keepActive
    /// Extra wait after the threshold, 0...3600 s.
    package var delay: Duration = .zero
    /// Whether the role returns to a healthy member of higher priority.
    package var preempt = false
    /// Unbroken health that such a member needs, 0...86,400 s.
    package var preemptDelay: Duration = .seconds(300)
    /// When voluntary moves may be made; nil: always.
    package var preemptWindows: [PreemptWindow]?
    /// No voluntary move this soon after a move, 0...86,400 s.
    package var cooldown: Duration = .seconds(30)
    /// How long a member that was just promoted may fail its probe, 0...3600 s.
    ///
    /// What a file does not say is `standardActivation` for a group with a `passiveProbe`.
    package var activation: Duration = .zero
    /// When moves are suspended.
    package var flap = Flap()
    /// Whose moves come first when many wait for the API server, 0...1000; the higher.
    package var importance = 100
    /// Whether a pod's role is written with the annotation by which a Deployment takes the active pod last.
    package var podDeletionCost = false
    /// Who has to agree to a move that rests on probes alone; nil: nobody.
    package var secondOpinion: SecondOpinion?
    /// What has to be proved of whoever was active before another is promoted; nil: nothing.
    package var promotionGate: PromotionGate?
    /// What makes the role leave a node before its pods are evicted.
    package var onNodeDrain: NodeDrain = .ignore
}

extension FailoverConfiguration {
    /// What holds when nothing is said.
    init(hasPassiveProbe: Bool) {
        self.init()
        if hasPassiveProbe { activation = Self.standardActivation }
    }

    /// The fields of `failover`.
    static let fields = FieldTable("failover", FailoverConfiguration(), isMerged: true) {
        Field.defaulted("order", \.order, .choice)
            .says("DemoteFirst: never two active, for a short gap; PromoteFirst: never none, for a short overlap")
        Field.defaulted("delaySeconds", \.delay, .seconds(0...3600))
            .says("Extra wait after the threshold; not applied when the active pod is gone or Terminating")
        Field.defaulted("whenNoneHealthy", \.whenNoneHealthy, .choice)
            .says("What becomes of an unhealthy active pod when no candidate is healthy")
        Field.defaulted("preempt", \.preempt, .bool)
            .says("Whether the role returns to a healthy member of higher priority")
        Field.defaulted("preemptDelaySeconds", \.preemptDelay, .seconds(0...86_400))
            .says("Unbroken health that a member needs before it may preempt")
        Field.optional("preemptWindows", \.preemptWindows, .list(.window, isEmptyAllowed: false))
            .says("When voluntary moves may be made, like \"Sat 02:00-04:00 Europe/Berlin\"; default: always")
        Field.defaulted("cooldownSeconds", \.cooldown, .seconds(0...86_400))
            .says("No voluntary move this soon after a move")
        Field.derived("activationSeconds", \.activation, .seconds(0...3600), from: \.activation)
            .says(
                "How long a pod that was just promoted may fail its probe; its first success ends it; default: 30 with a "
                    + "passiveProbe, else 0"
            )
        Field.defaulted("flap", \.flap, .object(Flap.fields)).says("When too many moves mean that moving does not help")
        Field.defaulted("importance", \.importance, .integer(0...1000))
            .says("Whose moves come first when many wait for the API server: the higher; no other effect")
        Field.defaulted("podDeletionCost", \.podDeletionCost, .bool)
            .says(
                "Whether the annotation controller.kubernetes.io/pod-deletion-cost is written with the role: active 1000, passive 0"
            )
        Field.optional("secondOpinion", \.secondOpinion, .object(SecondOpinion.fields))
            .says("Who has to agree to a move because of failed probes alone; default: nobody")
        Field.optional("promotionGate", \.promotionGate, .object(PromotionGate.fields))
            .says("What has to be proved of the pod that was active before another is promoted; default: nothing")
        Field.defaulted("onNodeDrain", \.onNodeDrain, .choice)
            .says(
                "Taint: move off a node that cluster-autoscaler or Karpenter takes away, or that is out of service; Cordon: "
                    + "also off one that is cordoned; both need access to nodes"
            )
    }
}

extension FailoverConfiguration.Flap {
    /// The fields of `flap`.
    fileprivate static let fields = FieldTable("flap", FailoverConfiguration.Flap(), isMerged: true) {
        Field.defaulted("maxSwitches", \.maxSwitches, .integer(0...1000))
            .says("More moves than this in the window: hold; 0 turns it off")
        Field.defaulted("windowSeconds", \.window, .seconds(1...86_400)).says("The window in which moves are counted")
        Field.defaulted("holdSeconds", \.hold, .seconds(1...86_400)).says("How long automatic moves are suspended")
    }
}

extension SecondOpinion {
    /// The fields of `secondOpinion`.
    static let fields = FieldTable("secondOpinion", SecondOpinion(from: []), isMerged: true) {
        Field.required("from", \.sources, .list(.choice, isEmptyAllowed: false))
            .says("Whose opinions count; Kubelet: the pod condition Ready; Replica: the probes of standby replicas")
        Field.defaulted("atLeast", \.atLeast, .integer(1...SecondOpinion(from: Source.allCases).mostOpinions))
            .says("How many must agree, of 1 that the kubelet can give and 15 that standby replicas can")
        Field.defaulted("patienceSeconds", \.patience, .seconds(1...60)).says("How long to wait for opinions")
        Field.defaulted("onSilence", \.onSilence, .choice)
            .says("What becomes of the move if too few answer in that time and nobody disagrees")
    }
}

extension PromotionGate {
    /// The fields of `promotionGate`.
    static let fields = FieldTable("promotionGate", PromotionGate(.passive), isMerged: true) {
        Field.required("method", \.method, .choice)
            .says(
                "Passive: a success of its passiveProbe after its demotion; DeletePod: it is deleted, and its containers were seen "
                    + "terminated"
            )
        Field.defaulted("waitSeconds", \.wait, .seconds(1...3600)).says("How long to wait for the proof")
        Field.defaulted("onTimeout", \.onTimeout, .choice)
            .says("Hold: nobody is active until there is a proof; Promote: the promotion is made all the same")
    }
}
