import Crypto

/// Keeps one ReplicaSet for each Deployment and empties those of earlier templates, all at once.
struct DeploymentController: Sendable {
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for deployment in await store.list(.deployments, namespace: nil) { await reconcile(deployment) }
        for await change in changes where change.action != .deleted {
            switch change.key.kind {
            case .deployments: await reconcile(change.object)
            case .replicaSets: await publishStatus(from: change.object)
            default: break
            }
        }
    }

    private func reconcile(_ deployment: JSONValue) async {
        let name = deployment["metadata"]["name"].string ?? ""
        let namespace = deployment["metadata"]["namespace"].string ?? ""
        let hash = Self.hash(of: deployment["spec"]["template"])
        let current = ObjectKey(.replicaSets, namespace: namespace, name: "\(name)-\(hash)")
        let replicas = deployment["spec"]["replicas"]
        for set in await store.list(.replicaSets, namespace: namespace) {
            let isOwned = set["metadata"]["ownerReferences"].array?.first?["uid"] == deployment["metadata"]["uid"]
            guard isOwned, let setName = set["metadata"]["name"].string else { continue }
            let wanted: JSONValue = setName == current.name ? replicas : 0
            _ = try? await store.modify(
                ObjectKey(.replicaSets, namespace: namespace, name: setName)
            ) { (old) throws(APIFailure) in old.with("spec", old["spec"].with("replicas", wanted)) }
        }
        if (try? await store.get(current)) == nil {
            _ = try? await store.create(
                .replicaSets,
                namespace: namespace,
                Self.set(of: deployment, name: current.name, hash)
            )
        }
    }

    private static func set(of deployment: JSONValue, name: String, _ hash: String) -> JSONValue {
        var template = deployment["spec"]["template"]
        template["metadata"]["labels"]["pod-template-hash"] = .string(hash)
        var selector = deployment["spec"]["selector"]
        selector["matchLabels"]["pod-template-hash"] = .string(hash)
        return [
            "metadata": [
                "name": .string(name), "labels": template["metadata"]["labels"],
                "ownerReferences": [.owner(deployment, kind: .deployments)],
            ],
            "spec": ["replicas": deployment["spec"]["replicas"], "selector": selector, "template": template],
        ]
    }

    private func publishStatus(from set: JSONValue) async {
        guard let owner = set["metadata"]["ownerReferences"].array?.first, owner["kind"] == "Deployment",
            set["spec"]["replicas"] != 0
        else { return }
        let namespace = set["metadata"]["namespace"].string ?? ""
        let key = ObjectKey(.deployments, namespace: namespace, name: owner["name"].string ?? "")
        _ = try? await store.modify(key) { (old) throws(APIFailure) in
            var new = old
            for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"] {
                new["status"][field] = set["status"][field]
            }
            new["status"]["observedGeneration"] = old["metadata"]["generation"]
            let isAvailable = set["status"]["readyReplicas"] == old["spec"]["replicas"]
            new = PodStatus.setting("Available", isAvailable ? "True" : "False", reason: "Replicas", new)
            return PodStatus.setting("Progressing", "True", reason: "NewReplicaSetAvailable", new)
        }
    }

    /// The same template has the same hash, whatever the order of its members.
    private static func hash(of template: JSONValue) -> String {
        let digest = SHA256.hash(data: template.sortedText)
        return digest.prefix(5).map { String($0, radix: 16) }.joined()
    }
}

extension JSONValue {
    /// A text that is the same for equal values.
    fileprivate var sortedText: [UInt8] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { Array("\($0.key):".utf8) + $0.value.sortedText + [0] }
        case .array(let items): items.flatMap { $0.sortedText + [1] }
        default: json
        }
    }
}
