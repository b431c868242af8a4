extension APIHandler {
    /// What is asked of an object beside the object itself and its status.
    func subresource(_ name: String, _ request: APIRequest) async throws(APIFailure) -> Answer {
        let key = try key(request)
        switch (name, request.verb) {
        case ("scale", "get"): return Answer(code: 200, Self.scale(of: try await store.get(key)))
        case ("scale", "update"), ("scale", "patch"): return try await scale(key, request)
        case ("binding", "create"): return try await bind(key, request)
        case ("eviction", "create"):
            try await Eviction(store: store).evict(key, try request.object(), isDryRun: request.isDryRun)
            return Answer(code: 201, Self.success)
        case ("token", "create"): return Answer(code: 201, try await token(key, request))
        case ("exec", "get"), ("exec", "create"): throw .badRequest("Upgrade request required")
        default: throw .methodNotAllowed
        }
    }

    private static let success: JSONValue = [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
    ]

    // MARK: Scale

    /// The replicas of a workload, in the form that all workloads share.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/autoscaling-resources/
    private static func scale(of workload: JSONValue) -> JSONValue {
        var metadata: JSONValue = [:]
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[field] = workload["metadata"][field]
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
            "spec": ["replicas": workload["spec"]["replicas"]],
            "status": [
                "replicas": workload["status"]["replicas"],
                "selector": .string(Column.selector(workload["spec"]["selector"]["matchLabels"])),
            ],
        ]
    }

    private func scale(_ key: ObjectKey, _ request: APIRequest) async throws(APIFailure) -> Answer {
        let change: @Sendable (JSONValue) throws(APIFailure) -> JSONValue
        if request.verb == "patch" {
            change = try Self.patch(request)
        } else {
            let object = try request.object()
            change = { (_) throws(APIFailure) in object }
        }
        let workload = try await store.modify(key, isDryRun: request.isDryRun) { (old) throws(APIFailure) in
            let scale = try change(Self.scale(of: old))
            var new = old
            new["spec"]["replicas"] = .int(scale["spec"]["replicas"].int ?? 0)
            if let version = scale["metadata"]["resourceVersion"].string, !version.isEmpty {
                new["metadata"]["resourceVersion"] = .string(version)
            }
            return new
        }
        return Answer(code: 200, Self.scale(of: workload))
    }

    // MARK: Binding

    private func bind(_ key: ObjectKey, _ request: APIRequest) async throws(APIFailure) -> Answer {
        guard let node = try request.object()["target"]["name"].string, !node.isEmpty else {
            throw .required(.pods, ["metadata": ["name": .string(key.name)]], "target.name")
        }
        try await store.modify(key, isDryRun: request.isDryRun) { (old) throws(APIFailure) in
            if let bound = old["spec"]["nodeName"].string {
                throw .conflict(key.kind, key.name, "pod \(key.name) is already assigned to node \"\(bound)\"")
            }
            return PodStatus.scheduled(old.with("spec", old["spec"].with("nodeName", .string(node))))
        }
        return Answer(code: 201, Self.success)
    }

    // MARK: Token

    /// A token for a ServiceAccount that ends by itself.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
    private func token(_ key: ObjectKey, _ request: APIRequest) async throws(APIFailure) -> JSONValue {
        _ = try await store.get(key)
        var answer = try request.object()
        let seconds = answer["spec"]["expirationSeconds"].int ?? 3600
        if seconds < 600 {
            throw .invalid(
                Kind(group: "authentication.k8s.io", plural: "tokenrequests", kind: "TokenRequest"),
                answer,
                "spec.expirationSeconds",
                .int(seconds),
                "may not specify a duration less than 10 minutes"
            )
        }
        let (token, expiry) = await authentication.issue(
            to: .serviceAccount(key.name, namespace: key.namespace),
            for: seconds
        )
        answer["kind"] = "TokenRequest"
        answer["apiVersion"] = "authentication.k8s.io/v1"
        answer["spec"]["expirationSeconds"] = .int(seconds)
        answer["status"] = ["token": .string(token), "expirationTimestamp": Timestamp.seconds(expiry)]
        return answer
    }
}
