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
