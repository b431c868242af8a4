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
