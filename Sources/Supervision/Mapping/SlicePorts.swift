import KubernetesClient

/// Where the ports of a Service lead to in a pod, as the slices say it that the endpoint controller would write.
struct SlicePorts: Sendable {
    /// What a port has that says nothing.
    static let standardProtocol = "TCP"

    private let ports: [Service.Port]

    /// Those of a Service without a selector.
    init(of service: Service) {
        ports = service.spec?.publication?.ports ?? []
    }

    /// The ports of an endpoint, by the names of the Service's; those that the pod lacks are left out.
    func resolved(in pod: Pod) -> [EndpointSlice.Port] {
        ports.compactMap { port in
            number(of: port, in: pod).map { number in
                EndpointSlice.Port(
                    name: port.name ?? "",
                    protocol: port.protocol ?? Self.standardProtocol,
                    port: number,
                    appProtocol: port.appProtocol
                )
            }
        }
    }

    /// The named ports that a pod lacks.
    func missing(in pod: Pod) -> [String] {
        ports.compactMap { port in
            guard case .name(let name) = port.targetPort, number(of: port, in: pod) == nil else { return nil }
            return name
        }
    }

    /// Whether the Service has none at all.
    var isEmpty: Bool { ports.isEmpty }

    private func number(of port: Service.Port, in pod: Pod) -> Int? {
        switch port.targetPort {
        case .number(let number) where (1...65_535).contains(number): number
        case .number, nil: port.port
        case .name(let name): named(name, port.protocol ?? Self.standardProtocol, in: pod)
        }
    }

    /// Containers come before sidecars.
    private func named(_ name: String, _ spoken: String, in pod: Pod) -> Int? {
        let all = pod.lastingContainers.lazy.flatMap { $0.ports ?? [] }
        return all.first { $0.name == name && $0.protocol.rawValue == spoken }?.containerPort
    }
}
