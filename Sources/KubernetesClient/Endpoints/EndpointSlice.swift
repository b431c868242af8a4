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

        /// What is said; the parameters are the properties.
        package init(ready: Bool? = nil, serving: Bool? = nil, terminating: Bool? = nil) {
            self.ready = ready
            self.serving = serving
            self.terminating = terminating
        }
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

        /// A reference; the parameters are the properties.
        package init(kind: String? = nil, namespace: String? = nil, name: String? = nil, uid: String? = nil) {
            self.kind = kind
            self.namespace = namespace
            self.name = name
            self.uid = uid
        }
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
        /// The zone that it is in; nil: it is not known.
        package var zone: String?

        /// An endpoint of which only the addresses are known.
        package init(addresses: [String]) {
            self.addresses = addresses
        }

        /// Whether traffic is sent to it.
        package var isReady: Bool { conditions?.ready ?? true }
        /// Whether it gets traffic only while no endpoint is ready, and what is connected to it may end in peace.
        package var isDraining: Bool {
            !isReady && (conditions?.serving ?? true) && (conditions?.terminating ?? false)
        }
    }

    /// One port, of all endpoints.
    package struct Port: Codable, Sendable, Hashable {
        /// Nil or empty: it has none.
        package var name: String?
        /// `TCP`, `UDP` or `SCTP`; nil: TCP.
        package var `protocol`: String?
        /// Nil: all ports.
        package var port: Int?
        /// What is spoken there, like `kubernetes.io/h2c`; nil: nobody says.
        package var appProtocol: String?

        /// A port; the parameters are the properties.
        package init(name: String? = nil, protocol: String? = nil, port: Int? = nil, appProtocol: String? = nil) {
            self.name = name
            self.protocol = `protocol`
            self.port = port
            self.appProtocol = appProtocol
        }
    }

    /// What it says of itself.
    package var metadata: ObjectMeta
    /// `IPv4` or `IPv6`.
    package var addressType: String
    /// Nil or empty: there are none.
    package var endpoints: [Endpoint]?
    /// Nil or empty: there are none.
    package var ports: [Port]?

    /// A slice that is to be created; the parameters are the properties.
    package init(metadata: ObjectMeta, addressType: String, endpoints: [Endpoint]?, ports: [Port]?) {
        self.metadata = metadata
        self.addressType = addressType
        self.endpoints = endpoints
        self.ports = ports
    }
}

// MARK: Coding

extension EndpointSlice {
    private enum CodingKeys: String, CodingKey {
        case apiVersion, kind, metadata, addressType, endpoints, ports
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        addressType = try container.omissible(.addressType)
        endpoints = try container.decodeIfPresent([Endpoint].self, forKey: .endpoints)
        ports = try container.decodeIfPresent([Port].self, forKey: .ports)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.resource.apiVersion, forKey: .apiVersion)
        try container.encode(Self.resource.kind, forKey: .kind)
        try container.encode(metadata, forKey: .metadata)
        try container.encode(addressType, forKey: .addressType)
        // Neither may be left out of a slice that is created.
        try container.encode(endpoints ?? [], forKey: .endpoints)
        try container.encode(ports ?? [], forKey: .ports)
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
        zone = try container.decodeIfPresent(String.self, forKey: .zone)
    }
}

extension EndpointSlice.Port {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        `protocol` = try container.decodeIfPresent(String.self, forKey: .protocol)
        port = container.int32(.port)
        appProtocol = try container.decodeIfPresent(String.self, forKey: .appProtocol)
    }
}
