/// A node, as far as it matters whether the role may be there.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
package struct Node: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "", version: "v1", plural: "nodes", kind: "Node")

    /// What keeps pods from a node.
    package struct Taint: Codable, Sendable, Hashable {
        /// Empty if the server says none.
        package var key: String
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`; empty if the server says none.
        package var effect: String
    }

    /// What is wanted.
    package struct Spec: Codable, Sendable, Hashable {
        /// Whether it is cordoned; nil: it is not.
        package var unschedulable: Bool?
        /// Nil or empty: there are none.
        package var taints: [Taint]?
    }

    /// One of the conditions that a node has or has not.
    package struct Condition: Codable, Sendable, Hashable {
        /// Like `Ready`.
        package var type: String?
        /// `True`, `False` or `Unknown`.
        package var status: String?
    }

    /// What is the case.
    package struct Status: Codable, Sendable, Hashable {
        /// Nil or empty: nobody has told of the node yet.
        package var conditions: [Condition]?
    }

    /// Taints with which a node is taken away, whatever their value.
    ///
    /// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md,
    /// https://karpenter.sh/docs/concepts/disruption/,
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#node-kubernetes-io-out-of-service
    private static let removals: Set = [
        "ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption",
        "node.kubernetes.io/out-of-service",
    ]

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: Spec?
    /// What is the case.
    package var status: Status?

    /// The zone that it is in; nil: nobody says.
    ///
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone
    package var zone: String? { metadata.labels?["topology.kubernetes.io/zone"] }

    /// Whether it is cordoned.
    package var isUnschedulable: Bool { spec?.unschedulable ?? false }

    /// Whether a taint says that it is taken away; one that is a wish only, as of a candidate for that, says nothing.
    package var isBeingRemoved: Bool {
        spec?.taints?.contains { Self.removals.contains($0.key) && $0.effect != "PreferNoSchedule" } ?? false
    }

    /// Whether its kubelet says that it can run pods, and is heard.
    package var isReady: Bool {
        status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false
    }

    /// Whether nothing speaks against it.
    package var isFit: Bool { isReady && !isUnschedulable && !isBeingRemoved }
}

extension Node {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
        status = try container.decodeIfPresent(Status.self, forKey: .status)
    }
}

extension Node.Taint {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = try container.decodeIfPresent(String.self, forKey: .key) ?? ""
        effect = try container.decodeIfPresent(String.self, forKey: .effect) ?? ""
    }
}
