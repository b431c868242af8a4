import Sandbox
import TestedCluster

extension Rule {
    private static func budget(_ s: Subject, _ name: String, _ spec: JSONValue) -> JSONValue {
        let selector: JSONValue = ["matchLabels": ["kube-standby.io/rule": .string(s.prefix)]]
        var budget: JSONValue = ["metadata": s.metadata(name), "spec": spec]
        budget["spec"]["selector"] = selector
        return budget
    }

    private static func eviction(_ s: Subject, of name: String) -> JSONValue {
        ["apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(s.name(name))]]
    }

    @discardableResult
    private static func evict(_ s: Subject, _ name: String) async throws -> APISpeaker.Answer {
        try await s.ask("POST", s.path(.pods, name, "eviction"), eviction(s, of: name))
    }

    /// Creates a pod that says of itself that it runs and is ready; nobody runs it.
    private static func createReadyPod(_ s: Subject, _ name: String) async throws {
        try await s.createPod(name)
        let status: JSONValue = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
        try await s.patch(s.path(.pods, name, "status"), ["status": status]).expect(200)
    }

    static let evictions: [Rule] = [
        Rule("6", "a budget that nobody has looked at allows nothing") { s in
            let created = try await s.ask("POST", s.path(.budgets), budget(s, "a", ["minAvailable": 1])).expect(201)
                .body
            let status: JSONValue = [
                "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
            ]
            try s.check(created["status"] == status, "\(created["status"])")
        },
        Rule("6", "a budget with both limits, or with a limit that is none, is 422") { s in
            for (spec, field) in [
                (["minAvailable": 1, "maxUnavailable": 1], "spec"), (["minAvailable": -1], "spec.minAvailable"),
                (["maxUnavailable": "some"], "spec.maxUnavailable"),
            ] as [(JSONValue, String)] {
                try await s.ask("POST", s.path(.budgets), budget(s, "a", spec)).expect(422, "Invalid", field: field)
            }
        },
        Rule("6", "an eviction without a budget is 201, and the pod goes") { s in
            try await createReadyPod(s, "a")
            let answer = try await evict(s, "a").expect(201).body
            try s.check(answer["kind"] == "Status" && answer["status"] == "Success", "\(answer)")
            try await s.ask("GET", s.path(.pods, "a")).expect(404, "NotFound")
        },
        Rule("6", "an eviction of a pod that has not run asks no budget") { s in
            try await s.createPod("a")
            try await s.ask("POST", s.path(.budgets), budget(s, "a", ["minAvailable": 1])).expect(201)
            try await evict(s, "a").expect(201)
        },
        Rule("6", "an eviction that the budget refuses is 429 with its reason") { s in
            try await createReadyPod(s, "a")
            let created = try await s.ask("POST", s.path(.budgets), budget(s, "b", ["minAvailable": 1])).expect(201)
                .body
            try await waitForBudget(s, since: created)
            let refused = try await evict(s, "a").expect(
                429,
                "TooManyRequests",
                message: "Cannot evict pod as it would violate the pod's disruption budget."
            )
            let why = "The disruption budget \(s.name("b")) needs 1 healthy pods and has 1 currently"
            let details: JSONValue = ["causes": [["reason": "DisruptionBudget", "message": .string(why)]]]
            try s.check(refused.body["details"] == details, "\(refused.body["details"])")
            try await s.ask("GET", s.path(.pods, "a")).expect(200)
        },
        Rule("6", "an eviction of a pod with two budgets is 500") { s in
            try await createReadyPod(s, "a")
            for name in ["b", "c"] {
                try await s.ask("POST", s.path(.budgets), budget(s, name, ["minAvailable": 0])).expect(201)
            }
            let words =
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            try await evict(s, "a").expect(500, message: words)
        },
        Rule("6", "an eviction of an absent pod is 404, one with another name 400") { s in
            try await evict(s, "a").expect(404, "NotFound")
            try await s.createPod("a")
            try await s.ask("POST", s.path(.pods, "a", "eviction"), eviction(s, of: "b")).expect(400, "BadRequest")
        },
    ]

    /// Waits until the controller has counted the one pod of a budget.
    private static func waitForBudget(_ s: Subject, since created: JSONValue) async throws {
        let version = created["metadata"]["resourceVersion"].string ?? ""
        let query = "labelSelector=\(s.selector)&resourceVersion=\(version)&timeoutSeconds=15"
        let events = try await s.watch(.budgets, query)
        while let event = try await events.next() {
            let status = event["object"]["status"]
            if status["currentHealthy"] == 1, status["observedGeneration"] == 1 { return }
        }
        throw Untried(description: "no controller counts the pods of budgets")
    }

    // MARK: Rollouts

    private static func deployment(_ s: Subject, _ spec: JSONValue = [:]) -> JSONValue {
        let labels: JSONValue = ["kube-standby.io/rule": .string(s.prefix)]
        var deployment: JSONValue = [
            "metadata": s.metadata("a"),
            "spec": [
                "replicas": 0, "selector": ["matchLabels": labels],
                "template": [
                    "metadata": ["labels": labels],
                    "spec": ["containers": [["name": "app", "image": "registry.k8s.io/pause:3.10"]]],
                ],
            ],
        ]
        for (field, value) in spec.object ?? [:] { deployment["spec"][field] = value }
        return deployment
    }

    static let rollouts: [Rule] = [
        Rule("6", "a Deployment rolls a quarter of its pods, and keeps ten revisions") { s in
            let spec = try await s.ask("POST", s.path(.deployments), deployment(s)).expect(201).body["spec"]
            let strategy: JSONValue = [
                "type": "RollingUpdate", "rollingUpdate": ["maxUnavailable": "25%", "maxSurge": "25%"],
            ]
            try s.check(spec["strategy"] == strategy, "\(spec["strategy"])")
            let limits = [spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]]
            try s.check(limits == [10, 600], "\(limits)")
        },
        Rule("6", "a rolling update that may neither add nor take away is 422") { s in
            for (limits, field) in [
                (["maxSurge": 0, "maxUnavailable": 0], "maxUnavailable"), (["maxSurge": "some"], "maxSurge"),
            ] as [(JSONValue, String)] {
                let body = deployment(s, ["strategy": ["type": "RollingUpdate", "rollingUpdate": limits]])
                let path = "spec.strategy.rollingUpdate.\(field)"
                try await s.ask("POST", s.path(.deployments), body).expect(422, "Invalid", field: path)
            }
        },
        Rule("6", "limits of a rolling update are forbidden to one that recreates") { s in
            let strategy: JSONValue = ["type": "Recreate", "rollingUpdate": ["maxSurge": 1]]
            try await s.ask("POST", s.path(.deployments), deployment(s, ["strategy": strategy])).expect(
                422,
                "Invalid",
                field: "spec.strategy.rollingUpdate"
            )
        },
        Rule("6", "a StatefulSet rolls all of its pods, one after the other") { s in
            let set = deployment(s, ["serviceName": "a"])
            let spec = try await s.ask("POST", s.path(.statefulSets), set).expect(201).body["spec"]
            let strategy = spec["updateStrategy"]
            let isRolling = strategy["type"] == "RollingUpdate" && strategy["rollingUpdate"]["partition"] == 0
            try s.check(isRolling, "\(strategy)")
            try s.check(spec["podManagementPolicy"] == "OrderedReady", "\(spec["podManagementPolicy"])")
        },
    ]
}
