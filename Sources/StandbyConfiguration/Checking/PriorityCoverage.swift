/// Finds priority rules that can never match, because one before them matches the same pods.
struct PriorityCoverage {
    /// Rules by labels that are compared one by one; those beyond are not warned of.
    private static let comparedRules = 100

    private var pods: [String: Int] = [:]
    private var labels: [(labels: [String: String], index: Int)] = []

    /// Adds a rule.
    ///
    /// - Returns: the index of an earlier rule that matches every pod that this one does; nil if there is none.
    mutating func add(_ match: PriorityRule.Match, at index: Int) -> Int? {
        switch match {
        case .pod(let name):
            let everything = labels.first { $0.labels.isEmpty }?.index
            let earlier = pods[name] ?? everything
            if earlier == nil { pods[name] = index }
            return earlier
        case .labels(let wanted):
            let earlier = labels.first { rule in rule.labels.allSatisfy { wanted[$0.key] == $0.value } }?.index
            if earlier == nil, labels.count < Self.comparedRules { labels.append((wanted, index)) }
            return earlier
        }
    }
}
