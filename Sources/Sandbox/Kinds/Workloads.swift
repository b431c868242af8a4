extension Kind {
    /// Workloads whose pods keep their names.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/
    package static let statefulSets: Kind = Kind(
        group: "apps",
        plural: "statefulsets",
        kind: "StatefulSet",
        shortNames: ["sts"],
        categories: ["all"],
        subresources: [.status, .scale],
        countsGenerations: true,
        columns: [.text("Ready", WorkloadRules.ready), .age] + Column.containers,
        fillIn: WorkloadRules.fillInStatefulSet,
        check: { (set, _) throws(APIFailure) in try WorkloadRules.check(set, .statefulSets) }
    )

    /// Workloads that keep a ReplicaSet for their template.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
    package static let deployments: Kind = Kind(
        group: "apps",
        plural: "deployments",
        kind: "Deployment",
        shortNames: ["deploy"],
        categories: ["all"],
        subresources: [.status, .scale],
        countsGenerations: true,
        columns: [
            .text("Ready", WorkloadRules.ready),
            .number("Up-to-date") { $0["status"]["updatedReplicas"].int },
            .number("Available") { $0["status"]["availableReplicas"].int },
            .age,
        ] + Column.containers + [.text("Selector", priority: 1, WorkloadRules.selector)],
        fillIn: WorkloadRules.fillIn,
        check: { (deployment, _) throws(APIFailure) in try WorkloadRules.check(deployment, .deployments) }
    )

    /// Workloads that keep a number of equal pods.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/
    package static let replicaSets: Kind = Kind(
        group: "apps",
        plural: "replicasets",
        kind: "ReplicaSet",
        shortNames: ["rs"],
        categories: ["all"],
        subresources: [.status, .scale],
        countsGenerations: true,
        columns: [
            .number("Desired") { $0["spec"]["replicas"].int },
            .number("Current") { $0["status"]["replicas"].int },
            .number("Ready") { $0["status"]["readyReplicas"].int },
            .age,
        ] + Column.containers + [.text("Selector", priority: 1, WorkloadRules.selector)],
        fillIn: WorkloadRules.fillIn,
        check: { (set, _) throws(APIFailure) in try WorkloadRules.check(set, .replicaSets) }
    )
}

/// What sets those kinds apart that keep a number of pods.
private enum WorkloadRules {
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
