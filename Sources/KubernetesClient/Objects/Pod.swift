package import Coordination

/// A pod, as far as a failover supervisor looks at it.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
package struct Pod: KubernetesResource, Hashable {
    /// Its place in the API.
    package static let resource = ResourceType(group: "", version: "v1", plural: "pods", kind: "Pod")

    /// A port that a container declares.
    package struct ContainerPort: Codable, Sendable, Hashable {
        /// Nil: it has none.
        package var name: String?
        /// 1...65535; nil if the server says no such number.
        package var containerPort: Int?
        /// How it is spoken to.
        package var `protocol` = PortProtocol.tcp
    }

    /// The protocols that a port may have; a byte each, for there is one in every port.
    package enum PortProtocol: String, Codable, Sendable, Hashable {
        /// What a port has that says nothing.
        case tcp = "TCP"
        /// Of datagrams.
        case udp = "UDP"
        /// Of streams of messages.
        case sctp = "SCTP"
        /// One that a newer API server knows.
        case other = ""
    }

    /// A variable of a container's environment.
    package struct EnvironmentVariable: Codable, Sendable, Hashable {
        /// Where a value is taken from; what there is to know is that it is there.
        package struct Source: Codable, Sendable, Hashable {}

        /// The variable's name.
        package var name: String
        /// Nil or empty: it is empty, or `valueFrom` says where it stands.
        package var value: String?
        /// Nil: it stands in `value`.
        package var valueFrom: Source?

        /// The value that the pod itself gives; nil if it comes from elsewhere.
        ///
        /// A server leaves an empty one out.
        package var literal: String? { valueFrom == nil ? value ?? "" : nil }
    }

    /// A container as it is wanted.
    package struct Container: Codable, Sendable, Hashable {
        /// What the kubelet asks of it; what there is to know is that it asks.
        package struct Probe: Codable, Sendable, Hashable {
            /// It is there.
            package init() {}
        }

        /// Unique in its pod.
        package var name: String
        /// Nil: it declares none.
        package var ports: [ContainerPort]?
        /// Nil: it sets none.
        package var env: [EnvironmentVariable]?
        /// `Always` for an init container that runs as long as the pod; nil for most.
        package var restartPolicy: String?
        /// Nil: it is ready as soon as it runs.
        package var readinessProbe: Probe?
    }

    /// What is wanted.
    package struct Spec: Codable, Sendable, Hashable {
        /// The node that it runs on; nil: it is not scheduled yet.
        package var nodeName: String?
        /// Those that are wanted, in their order.
        package var containers: [Container]?
        /// Those that run first, sidecars among them; nil: there are none.
        package var initContainers: [Container]?
        /// The names under which DNS knows the pod; nil for a pod without a subdomain, so that it takes a word in most.
        fileprivate var names: Boxed<DomainNames>?

        /// Its name below the subdomain; nil: it has none, or no subdomain.
        package var hostname: String? { names?.wrappedValue.hostname }
        /// The headless Service under whose name DNS knows the pod; nil: none.
        package var subdomain: String? { names?.wrappedValue.subdomain }
    }

    /// What makes the name of a pod in DNS.
    fileprivate struct DomainNames: Sendable, Hashable {
        var hostname: String?
        var subdomain: String
    }

    /// A container that runs.
    package struct RunningState: Codable, Sendable, Hashable {
        /// RFC 3339, seconds.
        package var startedAt: String?
    }

    /// A container that has ended; what there is to know is that it has.
    package struct TerminatedState: Codable, Sendable, Hashable {}

    /// Where a container's life stands.
    package struct ContainerState: Codable, Sendable, Hashable {
        /// Nil: it does not run.
        package var running: RunningState?
        /// Nil: it runs, or waits to be started.
        package var terminated: TerminatedState?
    }

    /// A container as it is.
    package struct ContainerStatus: Codable, Sendable, Hashable {
        /// As in the container's specification.
        package var name: String
        /// Nil: as if it were 0.
        package var restartCount: Int?
        /// Another one after each restart; nil: it never ran.
        package var containerID: String?
        /// Nil: it is not known.
        package var state: ContainerState?
    }

    /// What is.
    package struct Status: Codable, Sendable, Hashable {
        /// `Pending`, `Running`, `Succeeded` or `Failed`.
        package var phase: String?
        /// Absent until the pod has an address.
        package var podIP: String?
        /// All its addresses, the first of them `podIP`; nil: there is no other, as in most clusters.
        package var podIPs: [String]?
        /// The condition Ready; of the others nothing is kept.
        package var isReady: Bool
        /// Nil: nothing of them is known.
        package var containerStatuses: [ContainerStatus]?
        /// Of those that run first; nil: nothing of them is known.
        package var initContainerStatuses: [ContainerStatus]?
    }

    /// What it says of itself.
    @Boxed package var metadata: ObjectMeta
    /// What is wanted.
    package var spec: Spec?
    /// What is; nil: nobody has said yet.
    package var status: Status?

    /// The condition Ready.
    package var isReady: Bool {
        status?.isReady ?? false
    }

    /// Whether it is Failed or Succeeded: nothing of it runs any more, for all that the API server knows.
    package var hasFinished: Bool {
        ["Failed", "Succeeded"].contains(status?.phase)
    }

    /// One of each family that the pod has, the preferred one first.
    package var addresses: [String] {
        status?.podIPs ?? (status?.podIP).map { [$0] } ?? []
    }

    /// The containers that run as long as the pod, sidecars included.
    ///
    /// https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
    package var lastingContainers: [Container] {
        (spec?.containers ?? []) + (spec?.initContainers ?? []).filter { $0.restartPolicy == "Always" }
    }
}

