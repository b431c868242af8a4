/// Keeps one EndpointSlice for each Service with a selector, by the rules of Kubernetes' own controller.
struct EndpointSliceController: Sendable {
    /// Where Services and pods are read, and EndpointSlices written.
    let store: ObjectStore
    /// How its view of its own slices lags.
    let delay: EndpointSliceDelay

    /// What moves it on.
    private enum Step: Sendable {
        case change(StoreChange)
        /// A sync that failed is due again.
        case retry(ObjectKey)
    }

    /// What was seen of pods and Services.
    private struct Index {
        var pods = LabelIndex()
        var services = SelectorIndex()
        /// The names of the slices, by Service.
        var slices: [ObjectKey: ObjectKey] = [:]
    }

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var index = Index()
        for pod in await store.list(.pods, namespace: nil) {
            index.pods.set(pod["metadata"]["labels"].strings, of: ObjectKey(pod: pod))
        }
        for service in await store.list(.services, namespace: nil) { _ = await take(service, isGone: false, &index) }
        let (steps, input) = AsyncStream.makeStream(of: Step.self)
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await change in changes { input.yield(.change(change)) }
                input.finish()
            }
            for await step in steps {
                for (service, pause) in await take(step, &index) {
                    group.addTask {
                        if (try? await Task.sleep(for: pause)) != nil { input.yield(.retry(service)) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// - Returns: the Services whose sync failed, and when it is due again.
    private func take(_ step: Step, _ index: inout Index) async -> [(ObjectKey, Duration)] {
        switch step {
        case .retry(let key): return await sync([key], &index)
        case .change(let change):
            switch change.key.kind {
            case .services:
                return await take(change.object, isGone: change.action == .deleted, &index)
            case .pods: return await take(change, &index)
            default: return []
            }
        }
    }

    private func sync(_ services: Set<ObjectKey>, _ index: inout Index) async -> [(ObjectKey, Duration)] {
        var failed: [(ObjectKey, Duration)] = []
        for key in services {
            guard let service = try? await store.get(key) else { continue }
            if let pause = await delay.begin(key) {
                failed.append((key, pause))
            } else {
                await reconcile(service, &index)
            }
        }
        return failed
    }

    private func take(_ change: StoreChange, _ index: inout Index) async -> [(ObjectKey, Duration)] {
        let isGone = change.action == .deleted
        let labels = change.object["metadata"]["labels"].strings
        index.pods.set(isGone ? nil : labels, of: change.key)
        var concerned = index.services.selecting(labels, namespace: change.key.namespace)
        if let before = change.previous?["metadata"]["labels"].strings, before != labels {
            concerned.formUnion(index.services.selecting(before, namespace: change.key.namespace))
        }
        return await sync(concerned, &index)
    }

    private func take(_ service: JSONValue, isGone: Bool, _ index: inout Index) async -> [(ObjectKey, Duration)] {
        let key = Self.key(of: service)
        let selector = service["spec"]["selector"].strings
        index.services.set(isGone ? nil : selector, of: key)
        if isGone {
            if let slice = index.slices.removeValue(forKey: key) { _ = try? await store.delete(slice) }
        } else if !selector.isEmpty {
            return await sync([key], &index)
        }
        return []
    }

    private static func key(of service: JSONValue) -> ObjectKey {
        ObjectKey(
            .services,
            namespace: service["metadata"]["namespace"].string ?? "",
            name: service["metadata"]["name"].string ?? ""
        )
    }

    private func reconcile(_ service: JSONValue, _ index: inout Index) async {
        let key = Self.key(of: service)
        var pods: [JSONValue] = []
        for pod in index.pods.having(all: service["spec"]["selector"].strings, namespace: key.namespace) {
            if let pod = try? await store.get(pod) { pods.append(pod) }
        }
        let wanted = Self.slice(of: service, pods: pods)
        if let slice = index.slices[key], let isChanged = try? await publish(wanted, slice) {
            if isChanged { await delay.wrote(key) }
            return
        }
        guard let created = try? await store.create(.endpointSlices, namespace: key.namespace, wanted) else { return }
        let name = created["metadata"]["name"].string ?? ""
        index.slices[key] = ObjectKey(.endpointSlices, namespace: key.namespace, name: name)
        await delay.wrote(key)
    }

    /// - Returns: whether the slice says something else than before.
    private func publish(_ wanted: JSONValue, _ slice: ObjectKey) async throws -> Bool {
        let before = try await store.get(slice)
        let after = try await store.modify(slice) { (old) throws(APIFailure) in
            old.with("endpoints", wanted["endpoints"]).with("ports", wanted["ports"])
        }
        return before["metadata"]["resourceVersion"] != after["metadata"]["resourceVersion"]
    }

    // MARK: The slice

    private static func slice(of service: JSONValue, pods: [JSONValue]) -> JSONValue {
        let name = service["metadata"]["name"].string ?? ""
        var labels: JSONValue = [
            "kubernetes.io/service-name": .string(name),
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        ]
        if service["spec"]["clusterIP"] == "None" { labels["service.kubernetes.io/headless"] = "" }
        let publishesAll = service["spec"]["publishNotReadyAddresses"].bool ?? false
        let listed = pods.filter(hasEndpoint)
        return [
            "metadata": [
                "generateName": .string("\(name)-"), "labels": labels,
                "ownerReferences": [
                    [
                        "apiVersion": "v1", "kind": "Service", "name": .string(name),
                        "uid": service["metadata"]["uid"], "controller": true, "blockOwnerDeletion": true,
                    ]
                ],
            ], "addressType": "IPv4",
            "endpoints": .array(listed.map { endpoint($0, publishesAll: publishesAll) }),
            "ports": .array(
                (service["spec"]["ports"].array ?? []).compactMap { port(of: $0, in: listed.first) }
            ),
        ]
    }

    /// A port of the Service as the pods have it; a name is looked up in the first of them.
    private static func port(of port: JSONValue, in pod: JSONValue?) -> JSONValue? {
        let name = port["name"] == .null ? "" : port["name"]
        let target = port["targetPort"]
        if target.int != nil { return ["name": name, "protocol": port["protocol"], "port": target] }
        let ports = (pod?["spec"]["containers"].array ?? []).flatMap { $0["ports"].array ?? [] }
        guard let found = ports.first(where: { $0["name"] == target && $0["protocol"] == port["protocol"] }) else {
            return nil
        }
        return ["name": name, "protocol": port["protocol"], "port": found["containerPort"]]
    }

    /// A pod without address and one that is finished have none.
    private static func hasEndpoint(_ pod: JSONValue) -> Bool {
        pod["status"]["podIP"] != .null && !["Succeeded", "Failed"].contains(pod["status"]["phase"].string)
    }

    private static func endpoint(_ pod: JSONValue, publishesAll: Bool) -> JSONValue {
        let isServing = PodStatus.isReady(pod)
        let isTerminating = pod["metadata"]["deletionTimestamp"] != .null
        return [
            "addresses": [pod["status"]["podIP"]],
            "conditions": [
                "ready": .bool(publishesAll || isServing && !isTerminating), "serving": .bool(isServing),
                "terminating": .bool(isTerminating),
            ], "nodeName": pod["spec"]["nodeName"],
            "targetRef": [
                "kind": "Pod", "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"],
                "uid": pod["metadata"]["uid"],
            ],
        ]
    }
}
