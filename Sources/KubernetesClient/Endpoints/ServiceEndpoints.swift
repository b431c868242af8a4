package import Coordination

/// An EndpointSlice, as far as it says whom it shows and who of them is ready; of those that a supervisor writes all is kept.
package struct ServiceEndpoints: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = EndpointSlice.resource
    /// The label that names the Service.
    package static let serviceLabel = "kubernetes.io/service-name"
    /// How the names of the slices end that a supervisor writes, after the Service's name, by their address types.
    package static let ownSuffixes = ["IPv4": "-kube-standby-ipv4", "IPv6": "-kube-standby-ipv6"]

    /// A pod that it shows.
    package struct Endpoint: Codable, Sendable, Hashable {
        /// The pod's uid.
        package var pod: String
        /// Whether traffic is sent to it.
        package var isReady: Bool
        /// Where that traffic goes; empty: nowhere.
        ///
        /// Another pod may have the address by now.
        package var address = ""

        /// An endpoint; the parameters are the properties.
        package init(pod: String, isReady: Bool, address: String = "") {
            self.pod = pod
            self.isReady = isReady
            self.address = address
        }
    }

    /// Its name, version and Service.
    @Boxed package var metadata: ObjectMeta
    /// Those that stand for pods.
    package var endpoints: [Endpoint]
    /// Nil for all but few slices; so it takes no more than a word in the others.
    private var rest: Boxed<Rest>?

    private enum CodingKeys: String, CodingKey {
        case metadata, endpoints
    }

    /// What is kept of few slices only.
    private struct Rest: Sendable, Hashable {
        var strangers: [String]
        var slice: EndpointSlice?
    }

    /// A slice; the parameters are the properties.
    package init(
        metadata: ObjectMeta,
        endpoints: [Endpoint],
        strangers: [String] = [],
        slice: EndpointSlice? = nil
    ) {
        self.metadata = metadata
        self.endpoints = endpoints
        if !strangers.isEmpty || slice != nil {
            rest = Boxed(wrappedValue: Rest(strangers: strangers, slice: slice))
        }
    }

    /// The addresses that traffic is sent to though nobody says whose they are.
    package var strangers: [String] { rest?.wrappedValue.strangers ?? [] }
    /// All of it; nil if its name is not that of one that a supervisor writes.
    package var slice: EndpointSlice? { rest?.wrappedValue.slice }

    /// Whether a supervisor writes slices of such a name.
    package static func isOwn(_ name: String) -> Bool {
        ownSuffixes.values.contains { name.hasSuffix($0) }
    }
}

extension ServiceEndpoints {
    /// What is kept of a slice.
    package init(_ slice: EndpointSlice) {
        var kept = ObjectMeta(name: slice.metadata.name)
        kept.uid = slice.metadata.uid
        kept.resourceVersion = slice.metadata.resourceVersion
        kept.labels = slice.metadata.labels?[Self.serviceLabel].map { [Self.serviceLabel: $0] }
        let all = slice.endpoints ?? []
        self.init(
            metadata: kept,
            endpoints: all.compactMap { endpoint in
                endpoint.targetRef?.uid.map {
                    Endpoint(pod: $0, isReady: endpoint.isReady, address: endpoint.addresses.first ?? "")
                }
            },
            strangers: all.filter { $0.isReady && $0.targetRef?.uid == nil }.compactMap(\.addresses.first),
            slice: Self.isOwn(slice.metadata.name ?? "") ? slice : nil
        )
    }

    package init(from decoder: any Decoder) throws {
        self.init(try EndpointSlice(from: decoder))
    }
}
