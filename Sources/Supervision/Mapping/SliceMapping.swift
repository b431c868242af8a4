import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// What the EndpointSlices of a group's Service say to the core, and what is stored for what the core decides.
///
/// A value of one moment, made of the Service and the pods as they are known then.
struct SliceMapping: Sendable {
    /// The label that says who writes a slice.
    ///
    /// https://kubernetes.io/docs/reference/labels-annotations-taints/#endpointslicekubernetesiomanaged-by
    static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    /// Its value on slices of ours.
    static let manager = "kube-standby.io"
    /// The annotation that names the group.
    static let groupAnnotation = "kube-standby.io/group"
    /// The annotation that carries the epoch of the write that stored a slice.
    static let epochAnnotation = "kube-standby.io/epoch"
    /// The annotation that says at which epoch a move was begun that no record had announced, and why, as `7 ActiveUnhealthy`.
    ///
    /// A later write leaves it as it is: it counts at its own epoch, while the record is below that.
    static let causeAnnotation = "kube-standby.io/cause"

    /// Those of the Service, in the order in which their slices are written; never empty.
    let families: [AddressFamily]
    private let group: String
    private let namespace: String
    private let service: String
    private let owner: ObjectMeta.OwnerReference
    private let ports: SlicePorts
    private let members: SliceMembers

    /// `pods`: the members', read as `mapping` says.
    init(_ mapping: PodMapping, namespace: String, service: Service, pods: [Pod]) {
        group = mapping.group.name
        self.namespace = namespace
        self.service = mapping.group.service
        owner = ObjectMeta.OwnerReference(
            apiVersion: Service.resource.apiVersion,
            kind: Service.resource.kind,
            name: mapping.group.service,
            uid: service.metadata.uid ?? ""
        )
        families = AddressFamily.families(of: service)
        ports = SlicePorts(of: service)
        members = SliceMembers(pods, mapping)
    }

    /// The name of our slice of a family.
    func name(_ family: AddressFamily) -> String { family.sliceName(of: service) }

    // MARK: What is stored

    /// All slices of the Service, ours and others'.
    func published(_ slices: [ServiceEndpoints]) -> PublishedEndpoints {
        let own = slices.compactMap { $0.slice.flatMap(published) }
        let wanted = families.map { family in
            own.first { $0.family == family } ?? PublishedSlice(family: family, reachable: reachable(family))
        }
        // The Service has lost the family, and proxies may not know it yet.
        let left = own.filter { !families.contains($0.family) }
        return PublishedEndpoints(slices: wanted + left, foreign: foreign(slices))
    }

    /// One slice as it is stored; nil if its name is not that of one of ours.
    func published(_ slice: EndpointSlice) -> PublishedSlice? {
        guard let family = family(of: slice.metadata.name) else { return nil }
        var seen = PublishedSlice(
            family: family,
            version: ObjectVersion(slice.metadata.resourceVersion ?? ""),
            epoch: slice.metadata.annotations?[Self.epochAnnotation].flatMap(Epoch.init(annotation:)),
            cause: Self.cause(of: slice),
            reachable: reachable(family)
        )
        var strangers: [EndpointSlice.Endpoint] = []
        for endpoint in slice.endpoints ?? [] where endpoint.isReady || endpoint.isDraining {
            let member = members.member(at: endpoint.addresses.first, meant: endpoint.targetRef?.uid)
            switch member {
            case let member? where endpoint.isReady:
                seen.ready.insert(member)
                seen.names[member] = name(of: member, at: endpoint)
            case let member?: seen.draining.insert(member)
            case nil: strangers.append(endpoint)
            }
        }
        seen.draining.subtract(seen.ready)
        // Proxies turn to those that are draining when nobody is ready.
        seen.hasStrangers = strangers.contains(where: \.isReady) || seen.ready.isEmpty && !strangers.isEmpty
        seen.isFaithful = isFaithful(slice, seen)
        return seen
    }

    /// The name of whoever gets the traffic of an endpoint; nil: it is not said.
    private func name(of id: Member.ID, at endpoint: EndpointSlice.Endpoint) -> String? {
        members.name(id) ?? (endpoint.targetRef?.uid == id.uid ? endpoint.targetRef?.name : nil)
    }

    /// Why the write that stored it began a move; nil: it did not.
    private static func cause(of slice: EndpointSlice) -> SwitchCause? {
        let annotations = slice.metadata.annotations ?? [:]
        let words = (annotations[causeAnnotation] ?? "").split(separator: " ", maxSplits: 1)
        guard words.count == 2, String(words[0]) == annotations[epochAnnotation] else { return nil }
        return SwitchCause(rawValue: String(words[1])) ?? .other
    }

