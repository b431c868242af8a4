package import Coordination

/// A Lease.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
package struct Lease: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(
        group: "coordination.k8s.io",
        version: "v1",
        plural: "leases",
        kind: "Lease"
    )

    /// What is stored.
    package struct Spec: Codable, Sendable, Hashable {
        /// Who holds it; nil or empty: nobody.
        package var holderIdentity: String?
        /// How long it is good without being renewed.
        package var leaseDurationSeconds: Int?
        /// Since when its holder has it.
        package var acquireTime: MicroTime?
        /// When its holder renewed it last.
        package var renewTime: MicroTime?
        /// At least 0.
        package var leaseTransitions: Int?
        /// Of coordinated leader election; kept as it is.
        package var strategy: String?
        /// Of coordinated leader election; kept as it is.
        package var preferredHolder: String?
        /// What newer API servers know besides; kept as it is.
        package var others: [String: JSONFragment] = [:]

        /// Nobody holds it.
        package init() {}
    }

    /// As every object has it.
    package var apiVersion: String? = Self.resource.apiVersion
    /// As every object has it.
    package var kind: String? = Self.resource.kind
    /// What it says of itself.
    @Boxed package var metadata: ObjectMeta
    /// Nil: as if every field were absent.
    package var spec: Spec?

    /// A Lease; the parameters are the properties.
    package init(metadata: ObjectMeta, spec: Spec?) {
        self.metadata = metadata
        self.spec = spec
    }
}

// MARK: Decoding

extension Lease {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        apiVersion =
            try container.decodeIfPresent(String.self, forKey: .apiVersion).map(CommonTexts.shared)
            ?? Self.resource.apiVersion
        kind = try container.decodeIfPresent(String.self, forKey: .kind) ?? Self.resource.kind
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
    }
}

extension Lease.Spec {
    private enum CodingKeys: String, CodingKey, CaseIterable {
        case holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions, strategy, preferredHolder
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        holderIdentity = try container.decodeIfPresent(String.self, forKey: .holderIdentity)
        leaseDurationSeconds = container.int32(.leaseDurationSeconds)
        // Whoever may write one Lease must not make a list of all of them unreadable.
        acquireTime = (try? container.decodeIfPresent(MicroTime.self, forKey: .acquireTime)) ?? nil
        renewTime = (try? container.decodeIfPresent(MicroTime.self, forKey: .renewTime)) ?? nil
        leaseTransitions = container.int32(.leaseTransitions)
        strategy = try container.decodeIfPresent(String.self, forKey: .strategy)
        preferredHolder = try container.decodeIfPresent(String.self, forKey: .preferredHolder)
        others = try decoder.members(besides: CodingKeys.allCases)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(holderIdentity, forKey: .holderIdentity)
        try container.encodeIfPresent(leaseDurationSeconds, forKey: .leaseDurationSeconds)
        try container.encodeIfPresent(acquireTime, forKey: .acquireTime)
        try container.encodeIfPresent(renewTime, forKey: .renewTime)
        try container.encodeIfPresent(leaseTransitions, forKey: .leaseTransitions)
        try container.encodeIfPresent(strategy, forKey: .strategy)
        try container.encodeIfPresent(preferredHolder, forKey: .preferredHolder)
        try encoder.encode(members: others)
    }
}
