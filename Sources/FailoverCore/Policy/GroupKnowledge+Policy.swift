/// What follows for all that is known from what the configuration says.
extension GroupKnowledge {
    /// The configuration changed.
    mutating func changed(_ policy: GroupPolicy) {
        if policy.score != self.policy.score { view.forgetScores() }
        let doomed = self.policy.doomed
        self.policy = policy
        self.policy.doomed = doomed
        self.policy.fenced = records.fenced
        view.knownNodes?.judge(under: policy.onNodeDrain)
    }

    /// The cluster's nodes are in these conditions; whether that is new.
    mutating func saw(_ nodes: NodeConditions) -> Bool { view.saw(nodes, under: policy.onNodeDrain) }
}
