import KubernetesClient
import StandbyConfiguration

/// What a probe has to do with the containers of a pod: which one it is about, and where its ports are.
///
/// The kubelet knows it, for there a probe stands in a container. Here it is the one that the probe names; else the one that
/// has the probe's port; else the one that kubectl would take: the one that an annotation names, or the first. Only this
/// container's restart makes a member unknown, and only its start begins the initial delay.
struct ProbedContainer {
    /// Why a probe does not find its port, or its container.
    enum Problem: Hashable {
        /// The pod has no container of that name.
        case noSuchContainer(String)
        /// No container has a port of that name.
        case noSuchPort(String)
        /// Several containers have a port of that name, with different numbers.
        case ambiguousPort(String, containers: [String])
    }

    /// The annotation by which kubectl chooses a container.
    ///
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container
    private static let annotation = "kubectl.kubernetes.io/default-container"

    private let pod: Pod
    private let containers: [Pod.Container]

    /// Of the containers that last: init containers do not count unless they are sidecars.
    init(of pod: Pod) {
        self.pod = pod
        containers = pod.lastingContainers
    }

    /// The container that kubectl would take; nil if the pod has none.
    var defaultName: String? {
        let ordinary = pod.spec?.containers ?? []
        let named = pod.metadata.annotations?[Self.annotation]
        return (ordinary.first { $0.name == named } ?? ordinary.first)?.name
    }

    /// The container that a probe is about; nil if the pod has none.
    func name(for handler: ProbeConfiguration.Handler) -> String? {
        handler.container ?? handler.port.flatMap(owner)?.name ?? defaultName
    }

    private func owner(of port: PortReference) -> Pod.Container? {
        containers.first { container in
            (container.ports ?? []).contains { candidate in
                switch port {
                case .number(let number): candidate.containerPort == number
                case .named(let name): candidate.name == name
                }
            }
        }
    }

    /// The numbers of named ports that a probe can mean; those that several containers have, with different numbers, are left
    /// out.
    func ports(for handler: ProbeConfiguration.Handler) -> [String: Int] {
        var numbers: [String: Int] = [:]
        var ambiguous: Set<String> = []
        for container in containers where handler.container.map({ $0 == container.name }) ?? true {
            for port in container.ports ?? [] {
                guard let name = port.name, let number = port.containerPort else { continue }
                if let known = numbers.updateValue(number, forKey: name), known != number {
                    ambiguous.insert(name)
                }
            }
        }
        return numbers.filter { !ambiguous.contains($0.key) }
    }

    /// Why a probe cannot be made, or not where it is meant to be; nil if it can.
    func problem(of handler: ProbeConfiguration.Handler) -> Problem? {
        if let name = handler.container, !containers.contains(where: { $0.name == name }) {
            return .noSuchContainer(name)
        }
        guard case .named(let name) = handler.port, ports(for: handler)[name] == nil else { return nil }
        let owners = containers.filter { ($0.ports ?? []).contains { $0.name == name } }.map(\.name)
        return handler.container == nil && owners.count > 1
            ? .ambiguousPort(name, containers: owners) : .noSuchPort(name)
    }

    /// What the container's status says; nil if there is none yet.
    func status(for handler: ProbeConfiguration.Handler) -> Pod.ContainerStatus? {
        let statuses = (pod.status?.containerStatuses ?? []) + (pod.status?.initContainerStatuses ?? [])
        guard let name = name(for: handler) else { return statuses.first }
        return statuses.first { $0.name == name }
    }

    /// Whether the kubelet probes the container that a probe is about, so that the condition Ready says something of it.
    ///
    /// The readinessProbe of a sidecar says nothing of the application.
    func isProbedByKubelet(for handler: ProbeConfiguration.Handler) -> Bool {
        let name = name(for: handler)
        return containers.contains { $0.name == name && $0.readinessProbe != nil }
    }

    /// The literal environment of a container: what is taken from elsewhere is not known here.
    func environment(of name: String?) -> [String: String] {
        let variables = containers.first { $0.name == name }?.env ?? []
        let literal = variables.compactMap { variable in variable.literal.map { (variable.name, $0) } }
        return Dictionary(literal) { _, last in last }
    }
}

extension ProbedContainer.Problem: CustomStringConvertible {
    var description: String {
        switch self {
        case .noSuchContainer(let name): "the pod has no container \"\(name)\""
        case .noSuchPort(let name): "no container has a port named \"\(name)\""
        case .ambiguousPort(let name, let containers):
            "the containers \(containers.joined(separator: ", ")) have different ports named \"\(name)\": \"container\" says"
                + " which is meant"
        }
    }
}