    private func family(of name: String?) -> AddressFamily? {
        AddressFamily.allCases.first { self.name($0) == name }
    }

    private func reachable(_ family: AddressFamily) -> Set<Member.ID> {
        families.contains(family) ? members.reachable(by: family) : []
    }

    /// Whom others publish, each with the first such slice by name.
    private func foreign(_ slices: [ServiceEndpoints]) -> [Member.ID: String] {
        var foreign: [Member.ID: String] = [:]
        for slice in slices {
            guard let name = slice.metadata.name, family(of: name) == nil else { continue }
            let named = slice.endpoints.filter(\.isReady).map { members.member(at: $0.address, meant: $0.pod) }
            let others = slice.strangers.map { members.member(at: $0, meant: nil) }
            for member in (named + others).compactMap(\.self) {
                foreign[member] = min(name, foreign[member] ?? name)
            }
        }
        return foreign
    }

    /// Whether a slice is what would be written for those whom it shows.
    private func isFaithful(_ slice: EndpointSlice, _ seen: PublishedSlice) -> Bool {
        guard let epoch = seen.epoch, seen.ready.count <= 1, !seen.hasStrangers else { return false }
        let wanted = self.slice(seen.family, ready: seen.ready.first, draining: seen.draining, epoch)
        let patch = EndpointSlicePatch(replacing: slice, by: wanted)
        let (labels, annotations) = (slice.metadata.labels ?? [:], slice.metadata.annotations ?? [:])
        let (owners, known) = (patch.metadata.ownerReferences, slice.metadata.ownerReferences ?? [])
        return slice.addressType == wanted.addressType
            && patch.metadata.labels.allSatisfy { labels[$0.key] == $0.value }
            && patch.metadata.annotations.allSatisfy { annotations[$0.key] == $0.value }
            && owners.count == known.count && Set(owners) == Set(known)
            && patch.endpoints == slice.endpoints ?? []
            && patch.ports == (slice.ports ?? []).map(Self.normal)
    }

    /// With what the absence of a field means.
    private static func normal(_ port: EndpointSlice.Port) -> EndpointSlice.Port {
        var port = port
        port.name = port.name ?? ""
        port.protocol = port.protocol ?? SlicePorts.standardProtocol
        return port
    }

    // MARK: What is written

    /// The whole slice that a write stores, without a version; nil: the member that is to get traffic is not known.
    ///
    /// In a family in which that member has no address the slice is empty: so nobody else gets the traffic. Of those that are
    /// to be shown as draining, the ones that have no address or other ports are left out, for a slice has one list of ports.
    func slice(for write: EndpointsWrite) -> EndpointSlice? {
        if let ready = write.ready, members.pod(ready) == nil { return nil }
        var slice = slice(write.slice.family, ready: write.ready, draining: write.draining, write.epoch)
        if let cause = write.announcement?.cause {
            slice.metadata.annotations?[Self.causeAnnotation] = "\(write.epoch) \(cause.rawValue)"
        }
        return slice
    }

    private func slice(
        _ family: AddressFamily,
        ready: Member.ID?,
        draining: Set<Member.ID>,
        _ epoch: Epoch
    ) -> EndpointSlice {
        var metadata = ObjectMeta(name: name(family), namespace: namespace)
        metadata.labels = [ServiceEndpoints.serviceLabel: service, Self.managerLabel: Self.manager]
        metadata.annotations = [Self.groupAnnotation: group, Self.epochAnnotation: "\(epoch)"]
        metadata.ownerReferences = [owner]
        let shown = shown(family, ready: ready, draining: draining)
        return EndpointSlice(
            metadata: metadata,
            addressType: family.rawValue,
            endpoints: shown.compactMap {
                members.endpoint(of: $0, family, isReady: $0 == ready, service: service, namespace: namespace)
            },
            ports: shown.first.flatMap(members.pod).map(ports.resolved) ?? []
        )
    }

    /// Who is in a slice, in order: the one that is ready, then those of the same ports that are draining, by name.
    private func shown(_ family: AddressFamily, ready: Member.ID?, draining: Set<Member.ID>) -> [Member.ID] {
        let reachable = reachable(family)
        if let ready, !reachable.contains(ready) { return [] }
        let order =
            (ready.map { [$0] } ?? []) + members.sorted(draining.filter { reachable.contains($0) && $0 != ready })
        guard let first = order.first.flatMap(members.pod) else { return [] }
        let wanted = ports.resolved(in: first)
        return order.filter { members.pod($0).map(ports.resolved) == wanted }
    }
}
