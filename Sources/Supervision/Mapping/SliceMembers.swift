import FailoverCore
import KubernetesClient

/// Which member an endpoint is, and what a member's endpoint looks like.
struct SliceMembers: Sendable {
    /// A member and its pod.
    private struct Known: Sendable {
        var pod: Pod
        var name: String
        var lifecycle: Member.Lifecycle
    }

    private let known: [Member.ID: Known]
    /// Who has an address; who runs comes first, of several the first by name.
    private let holders: [String: [Member.ID]]

    /// The pods that are members.
    init(_ pods: [Pod], _ mapping: PodMapping) {
        var known: [Member.ID: Known] = [:]
        for pod in pods {
            guard let member = mapping.member(pod) else { continue }
            known[member.id] = Known(pod: pod, name: member.name, lifecycle: member.lifecycle)
        }
        // The address of a pod that has finished may be another pod's by now.
        let holding = known.filter { $0.value.lifecycle != .finished }.sorted {
            let isRunning = ($0.value.lifecycle == .running, $1.value.lifecycle == .running)
            return isRunning.0 == isRunning.1 ? $0.value.name < $1.value.name : isRunning.0
        }
        var holders: [String: [Member.ID]] = [:]
        for (id, member) in holding { for address in member.pod.addresses { holders[address, default: []].append(id) } }
        self.known = known
        self.holders = holders
    }

    // MARK: Who is shown

    /// The member that traffic to an address reaches; if none has it, the pod that is said to be meant, which may not have been
    /// seen yet; nil: it is nobody.
    ///
    /// Pods on a node's own network share an address: there it counts who is meant.
    func member(at address: String?, meant uid: String?) -> Member.ID? {
        let meant = uid.map { Member.ID($0) }
        let holders = address.flatMap { self.holders[$0] } ?? []
        if let meant, holders.contains(meant) { return meant }
        return holders.first ?? meant
    }

    // MARK: What is shown

    /// The pod of a member; nil if none is known.
    func pod(_ id: Member.ID) -> Pod? { known[id]?.pod }

    /// The name of a member; nil: it is none.
    func name(_ id: Member.ID) -> String? { known[id]?.name }

    /// The members in the order of their names.
    func sorted(_ ids: some Sequence<Member.ID>) -> [Member.ID] {
        ids.sorted { (known[$0]?.name ?? "") < (known[$1]?.name ?? "") }
    }

    /// The address to which a member's traffic goes; nil if it has none of the family, or has finished.
    func address(of id: Member.ID, _ family: AddressFamily) -> String? {
        guard let member = known[id], member.lifecycle != .finished else { return nil }
        return member.pod.address(of: family)
    }

    /// Those that have an address of a family.
    func reachable(by family: AddressFamily) -> Set<Member.ID> {
        Set(known.keys.filter { address(of: $0, family) != nil })
    }

    /// A member's endpoint; nil if it has no address of the family.
    ///
    /// `isReady`: whether it gets all traffic; otherwise it is shown as serving and terminating.
    /// `service`: whose names DNS knows.
    func endpoint(
        of id: Member.ID,
        _ family: AddressFamily,
        isReady: Bool,
        service: String,
        namespace: String
    ) -> EndpointSlice.Endpoint? {
        guard let pod = pod(id), let address = address(of: id, family) else { return nil }
        var endpoint = EndpointSlice.Endpoint(addresses: [address])
        endpoint.conditions = .init(ready: isReady, serving: true, terminating: !isReady)
        endpoint.hostname = pod.spec?.subdomain == service ? pod.spec?.hostname : nil
        endpoint.nodeName = pod.spec?.nodeName
        endpoint.zone = pod.metadata.labels?[PodMapping.zoneLabel]
        endpoint.targetRef = .init(kind: Pod.resource.kind, namespace: namespace, name: pod.metadata.name, uid: id.uid)
        return endpoint
    }
}
