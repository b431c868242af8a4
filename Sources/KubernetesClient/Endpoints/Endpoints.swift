package import Coordination

/// An Endpoints object, the older way to say who is behind a Service; what there is to know is that it is there.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoints-v1/
package struct Endpoints: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "", version: "v1", plural: "endpoints", kind: "Endpoints")

    /// What it says of itself; it has the name of its Service.
    @Boxed package var metadata: ObjectMeta
}

extension Endpoints {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
    }
}
