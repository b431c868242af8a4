extension Kind {
    /// Pods, which the kubelets of the sandbox run as toy applications.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
    package static let pods: Kind = Kind(
        group: "",
        plural: "pods",
        kind: "Pod",
        shortNames: ["po"],
        categories: ["all"],
        subresources: [.status, .binding, .eviction, .exec, .proxy],
        countsGenerations: true,
        columns: PodRules.columns,
        fields: PodRules.fields,
        fillIn: PodRules.fillIn,
        check: PodRules.check
    )
}

/// What sets pods apart.
private enum PodRules {
    static let columns: [Column] = [
        .text("Ready") { pod in
            let statuses = pod["status"]["containerStatuses"].array ?? []
            let all = pod["spec"]["containers"].array?.count ?? 0
            return "\(statuses.count { $0["ready"] == true })/\(all)"
        },
        .text("Status") { pod in
            if pod["metadata"]["deletionTimestamp"] != .null { return "Terminating" }
            return pod["status"]["reason"].string ?? pod["status"]["phase"].string
        },
        Column("Restarts") { pod, _ in
            let restarts = (pod["status"]["containerStatuses"].array ?? []).compactMap { $0["restartCount"].int }
            return .string("\(restarts.reduce(0, +))")
        },
        .age,
        .text("IP", priority: 1) { $0["status"]["podIP"].string },
        .text("Node", priority: 1) { $0["spec"]["nodeName"].string },
        .text("Nominated Node", priority: 1) { $0["status"]["nominatedNodeName"].string },
        .text("Readiness Gates", priority: 1) { _ in nil },
    ]

    static func fields(_ pod: JSONValue) -> [String: String] {
        [
            "spec.nodeName": pod["spec"]["nodeName"].string ?? "",
            "spec.restartPolicy": pod["spec"]["restartPolicy"].string ?? "",
            "spec.schedulerName": pod["spec"]["schedulerName"].string ?? "",
            "spec.serviceAccountName": pod["spec"]["serviceAccountName"].string ?? "",
            "spec.hostNetwork": pod["spec"]["hostNetwork"] == true ? "true" : "false",
            "status.phase": pod["status"]["phase"].string ?? "",
            "status.podIP": pod["status"]["podIP"].string ?? "",
            "status.podIPs": pod["status"]["podIP"].string ?? "",
            "status.nominatedNodeName": pod["status"]["nominatedNodeName"].string ?? "",
        ]
    }

    /// What admission adds: five minutes on a node that fails.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#defaulttolerationseconds
    private static let tolerations: [JSONValue] = ["not-ready", "unreachable"].map {
        [
            "key": .string("node.kubernetes.io/\($0)"), "operator": "Exists", "effect": "NoExecute",
            "tolerationSeconds": 300,
        ]
    }

    static func fillIn(_ pod: inout JSONValue) {
        let defaults: [String: JSONValue] = [
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "serviceAccountName": "default", "schedulerName": "default-scheduler", "securityContext": [:],
            "enableServiceLinks": true, "tolerations": .array(tolerations),
        ]
        for (field, value) in defaults where pod["spec"][field] == .null { pod["spec"][field] = value }
        pod["spec"]["containers"] = .array((pod["spec"]["containers"].array ?? []).map(filledIn))
        if pod["status"]["phase"] == .null { pod["status"] = ["phase": "Pending", "qosClass": "BestEffort"] }
    }

    private static func filledIn(_ container: JSONValue) -> JSONValue {
        var container = container
        let defaults: [String: JSONValue] = [
            "imagePullPolicy": "IfNotPresent", "resources": [:], "terminationMessagePath": "/dev/termination-log",
            "terminationMessagePolicy": "File",
        ]
        for (field, value) in defaults where container[field] == .null { container[field] = value }
        if let ports = container["ports"].array {
            container["ports"] = .array(ports.map { $0["protocol"] == .null ? $0.with("protocol", "TCP") : $0 })
        }
        return container
    }

    static func check(_ pod: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        if pod["spec"]["containers"].array?.isEmpty ?? true {
            throw .required(.pods, pod, "spec.containers")
        }
        for (index, container) in (pod["spec"]["containers"].array ?? []).enumerated() {
            if container["name"].string?.isEmpty ?? true {
                throw .required(.pods, pod, "spec.containers[\(index)].name")
            }
        }
        guard let old else { return }
        var (before, after) = (mutable(old), mutable(pod))
        // The scheduler's binding is the one way to a node.
        if old["spec"]["nodeName"] == .null {
            before["nodeName"] = .null
            after["nodeName"] = .null
        }
        if before != after {
            throw .forbiddenField(
                .pods,
                pod,
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,"
                    + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions"
                    + " to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it"
                    + " was previously negative)"
            )
        }
    }

    /// The spec without what an update may change.
    private static func mutable(_ pod: JSONValue) -> JSONValue {
        var spec = pod["spec"]
        spec["activeDeadlineSeconds"] = .null
        spec["tolerations"] = .null
        spec["containers"] = .array((spec["containers"].array ?? []).map { $0.with("image", .null) })
        return spec
    }
}
