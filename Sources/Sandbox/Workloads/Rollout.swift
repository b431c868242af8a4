/// A Deployment and its ReplicaSets: the one of its present template, and those of earlier ones.
struct Rollout: Sendable {
    /// The annotations by which kubectl and the controller tell revisions apart.
    enum Annotation {
        /// On the Deployment and its ReplicaSets: the number of the template, from 1 on.
        static let revision = "deployment.kubernetes.io/revision"
        /// On each ReplicaSet: the `spec.replicas` of its Deployment.
        static let desired = "deployment.kubernetes.io/desired-replicas"
        /// On each ReplicaSet: how many pods all of them together may have, surge included.
        static let maximum = "deployment.kubernetes.io/max-replicas"
        /// What a ReplicaSet does not take over from its Deployment.
        static let own: Set = [
            revision, desired, maximum, "deployment.kubernetes.io/revision-history",
            "kubectl.kubernetes.io/last-applied-configuration",
        ]
    }

    /// The label that keeps apart the pods of different templates; its value is the template's hash.
    static let hashLabel = "pod-template-hash"

    /// The Deployment as it was read.
    let deployment: JSONValue
    /// How far one step may go.
    let limits: RollingUpdate
    /// The ReplicaSet of the present template; nil: there is none yet.
    var new: JSONValue?
    /// The ReplicaSets of earlier templates, the oldest first.
    var old: [JSONValue]

    /// `sets`: every ReplicaSet that the Deployment controls.
    init(_ deployment: JSONValue, sets: [JSONValue]) {
        self.deployment = deployment
        limits = RollingUpdate(deployment)
        let template = deployment["spec"]["template"]
        let sorted = sets.sorted { Self.age($0) < Self.age($1) }
        new = sorted.first { Self.template(of: $0) == template }
        old = sorted.filter { [new] in $0["metadata"]["uid"] != new?["metadata"]["uid"] }
    }

    /// Every ReplicaSet, that of the present template last.
    var all: [JSONValue] { old + (new.map { [$0] } ?? []) }

    private static func age(_ set: JSONValue) -> (String, Int) {
        (set["metadata"]["creationTimestamp"].string ?? "", revision(of: set))
    }

    /// The template of a ReplicaSet as the Deployment had it.
    private static func template(of set: JSONValue) -> JSONValue {
        var template = set["spec"]["template"]
        template["metadata"]["labels"][hashLabel] = .null
        return template
    }

    // MARK: Revisions

    /// The number in the ReplicaSet's annotation; 0 if there is none.
    static func revision(of set: JSONValue) -> Int {
        set["metadata"]["annotations"][Annotation.revision].string.flatMap { Int($0) } ?? 0
    }

    /// The number of the present template: one more than any earlier one's, even if it was there before.
    var revision: Int { max(old.map(Self.revision).max().map { $0 + 1 } ?? 1, new.map(Self.revision) ?? 1) }

    /// The annotations of the ReplicaSet of the present template.
    var annotations: JSONValue {
        let taken = (deployment["metadata"]["annotations"].object ?? [:]).filter { !Annotation.own.contains($0.key) }
        return JSONValue.object(taken).with(Annotation.revision, .string("\(revision)")).merging(sizes)
    }

    /// What a ReplicaSet knows of the size of its Deployment.
    var sizes: JSONValue {
        [
            Annotation.desired: .string("\(limits.replicas)"),
            Annotation.maximum: .string("\(limits.replicas + limits.maxSurge)"),
        ]
    }

    // MARK: Sizes

    /// The `spec.replicas` of a ReplicaSet; 1 if it is missing.
    static func replicas(of set: JSONValue) -> Int { set["spec"]["replicas"].int ?? 1 }

    /// The pods that are asked for of a ReplicaSet, and those that are available.
    static func size(_ set: JSONValue) -> RollingUpdate.Size {
        RollingUpdate.Size(replicas: replicas(of: set), available: set["status"]["availableReplicas"].int ?? 0)
    }

    /// The pods that are asked for of the ReplicaSets of earlier templates, in all.
    var oldReplicas: Int { old.map(Self.replicas).reduce(0, +) }

    /// A ReplicaSet for the present template.
    func newSet(hash: String, replicas: Int) -> JSONValue {
        var template = deployment["spec"]["template"]
        template["metadata"]["labels"][Self.hashLabel] = .string(hash)
        var selector = deployment["spec"]["selector"]
        selector["matchLabels"][Self.hashLabel] = .string(hash)
        var set: JSONValue = [
            "metadata": [
                "name": .string("\(deployment["metadata"]["name"].string ?? "")-\(hash)"),
                "labels": template["metadata"]["labels"], "annotations": annotations,
                "ownerReferences": [.owner(deployment, kind: .deployments)],
            ],
            "spec": ["replicas": .int(replicas), "selector": selector, "template": template],
        ]
        set["spec"]["minReadySeconds"] = deployment["spec"]["minReadySeconds"]
        return set
    }
}

extension JSONValue {
    /// The object with the members of another one in place of its own.
    func merging(_ other: JSONValue) -> JSONValue {
        .object((object ?? [:]).merging(other.object ?? [:]) { $1 })
    }
}
