/// Keeps the Endpoints of each Service with a selector, by the rules of Kubernetes' own controller: what they were when the
/// selector was taken away stays.
///
/// https://kubernetes.io/docs/concepts/services-networking/service/#endpoints
struct EndpointsController: Sendable {
    /// Where Services and pods are read, and Endpoints written.
    let store: ObjectStore

    /// The label of what this controller writes, which is its own and nobody else's.
    private static let managedBy = "endpoints.kubernetes.io/managed-by"

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var index = await ServiceIndex(of: store)
        for service in await store.list(.services, namespace: nil) {
            await reconcile(ServiceIndex.key(of: service), index)
        }
        for await change in changes {
            for service in index.take(change) { await reconcile(service, index) }
            if change.key.kind == .endpoints, change.action == .deleted {
                let service = ObjectKey(.services, namespace: change.key.namespace, name: change.key.name)
                if (try? await store.get(service)) != nil { await reconcile(service, index) }
            }
        }
    }

    private func reconcile(_ key: ObjectKey, _ index: ServiceIndex) async {
        let place = ObjectKey(.endpoints, namespace: key.namespace, name: key.name)
        guard let service = try? await store.get(key) else {
            _ = try? await store.delete(place)
            return
        }
        if service["spec"]["selector"].strings.isEmpty || service["spec"]["type"] == "ExternalName" { return }
        let wanted = Self.endpoints(of: service, pods: await store.present(index.pods(of: service)))
        let written = try? await store.modify(place) { (old) throws(APIFailure) in
            var new = old.with("subsets", wanted["subsets"])
            new["metadata"]["labels"] = wanted["metadata"]["labels"]
            return new
        }
        if written == nil { _ = try? await store.create(.endpoints, namespace: key.namespace, wanted) }
    }

    // MARK: The object

    /// A pod's part in a subset.
    private struct Address {
        var json: JSONValue
        var isReady: Bool
    }

    private static func endpoints(of service: JSONValue, pods: [JSONValue]) -> JSONValue {
        var labels = service["metadata"]["labels"]
        labels[managedBy] = "endpoint-controller"
        labels[ServiceSlice.headless] = service["spec"]["clusterIP"] == "None" ? "" : .null
        // Addresses with the same ports are one subset.
        var subsets: [(ports: [JSONValue], addresses: [Address])] = []
        let publishesAll = service["spec"]["publishNotReadyAddresses"].bool ?? false
        for pod in pods where PodEndpoint.isListed(pod) && (publishesAll || !PodEndpoint.isTerminating(pod)) {
            guard let address = address(of: pod, at: service) else { continue }
            let wanted = service["spec"]["ports"].array ?? []
            let ports = wanted.compactMap { PodEndpoint.port($0, in: pod) }.map(unnamed)
            if ports.isEmpty, !wanted.isEmpty { continue }
            let found = Address(json: address, isReady: publishesAll || PodStatus.isReady(pod))
            if let index = subsets.firstIndex(where: { $0.ports == ports }) {
                subsets[index].addresses.append(found)
            } else {
                subsets.append((ports, [found]))
            }
        }
        return [
            "metadata": ["name": service["metadata"]["name"], "labels": labels],
            "subsets": .array(subsets.map { subset($0.ports, $0.addresses) }),
        ]
    }

    private static func subset(_ ports: [JSONValue], _ addresses: [Address]) -> JSONValue {
        [
            "addresses": .array(addresses.filter(\.isReady).map(\.json)),
            "notReadyAddresses": .array(addresses.filter { !$0.isReady }.map(\.json)), "ports": .array(ports),
        ]
    }

    /// A port without name has none, other than in a slice.
    private static func unnamed(_ port: JSONValue) -> JSONValue { port["name"] == "" ? port.with("name", .null) : port }

    /// Nil if the pod has no address of the Service's first family.
    private static func address(of pod: JSONValue, at service: JSONValue) -> JSONValue? {
        let family = service["spec"]["ipFamilies"].array?.first?.string ?? "IPv4"
        let ip = PodEndpoint.address(of: pod, family)
        if ip == .null { return nil }
        var address: JSONValue = ["ip": ip, "targetRef": PodEndpoint.reference(to: pod)]
        address["hostname"] = PodEndpoint.hostname(of: pod, at: service)
        address["nodeName"] = pod["spec"]["nodeName"]
        return address
    }
}
