import Coordination
import KubernetesClient

extension SupervisedGroups {
    /// One run of a group, for a child task.
    struct GroupRun: Sendable {
        /// What supervises the group.
        let supervisor: GroupSupervisor
        /// Where its writes wait while it may not write.
        let gate: WriteGate
        /// Under which it claims its pods; nil: it writes no labels.
        let registration: ClaimRegistry.Registration?
        /// The run that had the name before; it ends first.
        let predecessor: Latch?
        /// Opened when the run is over, for its successor.
        let ended = Latch()
        /// The same, for whoever gives the group's shard away.
        let handedOver = Latch()

        /// Supervises until the group is told to end.
        func callAsFunction() async {
            if let predecessor { await predecessor.wait() }
            await supervisor.run()
            ended.open()
            handedOver.open()
        }
    }

    /// The informers of one namespace.
    struct NamespaceInformers: Sendable {
        /// Only those that a Service of the file selects are decoded.
        let pods: any ObjectSource<Pod>
        /// All Services of the namespace.
        let services: any ObjectSource<Service>
        /// Those of groups only.
        let leases: any ObjectSource<Lease>
        /// The endpoints of groups' Services; groups do without, too.
        let endpoints: any ObjectSource<ServiceEndpoints>
        /// Ends the informers once opened.
        let stop = Latch()

        /// Runs all until they are stopped or the task is cancelled; `claims`: hears of the Services of `namespace`.
        func callAsFunction(of namespace: String, heardBy claims: ClaimRegistry) async {
            await withTaskGroup(of: Void.self) { group in
                if claims.spansShards { group.addTask { await claims.follow(self, in: namespace) } }
                group.addTask { await services.run() }
                group.addTask {
                    // The Services say which pods are wanted; of the others none is decoded.
                    await services.firstList()
                    await pods.run()
                }
                group.addTask { await leases.run() }
                group.addTask { await endpoints.run() }
                group.addTask { await stop.wait() }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
