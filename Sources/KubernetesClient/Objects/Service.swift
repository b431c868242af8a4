package import Coordination

/// A Service.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
package struct Service: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "", version: "v1", plural: "services", kind: "Service")

    /// What is wanted.
    package struct Spec: Codable, Sendable, Hashable {
        /// Nil or empty: the Service selects no pods.
        package var selector: [String: String]?
        /// Whether pods that are not Ready are endpoints all the same; nil: they are not.
        package var publishNotReadyAddresses: Bool?
    }

    /// What it says of itself.
    @Boxed package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: Spec?
}

extension Service {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
    }
}
