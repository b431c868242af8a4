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
        fillIn: WorkloadRules.fillInDeployment,
        check: WorkloadRules.checkStrategy
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

    /// The templates that a StatefulSet has had.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/
    static let controllerRevisions: Kind = Kind(
        group: "apps",
        plural: "controllerrevisions",
        kind: "ControllerRevision",
        columns: [
            .text("Controller") { revision in
                revision.controller.map { owner in
                    "\(owner["kind"].string?.lowercased() ?? "").apps/\(owner["name"].string ?? "")"
                }
            },
            .number("Revision") { $0["revision"].int }, .age,
        ]
    )
}

/// What sets those kinds apart that keep a number of pods.
private enum WorkloadRules {
    static func kind(
        _ name: String,
        shortName: String,
        columns: [Column],
        fillIn: @escaping @Sendable (inout JSONValue) -> Void,
        check: @escaping @Sendable (JSONValue) throws(APIFailure) -> Void = { (_) throws(APIFailure) in }
    ) -> Kind {
        let kind = Kind(group: "apps", plural: name.lowercased() + "s", kind: name)
        var result = kind
        result.shortNames = [shortName]
        result.categories = ["all"]
        result.subresources = [.status, .scale]
        result.countsGenerations = true
        result.columns = columns
        result.fillIn = fillIn
        result.check = { (workload, _) throws(APIFailure) in
            try Self.check(workload, kind)
            try check(workload)
        }
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
        if set["spec"]["revisionHistoryLimit"] == .null { set["spec"]["revisionHistoryLimit"] = 10 }
        if set["spec"]["updateStrategy"]["type"] == .null { set["spec"]["updateStrategy"]["type"] = "RollingUpdate" }
        let strategy = set["spec"]["updateStrategy"]
        if strategy["type"] == "RollingUpdate", strategy["rollingUpdate"]["partition"] == .null {
            set["spec"]["updateStrategy"]["rollingUpdate"]["partition"] = 0
        }
    }

    @Sendable static func fillInDeployment(_ deployment: inout JSONValue) {
        fillIn(&deployment)
        for (field, value) in ["revisionHistoryLimit": 10, "progressDeadlineSeconds": 600]
        where deployment["spec"][field] == .null {
            deployment["spec"][field] = .int(value)
        }
        if deployment["spec"]["strategy"]["type"] == .null {
            deployment["spec"]["strategy"]["type"] = "RollingUpdate"
        }
        if deployment["spec"]["strategy"]["type"] != "RollingUpdate" { return }
        for limit in ["maxSurge", "maxUnavailable"]
        where deployment["spec"]["strategy"]["rollingUpdate"][limit] == .null {
            deployment["spec"]["strategy"]["rollingUpdate"][limit] = "25%"
        }
    }

    @Sendable static func checkStrategy(_ deployment: JSONValue) throws(APIFailure) {
        let field = "spec.strategy.rollingUpdate"
        let limits = deployment["spec"]["strategy"]["rollingUpdate"]
        if deployment["spec"]["strategy"]["type"] == "Recreate", limits != .null {
            let why = "may not be specified when strategy `type` is 'Recreate'"
            throw .forbiddenField(.deployments, deployment, field, why)
        }
        for limit in ["maxSurge", "maxUnavailable"] where limits[limit] != .null {
            guard let value = IntOrPercent.value(limits[limit], of: 100, roundsUp: true), value >= 0 else {
                let why = "a valid percent string must be a numeric string followed by an ending '%'"
                throw .invalid(.deployments, deployment, "\(field).\(limit)", limits[limit], why)
            }
        }
        let isStuck = ["maxSurge", "maxUnavailable"].allSatisfy {
            IntOrPercent.value(limits[$0], of: 100, roundsUp: true) == 0
        }
        if isStuck {
            let value = limits["maxUnavailable"]
            throw .invalid(
                .deployments,
                deployment,
                "\(field).maxUnavailable",
                value,
                "may not be 0 when `maxSurge` is 0"
            )
        }
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
