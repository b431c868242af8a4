package import Coordination

/// An EndpointSlice.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
package struct EndpointSlice: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(
        group: "discovery.k8s.io",
        version: "v1",
        plural: "endpointslices",
        kind: "EndpointSlice"
    )

    /// What is said of an endpoint.
    package struct Conditions: Codable, Sendable, Hashable {
        /// Nil means true.
        package var ready: Bool?
        /// Nil means true.
        package var serving: Bool?
        /// Nil means false.
        package var terminating: Bool?
    }

    /// The object that an endpoint stands for.
    package struct ObjectReference: Codable, Sendable, Hashable {
        /// `Pod`.
        package var kind: String?
        /// Its namespace.
        package var namespace: String?
        /// Its name.
        package var name: String?
        /// Its uid.
        package var uid: String?
    }

    /// One endpoint.
    package struct Endpoint: Codable, Sendable, Hashable {
        /// Of the slice's type; consumers use the first.
        package var addresses: [String]
        /// Nil: as if each were absent.
        package var conditions: Conditions?
        /// A name for DNS; nil: none.
        package var hostname: String?
        /// The node that it is on.
        package var nodeName: String?
        /// Nil: it stands for no object.
        package var targetRef: ObjectReference?
    }

    /// One port, of all endpoints.
    package struct Port: Codable, Sendable, Hashable {
        /// Nil or empty: it has none.
        package var name: String?
        /// `TCP`, `UDP` or `SCTP`; nil: TCP.
        package var `protocol`: String?
        /// Nil: all ports.
        package var port: Int?
    }

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// `IPv4` or `IPv6`.
    package var addressType: String
    /// Nil or empty: there are none.
    package var endpoints: [Endpoint]?
    /// Nil or empty: there are none.
    package var ports: [Port]?
}

// MARK: Decoding

extension EndpointSlice {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        addressType = try container.omissible(.addressType)
        endpoints = try container.decodeIfPresent([Endpoint].self, forKey: .endpoints)
        ports = try container.decodeIfPresent([Port].self, forKey: .ports)
    }
}

extension EndpointSlice.Endpoint {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        addresses = try container.omissible(.addresses)
        conditions = try container.decodeIfPresent(EndpointSlice.Conditions.self, forKey: .conditions)
        hostname = try container.decodeIfPresent(String.self, forKey: .hostname)
        nodeName = try container.decodeIfPresent(String.self, forKey: .nodeName)
        targetRef = try container.decodeIfPresent(EndpointSlice.ObjectReference.self, forKey: .targetRef)
    }
}

extension EndpointSlice.Port {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        `protocol` = try container.decodeIfPresent(String.self, forKey: .protocol)
        port = container.int32(.port)
    }
}

// MARK: Whom it shows

/// An EndpointSlice, as far as it says which pods it shows and who of them is ready; the rest is not kept.
package struct ServiceEndpoints: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = EndpointSlice.resource
    /// The label that names the Service.
    package static let serviceLabel = "kubernetes.io/service-name"

    /// A pod that it shows.
    package struct Endpoint: Codable, Sendable, Hashable {
        /// The pod's uid.
        package var pod: String
        /// Whether traffic is sent to it.
        package var isReady: Bool
    }

    /// Its name, version and Service.
    @Boxed package var metadata: ObjectMeta
    /// Those that stand for pods.
    package var endpoints: [Endpoint]

    private enum CodingKeys: String, CodingKey {
        case metadata, endpoints
    }
}

extension ServiceEndpoints {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let said: ObjectMeta = try container.omissible(.metadata)
        var kept = ObjectMeta(name: said.name)
        kept.uid = said.uid
        kept.resourceVersion = said.resourceVersion
        kept.labels = said.labels?[Self.serviceLabel].map { [Self.serviceLabel: $0] }
        metadata = kept
        let shown = try container.decodeIfPresent([EndpointSlice.Endpoint].self, forKey: .endpoints) ?? []
        endpoints = shown.compactMap { endpoint in
            endpoint.targetRef?.uid.map { Endpoint(pod: $0, isReady: endpoint.conditions?.ready ?? true) }
        }
    }
}
