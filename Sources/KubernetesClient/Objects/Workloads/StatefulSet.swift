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
