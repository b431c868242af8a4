extension Kind {
    /// How many pods may be taken away on purpose.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/pod-disruption-budget-v1/
    package static let podDisruptionBudgets: Kind = Kind(
        group: "policy",
        plural: "poddisruptionbudgets",
        kind: "PodDisruptionBudget",
        shortNames: ["pdb"],
        subresources: [.status],
        countsGenerations: true,
        columns: [
            .text("Min Available") { BudgetRules.text($0["spec"]["minAvailable"]) },
            .text("Max Unavailable") { BudgetRules.text($0["spec"]["maxUnavailable"]) },
            .number("Allowed Disruptions") { $0["status"]["disruptionsAllowed"].int }, .age,
        ],
        fillIn: { budget in
            if budget["status"] != .null { return }
            budget["status"] = ["disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0]
        },
        check: BudgetRules.check
    )
}

/// What sets budgets apart.
private enum BudgetRules {
    static func text(_ limit: JSONValue) -> String { limit.string ?? limit.int.map { "\($0)" } ?? "N/A" }

    @Sendable static func check(_ budget: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        let spec = budget["spec"]
        if spec["minAvailable"] != .null, spec["maxUnavailable"] != .null {
            let why = "minAvailable and maxUnavailable cannot be both set"
            throw .invalid(.podDisruptionBudgets, budget, "spec", spec, why)
        }
        for field in ["minAvailable", "maxUnavailable"] where spec[field] != .null {
            try check(spec[field], "spec.\(field)", budget)
        }
        if Selector(labelSelector: spec["selector"]) == nil {
            let operators = spec["selector"]["matchExpressions"]
            let why = "not a valid selector operator"
            throw .invalid(.podDisruptionBudgets, budget, "spec.selector.matchExpressions", operators, why)
        }
    }

    private static func check(_ limit: JSONValue, _ field: String, _ budget: JSONValue) throws(APIFailure) {
        guard let number = IntOrPercent.value(limit, of: 100, roundsUp: true) else {
            let why = "a valid percent string must be a numeric string followed by an ending '%'"
            throw .invalid(.podDisruptionBudgets, budget, field, limit, why)
        }
        if number < 0 {
            throw .invalid(.podDisruptionBudgets, budget, field, limit, "must be greater than or equal to 0")
        }
        if limit.string != nil, number > 100 {
            throw .invalid(.podDisruptionBudgets, budget, field, limit, "must not be greater than 100%")
        }
    }
}
