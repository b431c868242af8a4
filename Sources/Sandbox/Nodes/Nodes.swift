/// The nodes of the sandbox.
package struct Nodes: Sendable {
    /// No such node.
    package struct Unknown: Error, CustomStringConvertible {
        /// The name that no node has.
        package var name: String
        /// The names of all nodes, sorted.
        package var known: [String]
        package var description: String { "no node \"\(name)\"; there are \(known.joined(separator: ", "))" }
    }

    private let kubelets: [String: Kubelet]

    /// `count`: how many there are, from `sandbox-node-1` on; 0: none.
    init(
        count: Int,
        store: ObjectStore,
        applications: ToyApplications,
        terminationDelay: Duration,
        pace: Pace,
        isDualStack: Bool
    ) {
        let api = StoreKubeletAPI(store: store)
        let names = (0..<count).map { "sandbox-node-\($0 + 1)" }
        kubelets = Dictionary(
            uniqueKeysWithValues: names.map { name in
                let kubelet = Kubelet(
                    node: name,
                    api: api,
                    applications: applications,
                    terminationDelay: terminationDelay,
                    pace: pace,
                    isDualStack: isDualStack
                )
                return (name, kubelet)
            }
        )
    }

    /// Runs every kubelet until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for kubelet in kubelets.values { group.addTask { await kubelet.run() } }
        }
    }

    /// Makes a node fail.
    package func fail(_ name: String, _ failure: Kubelet.Failure) async throws {
        try await kubelet(name).fail(failure)
    }

    /// Brings a node back.
    package func recover(_ name: String) async throws {
        try await kubelet(name).recover()
    }

    private func kubelet(_ name: String) throws -> Kubelet {
        guard let kubelet = kubelets[name] else { throw Unknown(name: name, known: kubelets.keys.sorted()) }
        return kubelet
    }
}

/// How fast the cluster's own clocks run: heartbeats, graces and evictions.
package struct Pace: Sendable {
    /// 1: as in a real cluster; 10: ten times as fast.
    package var speed: Double

    /// `speed`: above 0; at 10, 50 s of Kubernetes take 5 s.
    package init(speed: Double = 1) {
        self.speed = speed
    }

    /// A duration of Kubernetes, as it passes here.
    func callAsFunction(_ duration: Duration) -> Duration { duration / speed }
}
