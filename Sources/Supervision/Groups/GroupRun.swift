import Coordination
import KubernetesClient
import StandbyConfiguration

extension SupervisedGroups {
    /// Which groups a supervisor leads, and which it observes.
    struct Sharing: Sendable {
        /// In which shard a group is; groups that name no namespace are in the supervisor's.
        var shard: @Sendable (_ group: GroupConfiguration) -> Int
        /// Whether the group's members are probed while another leads it.
        var observes: @Sendable (GroupConfiguration) -> Bool
        /// By whose names that is decided where groups belong together.
        var homes = GroupHomes()

        /// In which shard a group of the file is.
        func shard(of group: GroupConfiguration) -> Int { shard(homes.home(of: group)) }
    }

    /// What a group needs to be run, besides its configuration and the namespace that it is in.
    struct Start: Sendable {
        /// Under which it claims its pods.
        var claimant: RoleClaims.Claimant
        /// Of its namespace.
        var informers: NamespaceInformers
        /// Where its writes wait.
        var gate: WriteGate
        /// What it is to the supervisor at first.
        var standing: GroupStanding
        /// Where it is given a task.
        var tasks: GroupTasks
    }

    /// One run of a group.
    struct GroupRun: Sendable {
        /// What supervises the group.
        let supervisor: GroupSupervisor
        /// Where its writes wait while it may not write.
        let gate: WriteGate
        /// Under which it claims its pods; nil: it writes no labels.
        let registration: ClaimRegistry.Registration?
    }

    /// What has to be run after a change.
    struct Change: Sendable {
        /// The groups of the file; nil: they are the same as before.
        var filed: [RivalIndex.FiledGroup]?
        /// Of namespaces that are new.
        var informers: [(namespace: String, NamespaceInformers)] = []
        /// Runs that begin.
        var runs: [GroupRun] = []
        /// Runs that were told to end.
        var ending: [RoleClaims.Claimant] = []
        /// Groups that go on under another configuration; they are told of it once the registry knows of the new ones.
        var changed: [(supervisor: GroupSupervisor, configuration: GroupConfiguration)] = []
    }

    /// The runs that have not ended, by number, and who waits for their ends.
    struct Runs {
        /// Those that were started and have yet to begin.
        private var unbegun: Set<Int> = []
        private var begun: [Int: GroupSupervisor] = [:]
        /// The last run of each name that was told to end.
        private var leaving: [String: Int] = [:]
        /// Who begins when a run has ended, as both have one name.
        private var successors: [Int: Int] = [:]
        /// The same runs.
        private var waiting: Set<Int> = []
        /// Opened when a run has ended.
        private var latches: [Int: [Latch]] = [:]

        /// Whether all have ended.
        var isEmpty: Bool { begun.isEmpty && unbegun.isEmpty }

        /// A run was started; one of its name that was told to end goes before it.
        mutating func started(_ run: RoleClaims.Claimant) {
            unbegun.insert(run.run)
            guard let predecessor = leaving.removeValue(forKey: run.group) else { return }
            successors[predecessor] = run.run
            waiting.insert(run.run)
        }

        /// A run was told to end.
        mutating func ending(_ run: RoleClaims.Claimant) {
            leaving[run.group] = run.run
        }

        /// A run may begin; false if it has to wait for another one's end.
        mutating func begins(_ group: GroupSupervisor) -> Bool {
            unbegun.remove(group.claimant.run)
            begun[group.claimant.run] = group
            return !waiting.contains(group.claimant.run)
        }

        /// A run has ended.
        ///
        /// - Returns: whose turn it is now; nil: nobody's, or of one that has yet to begin.
        mutating func ended(_ run: RoleClaims.Claimant) -> GroupSupervisor? {
            unbegun.remove(run.run)
            begun[run.run] = nil
            for latch in latches.removeValue(forKey: run.run) ?? [] { latch.open() }
            if leaving[run.group] == run.run { leaving[run.group] = nil }
            guard let successor = successors.removeValue(forKey: run.run) else { return nil }
            waiting.remove(successor)
            return begun[successor]
        }

        /// Those that have yet to begin never will.
        mutating func dropUnbegun() {
            for run in unbegun { for latch in latches.removeValue(forKey: run) ?? [] { latch.open() } }
            unbegun = []
        }

        /// Opened when a run has ended; nil: it has.
        mutating func end(of run: Int) -> Latch? {
            guard begun[run] != nil || unbegun.contains(run) else { return nil }
            let latch = Latch()
            latches[run, default: []].append(latch)
            return latch
        }

        /// Those that have begun.
        var all: [GroupSupervisor] { Array(begun.values) }
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
