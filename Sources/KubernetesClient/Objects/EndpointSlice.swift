/// An EndpointSlice.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/endpoint-slice-v1/
package struct EndpointSlice: KubernetesResource, Hashable {
    package static let resource = ResourceType(
        group: "discovery.k8s.io",
        version: "v1",
        plural: "endpointslices",
        kind: "EndpointSlice"
    )

    package struct Conditions: Codable, Sendable, Hashable {
        /// Nil means true.
        package var ready: Bool?
        /// Nil means true.
        package var serving: Bool?
        /// Nil means false.
        package var terminating: Bool?
    }

    package struct ObjectReference: Codable, Sendable, Hashable {
        package var kind: String?
        package var namespace: String?
        package var name: String?
        package var uid: String?
    }

    package struct Endpoint: Codable, Sendable, Hashable {
        package var addresses: [String]
        package var conditions: Conditions?
        package var hostname: String?
        package var nodeName: String?
        package var targetRef: ObjectReference?
    }

    package struct Port: Codable, Sendable, Hashable {
        package var name: String?
        package var `protocol`: String?
        package var port: Int?
    }

    package var metadata: ObjectMeta
    /// `IPv4` or `IPv6`.
    package var addressType: String
    package var endpoints: [Endpoint]?
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
