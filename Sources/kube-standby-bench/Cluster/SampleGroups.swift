import Sandbox

/// Groups of three running pods in the sandbox, the first of each active, unless nobody has labelled them.
struct SampleGroups {
    /// Where all pods are listed and watched.
    static let pods = "/api/v1/namespaces/default/pods"
    private static let services = "/api/v1/namespaces/default/services"
    /// Pods in a group.
    static let size = 3

    /// How many groups there are.
    let count: Int
    /// Whether the pods have roles.
    var isLabelled = true
    /// Whether the Services select pods; without, somebody else writes their endpoints.
    var hasSelectors = true
    /// The address of a pod, by its number among all.
    let address: @Sendable (Int) -> String

    /// Writes that `fill` makes.
    var writes: Int { count * (1 + 2 * Self.size) }

    /// Creates Services and pods.
    func fill(_ sandbox: SandboxProcess) async throws {
        try await sandbox.inParallel(count) { group in
            try await sandbox.send("POST", Self.services, service(group))
            for member in 0..<Self.size {
                try await sandbox.send("POST", Self.pods, pod(group, member))
                let status = Self.status(address(group * Self.size + member))
                try await sandbox.send("PATCH", "\(Self.pods)/g\(group)-\(member)/status", status)
            }
        }
    }

    private func service(_ group: Int) -> JSONValue {
        var spec: JSONValue = ["ports": [["port": 80]]]
        if hasSelectors { spec["selector"] = ["app": .string("g\(group)"), "role": "active"] }
        return ["metadata": ["name": .string("g\(group)")], "spec": spec]
    }

    private func pod(_ group: Int, _ member: Int) -> JSONValue {
        var labels: JSONValue = ["app": .string("g\(group)")]
        if isLabelled { labels["role"] = member == 0 ? "active" : "passive" }
        return [
            "metadata": [
                "name": .string("g\(group)-\(member)"),
                "labels": labels,
            ],
            "spec": [
                "schedulerName": "nobody",
                "containers": [["name": "app", "image": "toy", "ports": [["name": "http", "containerPort": 8080]]]],
            ],
        ]
    }

    private static func status(_ address: String) -> JSONValue {
        [
            "status": [
                "phase": "Running", "podIP": .string(address),
                "conditions": [["type": "Ready", "status": "True"], ["type": "PodScheduled", "status": "True"]],
                "containerStatuses": [
                    ["name": "app", "ready": true, "restartCount": 0, "image": "toy", "imageID": ""]
                ],
            ]
        ]
    }
}
