package import Coordination

/// A Service.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/service-resources/service-v1/
package struct Service: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "", version: "v1", plural: "services", kind: "Service")
    /// The type of a Service that is a name in DNS and nothing else.
    package static let externalName = "ExternalName"

    /// One port of a Service.
    package struct Port: Codable, Sendable, Hashable {
        /// Nil or empty: it has none, and is the only one.
        package var name: String?
        /// `TCP`, `UDP` or `SCTP`; nil: TCP.
        package var `protocol`: String?
        /// 1...65535; nil if the server says no such number.
        package var port: Int?
        /// Where its traffic goes in a pod; nil: to a port of the same number.
        package var targetPort: TargetPort?
        /// What is spoken there, like `kubernetes.io/h2c`; nil: nobody says.
        package var appProtocol: String?
    }

    /// A port of a pod.
    package enum TargetPort: Codable, Sendable, Hashable {
        /// By its number.
        case number(Int)
        /// By the name that a container gives it.
        case name(String)
    }

    /// How a Service gives its endpoints to clients.
    package struct Publication: Codable, Sendable, Hashable {
        /// Nil or empty: there are none.
        package var ports: [Port]?
        /// `IPv4` and `IPv6`, the first one preferred; nil or empty: nobody says.
        package var ipFamilies: [String]?
        /// `None`: it has no address of its own, and names lead to endpoints; nil or empty: there is none yet.
        package var clusterIP: String?
        /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`; nil: the first.
        package var type: String?
        /// `Local`: what enters a node from outside goes to that node's pods only; nil: `Cluster`.
        package var externalTrafficPolicy: String?
        /// The same of what comes from the cluster.
        package var internalTrafficPolicy: String?

        /// Whether proxies send traffic to the pods of their own node only, which may be one that drains.
        package var isLocal: Bool { [externalTrafficPolicy, internalTrafficPolicy].contains("Local") }
    }

    /// What is wanted.
    package struct Spec: Codable, Sendable, Hashable {
        /// Nil or empty: the Service selects no pods.
        package var selector: [String: String]?
        /// Whether pods that are not Ready are endpoints all the same; nil: they are not.
        package var publishNotReadyAddresses: Bool?
        /// Nil for a Service with a selector, whose endpoints Kubernetes writes; so it takes no more than a word there.
        private var own: Boxed<Publication>?

        /// Ports, families, address and type; known of a Service without a selector only, and of one that is a name.
        package var publication: Publication? { own?.wrappedValue }

        /// What is wanted; the parameters are the properties.
        package init(
            selector: [String: String]? = nil,
            publishNotReadyAddresses: Bool? = nil,
            publication: Publication? = nil
        ) {
            self.selector = selector
            self.publishNotReadyAddresses = publishNotReadyAddresses
            own = publication.map { Boxed(wrappedValue: $0) }
        }
    }

    /// What it says of itself.
    @Boxed package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: Spec?
}

// MARK: Coding

extension Service {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
    }
}

extension Service.Spec {
    private enum CodingKeys: String, CodingKey {
        case selector, publishNotReadyAddresses, type
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let selector = try container.decodeIfPresent([String: String].self, forKey: .selector)
        let isName = try container.decodeIfPresent(String.self, forKey: .type) == Service.externalName
        self.init(
            selector: selector,
            publishNotReadyAddresses: try container.decodeIfPresent(Bool.self, forKey: .publishNotReadyAddresses),
            publication: selector?.isEmpty ?? true || isName ? try Service.Publication(from: decoder) : nil
        )
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(selector, forKey: .selector)
        try container.encodeIfPresent(publishNotReadyAddresses, forKey: .publishNotReadyAddresses)
        try publication?.encode(to: encoder)
    }
}

extension Service.Port {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        `protocol` = try container.decodeIfPresent(String.self, forKey: .protocol)
        port = container.int32(.port).flatMap { (1...65_535).contains($0) ? $0 : nil }
        targetPort = (try? container.decodeIfPresent(Service.TargetPort.self, forKey: .targetPort)) ?? nil
        appProtocol = try container.decodeIfPresent(String.self, forKey: .appProtocol)
    }
}

extension Service.TargetPort {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // A number that no port can have is none that a pod has, either.
        if let number = try? container.decode(Double.self) {
            self = .number(Int(exactly: number) ?? 0)
        } else {
            self = .name(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .name(let name): try container.encode(name)
        }
    }
}
