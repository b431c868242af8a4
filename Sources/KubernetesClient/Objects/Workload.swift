/// What makes pods from a template.
package protocol Workload: KubernetesResource {
    /// What is wanted.
    var spec: WorkloadSpec? { get }
}

/// The part that all workloads have in common.
package struct WorkloadSpec: Codable, Sendable, Hashable {
    /// Which pods are its own.
    package struct Selector: Codable, Sendable, Hashable {
        /// Labels that they carry; nil: any.
        package var matchLabels: [String: String]?
    }

    /// What its pods are made from.
    package struct Template: Codable, Sendable, Hashable {
        /// What the pods say of themselves.
        package var metadata: ObjectMeta?
    }

    /// Which pods are its own.
    package var selector: Selector?
    /// What they are made from.
    package var template: Template?
}

/// A Deployment.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
package struct Deployment: Workload, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "apps", version: "v1", plural: "deployments", kind: "Deployment")

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: WorkloadSpec?
}

extension Deployment {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(WorkloadSpec.self, forKey: .spec)
    }
}

/// A StatefulSet.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/
package struct StatefulSet: Workload, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(
        group: "apps",
        version: "v1",
        plural: "statefulsets",
        kind: "StatefulSet"
    )

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: WorkloadSpec?
}

extension StatefulSet {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(WorkloadSpec.self, forKey: .spec)
    }
}

/// A ReplicaSet.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/
package struct ReplicaSet: Workload, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet")

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: WorkloadSpec?
}

extension ReplicaSet {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(WorkloadSpec.self, forKey: .spec)
    }
}
