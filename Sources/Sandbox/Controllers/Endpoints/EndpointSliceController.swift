/// Keeps an EndpointSlice of each family for each Service with a selector, by the rules of Kubernetes' own controller.
///
/// https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#management
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

    /// A slice of a Service.
    private struct Place: Hashable {
        var service: ObjectKey
        /// `IPv4` or `IPv6`.
        var family: String
    }

    /// What was seen of pods and Services, and which of these are still to be looked at: each once, however much changed.
    private struct Index {
        var services: ServiceIndex
        /// The slices that were made.
        var slices: [Place: ObjectKey] = [:]
        private(set) var queue: [ObjectKey] = []
        private var queued: Set<ObjectKey> = []
        /// Whether no request may be made now.
        var isResting = false

        init(_ services: ServiceIndex) {
            self.services = services
        }

        mutating func add(_ services: some Sequence<ObjectKey>) {
            for key in services where queued.insert(key).inserted { queue.append(key) }
        }

        mutating func removeFirst() {
            queued.remove(queue.removeFirst())
        }

        mutating func forget(_ service: ObjectKey) {
            for family in EndpointSliceController.families { slices[Place(service: service, family: family)] = nil }
        }
    }

    /// Runs until the task is cancelled.
    func run() async {
        let changes = await store.follow()
        var index = Index(await ServiceIndex(of: store))
        index.add(await store.list(.services, namespace: nil).map(ServiceIndex.key))
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
            index.add(index.services.take(change))
            guard change.action == .deleted else { return }
            if change.key.kind == .services { index.forget(change.key) }
            if let service = Self.service(ofSlice: change) { index.add([service]) }
        }
    }

    /// Syncs what is queued, as far as requests may be made.
    private func syncQueued(_ index: inout Index) async -> [Later] {
        var later: [Later] = []
        while !index.isResting, let key = index.queue.first {
            // A Service that is gone leaves its slices to the garbage collector, one without selector to itself.
            guard let service = try? await store.get(key), !service["spec"]["selector"].strings.isEmpty else {
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
                later += await reconcile(service, &index)
            }
        }
        return later
    }

    private static let families = ["IPv4", "IPv6"]

    /// The Service of a slice that this controller made; nil for any other object.
    private static func service(ofSlice change: StoreChange) -> ObjectKey? {
        let labels = change.object["metadata"]["labels"]
        guard change.key.kind == .endpointSlices, labels[ServiceSlice.managedBy] == ServiceSlice.manager,
            let name = labels[ServiceSlice.serviceName].string
        else { return nil }
        return ObjectKey(.services, namespace: change.key.namespace, name: name)
    }

    /// - Returns: the writes that take their time; the others are done.
    private func reconcile(_ service: JSONValue, _ index: inout Index) async -> [Later] {
        let pods = await store.present(index.services.pods(of: service))
        let nodes = Set(pods.compactMap { $0["spec"]["nodeName"].string })
        var zones: [String: JSONValue] = [:]
        for node in await store.present(nodes.map { ObjectKey(.nodes, namespace: "", name: $0) }) {
            let zone = node["metadata"]["labels"]["topology.kubernetes.io/zone"]
            if zone != .null { zones[node["metadata"]["name"].string ?? ""] = zone }
        }
        let slice = ServiceSlice(service: service, pods: pods, zones: zones)
        let wanted = (service["spec"]["ipFamilies"].array ?? []).compactMap(\.string)
        var later: [Later] = []
        for family in Self.families {
            let place = Place(service: ServiceIndex.key(of: service), family: family)
            if wanted.contains(family) {
                if let write = await reconcile(slice.object(family), place, &index) { later.append(write) }
            } else if let old = index.slices.removeValue(forKey: place) {
                _ = try? await store.delete(old)
            }
        }
        return later
    }

    private func reconcile(_ wanted: JSONValue, _ place: Place, _ index: inout Index) async -> Later? {
        let key = place.service
        if let slice = index.slices[place], let isChange = try? await publish(wanted, slice, isTrial: true) {
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
            index.slices[place] = ObjectKey(.endpointSlices, namespace: key.namespace, name: name)
        }
        await delay.wrote(key)
        return nil
    }

    /// - Returns: whether the slice says something else than before.
    private func publish(_ wanted: JSONValue, _ slice: ObjectKey, isTrial: Bool = false) async throws -> Bool {
        let before = try await store.get(slice)
        let after = try await store.modify(slice, isDryRun: isTrial) { (old) throws(APIFailure) in
            var new = old.with("endpoints", wanted["endpoints"]).with("ports", wanted["ports"])
            new["metadata"]["labels"] = wanted["metadata"]["labels"]
            return new
        }
        return before != after
    }
}
