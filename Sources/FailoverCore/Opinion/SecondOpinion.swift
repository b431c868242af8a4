/// Who has to agree before the role leaves a member because of probes alone.
///
/// The supervisor's own probes show the world from one place: if it is cut off from one node, every pod there fails for it and for
/// nobody else.
package struct SecondOpinion: Sendable, Hashable {
    /// Who can be asked.
    package enum Source: String, Sendable, Hashable, CaseIterable {
        /// The node's kubelet, by the pod condition Ready: it probes from the pod's own node.
        case kubelet = "Kubelet"
        /// The supervisor's standby replicas, by their own probes.
        case replica = "Replica"

        /// How many opinions it can give at most.
        package var mostOpinions: Int {
            switch self {
            case .kubelet: 1
            case .replica: SecondOpinion.mostReplicas
            }
        }
    }

    /// What becomes of the move if too few answer and nobody disagrees.
    package enum Silence: String, Sendable, Hashable, CaseIterable {
        /// It is made, as if nobody was to be asked: who is not there must not prevent a failover.
        case move = "Move"
        /// It is not made.
        case hold = "Hold"
    }

    /// Standby replicas whose answers count at most.
    package static let mostReplicas = 15

    /// At least one, each once.
    package var sources: [Source]
    /// How many have to agree; 1...`mostOpinions`.
    package var atLeast: Int
    /// How long to wait for answers, counted from the first question; 1...60 s.
    package var patience: Duration
    /// What becomes of the move if too few answer and nobody disagrees.
    package var onSilence: Silence

    /// One opinion within five seconds, unless it is said otherwise.
    package init(
        from sources: [Source],
        atLeast: Int = 1,
        patience: Duration = .seconds(5),
        onSilence: Silence = .move
    ) {
        self.sources = sources
        self.atLeast = atLeast
        self.patience = patience
        self.onSilence = onSilence
    }

    /// How many opinions the sources can give together.
    package var mostOpinions: Int { Set(sources).reduce(0) { $0 + $1.mostOpinions } }
}
