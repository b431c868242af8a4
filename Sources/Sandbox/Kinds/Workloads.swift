extension Kind {
    /// Workloads whose pods keep their names.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/
    package static let statefulSets: Kind = WorkloadRules.kind(
        "StatefulSet",
        shortName: "sts",
        columns: [.text("Ready", WorkloadRules.ready), .age] + Column.containers,
        fillIn: WorkloadRules.fillInStatefulSet
    )

    /// Workloads that keep a ReplicaSet for their template.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
    package static let deployments: Kind = WorkloadRules.kind(
        "Deployment",
        shortName: "deploy",
        columns: [
            .text("Ready", WorkloadRules.ready),
            .number("Up-to-date") { $0["status"]["updatedReplicas"].int },
            .number("Available") { $0["status"]["availableReplicas"].int },
            .age,
        ] + Column.containers + [.text("Selector", priority: 1, WorkloadRules.selector)],
        fillIn: WorkloadRules.fillIn
    )

    /// Workloads that keep a number of equal pods.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/
    package static let replicaSets: Kind = WorkloadRules.kind(
        "ReplicaSet",
        shortName: "rs",
        columns: [
            .number("Desired") { $0["spec"]["replicas"].int },
            .number("Current") { $0["status"]["replicas"].int },
            .number("Ready") { $0["status"]["readyReplicas"].int },
            .age,
        ] + Column.containers + [.text("Selector", priority: 1, WorkloadRules.selector)],
        fillIn: WorkloadRules.fillIn
    )
}

/// What sets those kinds apart that keep a number of pods.
private enum WorkloadRules {
    static func kind(
        _ name: String,
        shortName: String,
        columns: [Column],
        fillIn: @escaping @Sendable (inout JSONValue) -> Void
    ) -> Kind {
        let kind = Kind(group: "apps", plural: name.lowercased() + "s", kind: name)
        var result = kind
        result.shortNames = [shortName]
        result.categories = ["all"]
        result.subresources = [.status, .scale]
        result.countsGenerations = true
        result.columns = columns
        result.fillIn = fillIn
        result.check = { (workload, _) throws(APIFailure) in try check(workload, kind) }
        return result
    }

    @Sendable static func ready(_ workload: JSONValue) -> String? {
        "\(workload["status"]["readyReplicas"].int ?? 0)/\(workload["spec"]["replicas"].int ?? 0)"
    }

    @Sendable static func selector(_ workload: JSONValue) -> String? {
        Column.selector(workload["spec"]["selector"]["matchLabels"])
    }

    @Sendable static func fillIn(_ workload: inout JSONValue) {
        if workload["spec"]["replicas"] == .null { workload["spec"]["replicas"] = 1 }
        if workload["status"] == .null { workload["status"] = ["replicas": 0] }
    }

    @Sendable static func fillInStatefulSet(_ set: inout JSONValue) {
        fillIn(&set)
        if set["spec"]["podManagementPolicy"] == .null { set["spec"]["podManagementPolicy"] = "OrderedReady" }
        if set["spec"]["updateStrategy"] == .null { set["spec"]["updateStrategy"] = ["type": "RollingUpdate"] }
    }

    static func check(_ workload: JSONValue, _ kind: Kind) throws(APIFailure) {
        let selector = workload["spec"]["selector"]["matchLabels"].strings
        if selector.isEmpty, workload["spec"]["selector"]["matchExpressions"] == .null {
            throw .required(kind, workload, "spec.selector")
        }
        let labels = workload["spec"]["template"]["metadata"]["labels"]
        if !selector.allSatisfy({ labels.strings[$0.key] == $0.value }) {
            throw .invalid(
                kind,
                workload,
                "spec.template.metadata.labels",
                labels,
                "`selector` does not match template `labels`"
            )
        }
        if let replicas = workload["spec"]["replicas"].int, replicas < 0 {
            throw .invalid(
                kind,
                workload,
                "spec.replicas",
                .int(replicas),
                "must be greater than or equal to 0"
            )
        }
    }
}
