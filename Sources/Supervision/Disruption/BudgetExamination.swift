import KubernetesClient
import StandbyConfiguration

/// Looks whether PodDisruptionBudgets let a drain of a node come to its end.
struct BudgetExamination {
    /// A budget, and which pods it means.
    private struct Budget {
        var name: String
        var spec: PodDisruptionBudget.Spec
        var selector: LabelSelector
    }

    private let budgets: [Budget]

    /// `budgets`: all of the namespace; those whose selectors are not understood are left out.
    init(_ budgets: [PodDisruptionBudget]) {
        self.budgets = budgets.compactMap { budget in
            guard let name = budget.metadata.name, let spec = budget.spec,
                let selector = spec.selector.flatMap(LabelSelector.init)
            else { return nil }
            return Budget(name: name, spec: spec, selector: selector)
        }
    }

    /// What does not fit; `members`: the group's pods.
    func findings(_ members: [Pod], of group: GroupConfiguration) -> [ClusterFinding] {
        (doubled(members, group).map { [$0] } ?? []) + budgets.compactMap { insatiable($0, members, group) }
    }

    /// A pod that has several, or would have them in the other role: the API server evicts none such.
    private func doubled(_ members: [Pod], _ group: GroupConfiguration) -> ClusterFinding? {
        for pod in members {
            for labels in Self.labels(of: pod, group) {
                let names = budgets.filter { $0.selector.matches(labels) }.map(\.name).sorted()
                if names.count > 1 { return .severalBudgets(pod: pod.metadata.name ?? "", budgets: names) }
            }
        }
        return nil
    }

    /// One that allows no eviction of any member, active or not: no move changes that.
    private func insatiable(_ budget: Budget, _ members: [Pod], _ group: GroupConfiguration) -> ClusterFinding? {
        let isBlindToRoles = members.allSatisfy { pod in
            Self.labels(of: pod, group).allSatisfy(budget.selector.matches)
        }
        guard isBlindToRoles, !members.isEmpty, !allowsEvictions(budget.spec, of: members.count) else { return nil }
        return .insatiableBudget(budget.name)
    }

    /// A pod's labels in each role.
    private static func labels(of pod: Pod, _ group: GroupConfiguration) -> [[String: String]] {
        let labels = pod.metadata.labels ?? [:]
        guard let role = group.writtenLabel else { return [labels] }
        return [role.active, role.passive].map { value in
            var other = labels
            other[role.key] = value
            return other
        }
    }

    private func allowsEvictions(_ spec: PodDisruptionBudget.Spec, of count: Int) -> Bool {
        if let least = spec.minAvailable { return least.of(count).map { $0 < count } ?? true }
        return spec.maxUnavailable?.of(count).map { $0 > 0 } ?? true
    }
}

extension LabelSelector {
    /// A selector as a budget has it; nil: it has an operator that is not known.
    fileprivate init?(_ selector: PodDisruptionBudget.Selector) {
        self.init(matchLabels: selector.matchLabels ?? [:])
        for expression in selector.matchExpressions ?? [] {
            guard let known = Operator(rawValue: expression.operator) else { return nil }
            matchExpressions.append(.init(key: expression.key, operator: known, values: expression.values ?? []))
        }
    }
}
