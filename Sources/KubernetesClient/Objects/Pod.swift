/// A pod, as far as a failover supervisor looks at it.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
package struct Pod: KubernetesResource, Hashable {
    package static let resource = ResourceType(group: "", version: "v1", plural: "pods", kind: "Pod")

    package struct ContainerPort: Codable, Sendable, Hashable {
        package var name: String?
        /// 1...65535; nil if the server says no such number.
        package var containerPort: Int?
    }

    package struct EnvironmentVariable: Codable, Sendable, Hashable {
        /// Where a value is taken from; what there is to know is that it is there.
        package struct Source: Codable, Sendable, Hashable {}

        package var name: String
        package var value: String?
        package var valueFrom: Source?

        /// The value that the pod itself gives; nil if it comes from elsewhere.
        ///
        /// A server leaves an empty one out.
        package var literal: String? { valueFrom == nil ? value ?? "" : nil }
    }

    package struct Container: Codable, Sendable, Hashable {
        package var name: String
        package var ports: [ContainerPort]?
        package var env: [EnvironmentVariable]?
        /// `Always` for an init container that runs as long as the pod; nil for most.
        package var restartPolicy: String?
    }

    package struct Spec: Codable, Sendable, Hashable {
        package var nodeName: String?
        package var containers: [Container]?
        package var initContainers: [Container]?
    }

    package struct Condition: Codable, Sendable, Hashable {
        package var type: String
        /// `True`, `False` or `Unknown`.
        package var status: String
    }

    package struct RunningState: Codable, Sendable, Hashable {
        /// RFC 3339, seconds.
        package var startedAt: String?
    }

    package struct ContainerState: Codable, Sendable, Hashable {
        package var running: RunningState?
    }

    package struct ContainerStatus: Codable, Sendable, Hashable {
        package var name: String
        package var restartCount: Int?
        package var containerID: String?
        package var state: ContainerState?
    }

    package struct Status: Codable, Sendable, Hashable {
        /// `Pending`, `Running`, `Succeeded` or `Failed`.
        package var phase: String?
        /// Absent until the pod has an address.
        package var podIP: String?
        package var conditions: [Condition]?
        package var containerStatuses: [ContainerStatus]?
        package var initContainerStatuses: [ContainerStatus]?
    }

    package var metadata: ObjectMeta
    package var spec: Spec?
    package var status: Status?

    /// The condition Ready.
    package var isReady: Bool {
        status?.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false
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

extension Pod.ContainerPort {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        containerPort = container.int32(.containerPort).flatMap { (1...65_535).contains($0) ? $0 : nil }
    }
}

extension Pod.Container {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.omissible(.name)
        ports = try container.decodeIfPresent([Pod.ContainerPort].self, forKey: .ports)
        env = try container.decodeIfPresent([Pod.EnvironmentVariable].self, forKey: .env)
        restartPolicy = try container.decodeIfPresent(String.self, forKey: .restartPolicy)
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

extension Pod.Condition {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.omissible(.type)
        status = try container.omissible(.status)
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