// MARK: Decoding

extension Pod {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.omissible(.metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec)
        status = try container.decodeIfPresent(Status.self, forKey: .status)
    }
}

extension Pod.Spec {
    private enum CodingKeys: String, CodingKey {
        case nodeName, containers, initContainers, hostname, subdomain
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        nodeName = try container.decodeIfPresent(String.self, forKey: .nodeName)
        func containers(_ key: CodingKeys) throws -> [Pod.Container]? {
            try container.decodeIfPresent([Pod.Container].self, forKey: key).map(Pod.commonContainers.shared)
        }
        self.containers = try containers(.containers)
        initContainers = try containers(.initContainers)
        let subdomain = try container.decodeIfPresent(String.self, forKey: .subdomain)
        guard let subdomain, !subdomain.isEmpty else { return }
        let hostname = try container.decodeIfPresent(String.self, forKey: .hostname)
        names = Boxed(wrappedValue: Pod.DomainNames(hostname: hostname, subdomain: CommonTexts.shared(subdomain)))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(nodeName, forKey: .nodeName)
        try container.encodeIfPresent(containers, forKey: .containers)
        try container.encodeIfPresent(initContainers, forKey: .initContainers)
        try container.encodeIfPresent(hostname, forKey: .hostname)
        try container.encodeIfPresent(subdomain, forKey: .subdomain)
    }
}

extension Pod.ContainerPort {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        containerPort = container.int32(.containerPort).flatMap { (1...65_535).contains($0) ? $0 : nil }
        let said = try container.decodeIfPresent(String.self, forKey: .protocol)
        `protocol` = said.map { Pod.PortProtocol(rawValue: $0) ?? .other } ?? .tcp
    }
}

extension Pod.Container {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.omissible(.name)
        ports = try container.decodeIfPresent([Pod.ContainerPort].self, forKey: .ports)
        env = try container.decodeIfPresent([Pod.EnvironmentVariable].self, forKey: .env)
        restartPolicy = try container.decodeIfPresent(String.self, forKey: .restartPolicy)
        readinessProbe = try container.decodeIfPresent(Probe.self, forKey: .readinessProbe)
    }
}

extension Pod.EnvironmentVariable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.omissible(.name)
        value = try container.decodeIfPresent(String.self, forKey: .value)
        valueFrom = try container.decodeIfPresent(Source.self, forKey: .valueFrom)
    }
}

extension Pod.Status {
    /// One of the conditions that a pod has or has not.
    private struct Condition: Decodable {
        /// Like `Ready`.
        var type: String?
        /// `True`, `False` or `Unknown`.
        var status: String?
    }

    /// One of a pod's addresses.
    private struct Address: Decodable {
        /// Nil: none.
        var ip: String?
    }

    private enum DecodedKeys: String, CodingKey {
        case phase, podIP, podIPs, conditions, containerStatuses, initContainerStatuses
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: DecodedKeys.self)
        phase = try container.decodeIfPresent(String.self, forKey: .phase)
        podIP = try container.decodeIfPresent(String.self, forKey: .podIP)
        let all = try container.decodeIfPresent([Address].self, forKey: .podIPs)?.compactMap(\.ip) ?? []
        podIPs = all.count > 1 ? all : nil
        let conditions = try container.decodeIfPresent([Condition].self, forKey: .conditions) ?? []
        isReady = conditions.contains { $0.type == "Ready" && $0.status == "True" }
        containerStatuses = try container.decodeIfPresent([Pod.ContainerStatus].self, forKey: .containerStatuses)
        initContainerStatuses = try container.decodeIfPresent(
            [Pod.ContainerStatus].self,
            forKey: .initContainerStatuses
        )
    }
}

extension Pod.ContainerStatus {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.omissible(.name)
        restartCount = container.int32(.restartCount)
        containerID = try container.decodeIfPresent(String.self, forKey: .containerID)
        state = try container.decodeIfPresent(Pod.ContainerState.self, forKey: .state)
    }
}
