import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// Looks whether the endpoints of a Service that its group can use are what the group's mode needs.
struct SliceExamination {
    /// What is found, and how bad it is.
    typealias Finding = (finding: ClusterFinding, severity: Diagnostic.Severity)

    /// The label by which a Service, and so its slices, is left to another proxy than kube-proxy.
    ///
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#servicekubernetesioservice-proxy-name
    private static let proxyLabel = "service.kubernetes.io/service-proxy-name"
    /// Who makes slices of Endpoints objects; they are made again until the object is gone.
    private static let mirror = "endpointslicemirroring-controller.k8s.io"

    private let group: GroupConfiguration
    private let namespace: String
    private let service: Service
    private let slices: [EndpointSlice]
    private let hasEndpoints: Bool

    /// `slices`: all of the namespace; `hasEndpoints`: whether there is an Endpoints object of the Service's name.
    init(
        _ group: GroupConfiguration,
        namespace: String,
        service: Service,
        slices: [EndpointSlice],
        hasEndpoints: Bool
    ) {
        self.group = group
        self.namespace = namespace
        self.service = service
        self.slices = slices.sorted { ($0.metadata.name ?? "") < ($1.metadata.name ?? "") }
        self.hasEndpoints = hasEndpoints
    }

    /// What does not fit; `members`: the group's pods.
    func findings(_ members: [Pod]) -> [Finding] {
        switch group.mode {
        case .label: leftovers
        case .endpointSlice: foreign + ofService + ofPorts(members) + ofAddresses(members)
        }
    }

    // MARK: Slices

    private var ownNames: Set<String> { Set(AddressFamily.allCases.map { $0.sliceName(of: group.service) }) }

    /// What sends traffic to somebody is a mistake, what does not is only in the way.
    private func severity(_ publishes: String?) -> Diagnostic.Severity { publishes == nil ? .warning : .error }

    /// What supervisors wrote, by name: of which Service, and an address that gets traffic.
    static func ofSupervisors(_ slices: [EndpointSlice]) -> [(name: String, service: String, publishes: String?)] {
        slices.filter { $0.metadata.labels?[SliceMapping.managerLabel] == SliceMapping.manager }
            .map { slice in
                let service = slice.metadata.labels?[ServiceEndpoints.serviceLabel] ?? ""
                return (slice.metadata.name ?? "", service, published(slice))
            }
            .sorted { $0.name < $1.name }
    }

    private static func published(_ slice: EndpointSlice) -> String? {
        slice.endpoints?.first(where: \.isReady)?.addresses.first
    }

    private var leftovers: [Finding] {
        slices.filter { ownNames.contains($0.metadata.name ?? "") }.map { slice in
            let publishes = Self.published(slice)
            let name = slice.metadata.name ?? ""
            return (.leftoverSlice(name, namespace: namespace, publishes: publishes), severity(publishes))
        }
    }

    private var foreign: [Finding] {
        let ofService = slices.filter { $0.metadata.labels?[ServiceEndpoints.serviceLabel] == group.service }
        let others = ofService.filter { !ownNames.contains($0.metadata.name ?? "") }
        let endpoints: [Finding] =
            hasEndpoints
            ? [(.leftoverEndpoints(group.service, namespace: namespace), .error)] : []
        return endpoints
            + others.compactMap { slice in
                let manager = slice.metadata.labels?[SliceMapping.managerLabel]
                // It goes with the object, and would come again without.
                if hasEndpoints, manager == Self.mirror { return nil }
                let (name, publishes) = (slice.metadata.name ?? "", Self.published(slice))
                let finding = ClusterFinding.foreignSlice(
                    name,
                    namespace: namespace,
                    manager: manager,
                    publishes: publishes
                )
                return (finding, severity(publishes))
            }
    }

    // MARK: The Service and its pods

    private var ofService: [Finding] {
        guard let proxy = service.metadata.labels?[Self.proxyLabel] else { return [] }
        return [(.otherProxy(proxy, service: group.service), .warning)]
    }

    private func ofPorts(_ members: [Pod]) -> [Finding] {
        let ports = SlicePorts(of: service)
        if ports.isEmpty { return [(.noServicePort(group.service), .warning)] }
        guard let first = members.first else { return [] }
        return ports.missing(in: first)
            .filter { port in members.allSatisfy { ports.missing(in: $0).contains(port) } }
            .map { (.noTargetPort($0, service: group.service), .error) }
    }

    /// Of pods that have an address at all; the others are not there yet.
    private func ofAddresses(_ members: [Pod]) -> [Finding] {
        AddressFamily.families(of: service).compactMap { family in
            let lacking = members.first { !$0.addresses.isEmpty && $0.address(of: family) == nil }
            return lacking?.metadata.name.map {
                (.noAddress(pod: $0, family: family.rawValue, service: group.service), .warning)
            }
        }
    }
}
