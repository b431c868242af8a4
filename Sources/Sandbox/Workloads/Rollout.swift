/// A Deployment and its ReplicaSets: the one of its present template, and those of earlier ones.
struct Rollout: Sendable {
    /// The annotations by which kubectl and the controller tell revisions apart.
    enum Annotation {
        static let revision = "deployment.kubernetes.io/revision"
        static let desired = "deployment.kubernetes.io/desired-replicas"
        static let maximum = "deployment.kubernetes.io/max-replicas"
        /// What a ReplicaSet does not take over from its Deployment.
        static let own: Set = [
            revision, desired, maximum, "deployment.kubernetes.io/revision-history",
            "kubectl.kubernetes.io/last-applied-configuration",
        ]
    }

    static let hashLabel = "pod-template-hash"

    let deployment: JSONValue
    let limits: RollingUpdate
    /// The ReplicaSet of the present template; nil: there is none yet.
    var new: JSONValue?
    /// The ReplicaSets of earlier templates, the oldest first.
    var old: [JSONValue]

    init(_ deployment: JSONValue, sets: [JSONValue]) {
        self.deployment = deployment
        limits = RollingUpdate(deployment)
        let template = deployment["spec"]["template"]
        let sorted = sets.sorted { Self.age($0) < Self.age($1) }
        new = sorted.first { Self.template(of: $0) == template }
        old = sorted.filter { [new] in $0["metadata"]["uid"] != new?["metadata"]["uid"] }
    }

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

    static func replicas(of set: JSONValue) -> Int { set["spec"]["replicas"].int ?? 1 }

    static func size(_ set: JSONValue) -> RollingUpdate.Size {
        RollingUpdate.Size(replicas: replicas(of: set), available: set["status"]["availableReplicas"].int ?? 0)
    }

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
