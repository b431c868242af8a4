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
