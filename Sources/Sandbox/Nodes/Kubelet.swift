/// The kubelet of one node: gives each pod an address and a toy application behind it, takes terminating pods away
/// once their application ended, and shows by a Lease that the node lives.
package actor Kubelet {
    /// How a node fails.
    package enum Failure: String, Sendable, CaseIterable {
        /// The machine stops: its applications answer no more.
        case dead
        /// The machine is cut off from the API server: its applications go on.
        case partitioned
    }

    /// The name of the Node.
    package nonisolated let node: String
    private let api: any KubeletAPI
    private let applications: ToyApplications
    /// How long an application takes to end after its pod's deletion was requested.
    private let terminationDelay: Duration
    private let pace: Pace
    private let isDualStack: Bool
    private var failure: Failure?
    private var session: AsyncStream<Void>.Continuation?
    private var recovery: AsyncStream<Void>.Continuation?
    /// The pods that run here, by uid.
    private var running: [String: JSONValue] = [:]
    private var ending: Set<String> = []
    private var restarts = 0

    /// How often a kubelet shows that it lives.
    private static let heartbeat: Duration = .seconds(10)

    /// `api`: how it reaches the API server; `terminationDelay` does not follow `pace`, which is that of heartbeats;
    /// `isDualStack`: whether pods are given an address of IPv6, too, at which nothing listens.
    package init(
        node: String,
        api: any KubeletAPI,
        applications: ToyApplications,
        terminationDelay: Duration,
        pace: Pace,
        isDualStack: Bool = false
    ) {
        self.node = node
        self.api = api
        self.applications = applications
        self.terminationDelay = terminationDelay
        self.pace = pace
        self.isDualStack = isDualStack
    }

    /// Runs pods until the task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            if failure == nil { await runUntilFailure() } else { await waitForRecovery() }
        }
    }

    // MARK: Failure

    /// Stops the kubelet until `recover`; a node that has already failed goes on failing as before.
    package func fail(_ failure: Failure) async {
        if self.failure != nil { return }
        self.failure = failure
        session?.finish()
        for uid in running.keys {
            await applications.cutOff(uid: uid, true)
            if failure == .dead { await applications.freeze(uid: uid) }
        }
    }

    /// The node is back; after a death its applications have been restarted.
    package func recover() async {
        if failure == .dead {
            restarts += 1
            for uid in running.keys { await applications.thaw(uid: uid) }
        }
        for uid in running.keys { await applications.cutOff(uid: uid, false) }
        failure = nil
        recovery?.finish()
    }

    private func waitForRecovery() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        recovery = continuation
        for await _ in stream {}
    }

    // MARK: Work

    private func runUntilFailure() async {
        let (end, continuation) = AsyncStream.makeStream(of: Void.self)
        session = continuation
        await withTaskGroup { group in
            group.addTask { await self.showLife() }
            group.addTask { await self.followPods() }
            for await _ in end {}
            group.cancelAll()
        }
    }

    private func showLife() async {
        while !Task.isCancelled {
            if (try? await api.register(NodeStatus.ready(node))) != nil { break }
            try? await Task.sleep(for: pace(.seconds(1)))
        }
        while !Task.isCancelled {
            try? await api.renewHeartbeat(of: node)
            try? await Task.sleep(for: pace(Self.heartbeat))
        }
    }

    private func followPods() async {
        while !Task.isCancelled {
            let (leaving, input) = AsyncStream.makeStream(of: JSONValue.self)
            await withDiscardingTaskGroup { group in
                group.addTask {
                    // A connection that is lost is made anew; the next list tells what was missed.
                    try? await self.api.followPods(of: self.node) { sighting in await self.take(sighting, input) }
                    input.finish()
                }
                for await pod in leaving { group.addTask { await self.terminate(pod) } }
            }
            if !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        }
    }

    /// Starts a pod, or hands it to whoever ends those that are leaving.
    private func take(_ sighting: PodSighting, _ leaving: AsyncStream<JSONValue>.Continuation) async {
        switch sighting {
        case .gone(let pod): await ended(pod)
        case .present(let pod) where pod["metadata"]["deletionTimestamp"] != .null:
            guard let uid = pod["metadata"]["uid"].string, ending.insert(uid).inserted else { return }
            leaving.yield(pod)
        case .present(let pod): await start(pod)
        }
    }

    private func terminate(_ pod: JSONValue) async {
        try? await Task.sleep(for: terminationDelay)
        // Whoever was cut off in the meantime says so when it is back.
        let uid = pod["metadata"]["uid"].string ?? ""
        ending.remove(uid)
        if Task.isCancelled { return }
        await ended(pod)
        // That nothing runs any more is said before the pod goes: nobody could tell it from a force-deletion else.
        try? await api.publish(PodStatus.ended(pod), of: pod)
        try? await api.confirmDeletion(of: pod)
    }

    private func ended(_ pod: JSONValue) async {
        guard let uid = pod["metadata"]["uid"].string, running.removeValue(forKey: uid) != nil else { return }
        await applications.stop(uid: uid)
    }

    private func start(_ pod: JSONValue) async {
        guard let uid = pod["metadata"]["uid"].string else { return }
        if let known = running[uid] {
            // The API server may have been told that the pod is not ready while the node was silent, and a readiness gate
            // may have been opened or closed.
            let address = known["status"]["podIP"].string ?? ""
            if PodStatus.isReady(pod) != PodStatus.passesGates(pod) { await publish(pod, address: address) }
            return
        }
        if pod["status"]["podIP"] != .null { return }
        running[uid] = pod
        let key = ObjectKey(pod: pod)
        let port = pod["spec"]["containers"].array?.first?["ports"].array?.first?["containerPort"].int ?? 8080
        guard let address = await applications.start(name: key.name, namespace: key.namespace, uid: uid, port: port)
        else {
            // No address is free: the pod stays pending, and is tried again when it is seen again.
            running[uid] = nil
            return
        }
        await publish(pod, address: address)
    }

    private func publish(_ pod: JSONValue, address: String) async {
        let second = isDualStack ? ClusterNetwork.second(of: address) : nil
        let addresses = [address] + (second.map { [$0] } ?? [])
        let status = PodStatus.running(pod, addresses: addresses, restarts: restarts)
        running[pod["metadata"]["uid"].string ?? ""] = pod.with("status", status)
        try? await api.publish(status, of: pod)
    }
}
