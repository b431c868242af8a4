/// Keeps one EndpointSlice for each Service with a selector, by the rules of Kubernetes' own controller.
struct EndpointSliceController: Sendable {
    let store: ObjectStore

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        for service in await store.list(.services, namespace: nil) { await reconcile(service) }
        for await change in changes {
            switch change.key.kind {
            case .services: await reconcile(change.object, isGone: change.action == .deleted)
            case .pods: await reconcileServices(of: change)
            default: break
            }
        }
    }

    private func reconcileServices(of change: StoreChange) async {
        let labels = [change.object, change.previous].compactMap { $0?["metadata"]["labels"].strings }
        for service in await store.list(.services, namespace: change.key.namespace) {
            let selector = service["spec"]["selector"].strings
            if labels.contains(where: { Self.selects(selector, $0) }) { await reconcile(service) }
        }
    }

    private static func selects(_ selector: [String: String], _ labels: [String: String]) -> Bool {
        !selector.isEmpty && selector.allSatisfy { labels[$0.key] == $0.value }
    }

    private func reconcile(_ service: JSONValue, isGone: Bool = false) async {
        let namespace = service["metadata"]["namespace"].string ?? ""
        let name = service["metadata"]["name"].string ?? ""
        let selector = service["spec"]["selector"].strings
        let key = ObjectKey(.endpointSlices, namespace: namespace, name: "\(name)-sandbox")
        if isGone || selector.isEmpty {
            if isGone { _ = try? await store.remove(key) }
            return
        }
        let pods = await store.list(.pods, namespace: namespace).filter {
            Self.selects(selector, $0["metadata"]["labels"].strings)
        }
        await publish(slice(of: service, name: key.name, pods: pods), key)
    }

    private func publish(_ slice: JSONValue, _ key: ObjectKey) async {
        if (try? await store.get(key)) == nil {
            _ = try? await store.create(.endpointSlices, namespace: key.namespace, slice)
        } else {
            _ = try? await store.modify(key) { (old) throws(APIFailure) in
                var new = old
                new["endpoints"] = slice["endpoints"]
                new["ports"] = slice["ports"]
                return new
            }
        }
    }

    private func slice(of service: JSONValue, name: String, pods: [JSONValue]) -> JSONValue {
        let serviceName = service["metadata"]["name"].string ?? ""
        var labels: JSONValue = [
            "kubernetes.io/service-name": .string(serviceName),
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        ]
        if service["spec"]["clusterIP"] == "None" { labels["service.kubernetes.io/headless"] = "" }
        let publishesAll = service["spec"]["publishNotReadyAddresses"].bool ?? false
        let ports: [JSONValue] = (service["spec"]["ports"].array ?? []).map { port in
            let number = port["targetPort"].int.map(JSONValue.int) ?? port["port"]
            return ["name": port["name"] == .null ? "" : port["name"], "protocol": "TCP", "port": number]
        }
        return [
            "metadata": ["name": .string(name), "labels": labels],
            "addressType": "IPv4",
            "endpoints": .array(pods.compactMap { Self.endpoint($0, publishesAll: publishesAll) }),
            "ports": .array(ports),
        ]
    }

    /// The endpoint of a pod; nil if it has no address or is finished.
    private static func endpoint(_ pod: JSONValue, publishesAll: Bool) -> JSONValue? {
        guard let address = pod["status"]["podIP"].string,
            !["Succeeded", "Failed"].contains(pod["status"]["phase"].string)
        else { return nil }
        let isServing =
            pod["status"]["conditions"].array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
        let isTerminating = pod["metadata"]["deletionTimestamp"] != .null
        return [
            "addresses": [.string(address)],
            "conditions": [
                "ready": .bool(publishesAll || isServing && !isTerminating), "serving": .bool(isServing),
                "terminating": .bool(isTerminating),
            ],
            "nodeName": pod["spec"]["nodeName"],
            "targetRef": [
                "kind": "Pod", "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"],
                "uid": pod["metadata"]["uid"],
            ],
        ]
    }
}
