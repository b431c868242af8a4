/// Copies Endpoints that somebody else keeps for a Service without a selector into EndpointSlices, which is what is looked at
/// nowadays; also those that a Service keeps when its selector is taken away.
///
/// https://kubernetes.io/docs/concepts/services-networking/service/#endpointslice-mirroring
struct EndpointSliceMirroring: Sendable {
    /// Where Services and Endpoints are read, and EndpointSlices written.
    let store: ObjectStore

    private static let manager: JSONValue = "endpointslicemirroring-controller.k8s.io"
    private static let skipping = "endpointslice.kubernetes.io/skip-mirror"
    /// Of what elections once were held with.
    private static let election = "control-plane.alpha.kubernetes.io/leader"
    /// What says nothing of the copy.
    private static let uncopied = [
        "endpoints.kubernetes.io/last-change-trigger-time", "kubectl.kubernetes.io/last-applied-configuration",
    ]
    /// Of one subset no more addresses are copied.
    private static let limit = 1000

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for endpoints in await store.list(.endpoints, namespace: nil) {
            let metadata = endpoints["metadata"]
            await reconcile(metadata["namespace"].string ?? "", metadata["name"].string ?? "")
        }
        for await change in changes {
            if let name = Self.name(concernedBy: change) { await reconcile(change.key.namespace, name) }
        }
    }

    /// The name of the Endpoints that a change concerns; nil: none.
    private static func name(concernedBy change: StoreChange) -> String? {
        switch change.key.kind {
        case .endpoints: return change.key.name
        case .services:
            // Of a Service that has a selector and always had one there is nothing to copy.
            let has = hasSelector(change.object)
            let isOfInterest = change.action == .modified ? change.previous.map(hasSelector) != has : !has
            return isOfInterest ? change.key.name : nil
        case .endpointSlices:
            let labels = change.object["metadata"]["labels"]
            return labels[ServiceSlice.managedBy] == manager ? labels[ServiceSlice.serviceName].string : nil
        default: return nil
        }
    }

    private static func hasSelector(_ service: JSONValue) -> Bool {
        !service["spec"]["selector"].strings.isEmpty
    }

    // MARK: The copies

    private func reconcile(_ namespace: String, _ name: String) async {
        var wanted = await slices(namespace, name)
        for old in await present(namespace, name) {
            let key = ObjectKey(.endpointSlices, namespace: namespace, name: old["metadata"]["name"].string ?? "")
            if let index = wanted.firstIndex(where: { $0["addressType"] == old["addressType"] }) {
                await update(key, wanted.remove(at: index))
            } else {
                _ = try? await store.delete(key)
            }
        }
        for slice in wanted { _ = try? await store.create(.endpointSlices, namespace: namespace, slice) }
    }

    private func update(_ key: ObjectKey, _ wanted: JSONValue) async {
        _ = try? await store.modify(key) { (old) throws(APIFailure) in
            var new = old.with("endpoints", wanted["endpoints"]).with("ports", wanted["ports"])
            for field in ["labels", "annotations", "ownerReferences"] {
                new["metadata"][field] = wanted["metadata"][field]
            }
            return new
        }
    }

    private func present(_ namespace: String, _ name: String) async -> [JSONValue] {
        await store.slices(of: name, namespace: namespace).filter {
            $0["metadata"]["labels"][ServiceSlice.managedBy] == Self.manager
        }
    }

    /// What is to be there: nothing for a Service that has a selector, or is not there.
    private func slices(_ namespace: String, _ name: String) async -> [JSONValue] {
        let service = try? await store.get(ObjectKey(.services, namespace: namespace, name: name))
        guard let service, !Self.hasSelector(service),
            let endpoints = try? await store.get(ObjectKey(.endpoints, namespace: namespace, name: name)),
            endpoints["metadata"]["labels"][Self.skipping] != "true",
            endpoints["metadata"]["annotations"][Self.election] == .null
        else { return [] }
        return (endpoints["subsets"].array ?? []).flatMap { subset in
            ["IPv4", "IPv6"].compactMap { Self.slice(of: endpoints, subset, $0) }
        }
    }

    /// Nil if the subset has no address of the family.
    private static func slice(of endpoints: JSONValue, _ subset: JSONValue, _ family: String) -> JSONValue? {
        let copies =
            copies(of: subset, "addresses", isReady: true) + copies(of: subset, "notReadyAddresses", isReady: false)
        let listed = copies.prefix(limit).filter {
            $0["addresses"].array?.first?.string.flatMap(IPAddress.init)?.isIPv4 == (family == "IPv4")
        }
        if listed.isEmpty { return nil }
        let metadata = endpoints["metadata"]
        var labels = metadata["labels"]
        labels[ServiceSlice.serviceName] = metadata["name"]
        labels[ServiceSlice.managedBy] = manager
        var annotations = metadata["annotations"]
        for key in uncopied where annotations[key] != .null { annotations[key] = .null }
        var copy: JSONValue = [
            "generateName": .string("\(metadata["name"].string ?? "")-"), "labels": labels,
            "ownerReferences": [.owner(endpoints, kind: .endpoints)],
        ]
        copy["annotations"] = annotations == [:] ? .null : annotations
        return [
            "metadata": copy, "addressType": .string(family), "endpoints": .array(Array(listed)),
            "ports": subset["ports"],
        ]
    }

    private static func copies(of subset: JSONValue, _ list: String, isReady: Bool) -> [JSONValue] {
        (subset[list].array ?? []).map { address in
            var endpoint: JSONValue = ["addresses": [address["ip"]], "conditions": ["ready": .bool(isReady)]]
            for field in ["targetRef", "nodeName"] { endpoint[field] = address[field] }
            endpoint["hostname"] = address["hostname"] == "" ? .null : address["hostname"]
            return endpoint
        }
    }
}

extension ObjectStore {
    /// The EndpointSlices of a Service, whoever writes them, by name.
    func slices(of service: String, namespace: String) -> [JSONValue] {
        guard
            let filter = try? ObjectFilter(
                labels: "\(ServiceSlice.serviceName)=\(service)",
                fields: nil,
                of: .endpointSlices
            )
        else { return [] }
        return view(of: .endpointSlices, namespace: namespace, for: filter).list(.endpointSlices, namespace: namespace)
            .map(\.object.value).filter { filter.matches($0, of: .endpointSlices) }
    }
}
