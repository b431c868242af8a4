/// What makes pods from a template.
package protocol Workload: KubernetesResource {
    var spec: WorkloadSpec? { get }
}

/// The part that all workloads have in common.
package struct WorkloadSpec: Codable, Sendable, Hashable {
    package struct Selector: Codable, Sendable, Hashable {
        package var matchLabels: [String: String]?
    }

    package struct Template: Codable, Sendable, Hashable {
        package var metadata: ObjectMeta?
    }

    package var selector: Selector?
    package var template: Template?
}

/// A Deployment.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/
package struct Deployment: Workload, Hashable {
    package static let resource = ResourceType(group: "apps", version: "v1", plural: "deployments", kind: "Deployment")

    package var metadata: ObjectMeta
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
    package static let resource = ResourceType(
        group: "apps",
        version: "v1",
        plural: "statefulsets",
        kind: "StatefulSet"
    )

    package var metadata: ObjectMeta
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
    package static let resource = ResourceType(group: "apps", version: "v1", plural: "replicasets", kind: "ReplicaSet")

    package var metadata: ObjectMeta
    package var spec: WorkloadSpec?
}

extension ReplicaSet {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(WorkloadSpec.self, forKey: .spec)
    }
}
