/// A Lease.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
package struct Lease: KubernetesResource, Hashable {
    package static let resource = ResourceType(
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease"
    )

    package struct Spec: Codable, Sendable, Hashable {
        package var holderIdentity: String?
        package var leaseDurationSeconds: Int?
        package var acquireTime: MicroTime?
        package var renewTime: MicroTime?
        /// At least 0.
        package var leaseTransitions: Int?
        package var strategy: String?
        package var preferredHolder: String?

        package init() {}
    }

    package var apiVersion: String? = Self.resource.apiVersion
    package var kind: String? = Self.resource.kind
    package var metadata: ObjectMeta
    package var spec: Spec?

    package init(metadata: ObjectMeta, spec: Spec?) {
        self.metadata = metadata
        self.spec = spec
    }
}

// MARK: Decoding

extension Lease {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion = try container.decodeIfPresent(String.self, forKey: .apiVersion) ?? Self.resource.apiVersion
        kind = try container.decodeIfPresent(String.self, forKey: .kind) ?? Self.resource.kind
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
    }
}

extension Lease.Spec {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        holderIdentity = try container.decodeIfPresent(String.self, forKey: .holderIdentity)
        leaseDurationSeconds = container.int32(.leaseDurationSeconds)
        acquireTime = try container.decodeIfPresent(MicroTime.self, forKey: .acquireTime)
        renewTime = try container.decodeIfPresent(MicroTime.self, forKey: .renewTime)
        leaseTransitions = container.int32(.leaseTransitions)
        strategy = try container.decodeIfPresent(String.self, forKey: .strategy)
        preferredHolder = try container.decodeIfPresent(String.self, forKey: .preferredHolder)
    }
}
