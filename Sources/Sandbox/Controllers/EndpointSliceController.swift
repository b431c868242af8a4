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
        /// Requests may be made again.
        case turn
        /// A write of a Service's slice has arrived.
        case store(service: ObjectKey, slice: ObjectKey, JSONValue)
    }

    /// A step that comes by itself.
    private struct Later: Sendable {
        var pause: Duration
        var step: Step
    }

    /// What was seen of pods and Services, and which of these are still to be looked at: each once, however much changed.
    private struct Index {
        var pods = LabelIndex()
        var services = SelectorIndex()
        /// The names of the slices, by Service.
        var slices: [ObjectKey: ObjectKey] = [:]
        private(set) var queue: [ObjectKey] = []
        private var queued: Set<ObjectKey> = []
        /// Whether no request may be made now.
        var isResting = false

        mutating func add(_ services: some Sequence<ObjectKey>) {
            for key in services where queued.insert(key).inserted { queue.append(key) }
        }

        mutating func removeFirst() {
            queued.remove(queue.removeFirst())
        }
    }

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var index = Index()
        for pod in await store.list(.pods, namespace: nil) {
            index.pods.set(pod["metadata"]["labels"].strings, of: ObjectKey(pod: pod))
        }
        for service in await store.list(.services, namespace: nil) { await take(service, isGone: false, &index) }
        let (steps, input) = AsyncStream.makeStream(of: Step.self)
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await change in changes { input.yield(.change(change)) }
                input.finish()
            }
            input.yield(.turn)
            for await step in steps {
                await take(step, &index)
                for later in await syncQueued(&index) {
                    group.addTask {
                        if (try? await Task.sleep(for: later.pause)) != nil { input.yield(later.step) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func take(_ step: Step, _ index: inout Index) async {
        switch step {
        case .retry(let key): index.add([key])
        case .turn: index.isResting = false
        case .store(let service, let slice, let wanted):
            _ = try? await publish(wanted, slice)
            await delay.wrote(service)
        case .change(let change):
            switch change.key.kind {
            case .services: await take(change.object, isGone: change.action == .deleted, &index)
            case .pods: take(change, &index)
            default: break
            }
        }
    }

    /// Syncs what is queued, as far as requests may be made.
    private func syncQueued(_ index: inout Index) async -> [Later] {
        var later: [Later] = []
        while !index.isResting, let key = index.queue.first {
            guard let service = try? await store.get(key) else {
                index.removeFirst()
                continue
            }
            switch await delay.begin(key) {
            case .notBefore(let pause):
                index.isResting = true
                // The limit may be changed meanwhile.
                later.append(Later(pause: min(pause, .milliseconds(100)), step: .turn))
            case .failed(let pause):
                index.removeFirst()
                later.append(Later(pause: pause, step: .retry(key)))
            case .now:
                index.removeFirst()
                if let write = await reconcile(service, &index) { later.append(write) }
            }
        }
        return later
    }

    private func take(_ change: StoreChange, _ index: inout Index) {
        let isGone = change.action == .deleted
        let labels = change.object["metadata"]["labels"].strings
        index.pods.set(isGone ? nil : labels, of: change.key)
        var concerned = index.services.selecting(labels, namespace: change.key.namespace)
        if let before = change.previous?["metadata"]["labels"].strings, before != labels {
            concerned.formUnion(index.services.selecting(before, namespace: change.key.namespace))
        }
        index.add(concerned)
    }

    private func take(_ service: JSONValue, isGone: Bool, _ index: inout Index) async {
        let key = Self.key(of: service)
        let selector = service["spec"]["selector"].strings
        index.services.set(isGone ? nil : selector, of: key)
        if isGone {
            if let slice = index.slices.removeValue(forKey: key) { _ = try? await store.delete(slice) }
        } else if !selector.isEmpty {
            index.add([key])
        }
    }

    private static func key(of service: JSONValue) -> ObjectKey {
        ObjectKey(
            .services,
            namespace: service["metadata"]["namespace"].string ?? "",
            name: service["metadata"]["name"].string ?? ""
        )
    }

    /// - Returns: the write that takes its time; nil: there is none, or it is done.
    private func reconcile(_ service: JSONValue, _ index: inout Index) async -> Later? {
        let key = Self.key(of: service)
        var pods: [JSONValue] = []
        for pod in index.pods.having(all: service["spec"]["selector"].strings, namespace: key.namespace) {
            if let pod = try? await store.get(pod) { pods.append(pod) }
        }
        let wanted = Self.slice(of: service, pods: pods)
        if let slice = index.slices[key], let isChange = try? await publish(wanted, slice, isTrial: true) {
            guard isChange else { return nil }
            let duration = await delay.writes(key)
            let write = Step.store(service: key, slice: slice, wanted)
            if duration > .zero { return Later(pause: duration, step: write) }
            await take(write, &index)
            return nil
        }
        _ = await delay.writes(key)
        if let created = try? await store.create(.endpointSlices, namespace: key.namespace, wanted) {
            let name = created["metadata"]["name"].string ?? ""
            index.slices[key] = ObjectKey(.endpointSlices, namespace: key.namespace, name: name)
        }
        await delay.wrote(key)
        return nil
    }

    /// - Returns: whether the slice says something else than before.
    private func publish(_ wanted: JSONValue, _ slice: ObjectKey, isTrial: Bool = false) async throws -> Bool {
        let before = try await store.get(slice)
        let after = try await store.modify(slice, isDryRun: isTrial) { (old) throws(APIFailure) in
            old.with("endpoints", wanted["endpoints"]).with("ports", wanted["ports"])
        }
        return before != after
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
