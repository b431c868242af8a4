import Glibc
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// A leader that is frozen in the middle of a switch, for longer than its Lease is good, and goes on when another leads.
    @Suite struct FrozenSwitchTests {
        private static let pods = ["web-0", "web-1", "web-2"]

        /// The demotion (3) or the promotion (4) is on its way when the next leader finishes the switch, or its answer is.
        ///
        /// The writes of a leader that has found `web-0` active: the intent, the seal of the third pod, the demotion, the
        /// promotion, and how long it took.
        @Test(arguments: [3, 4], [false, true])
        func isFinishedByTheNextLeader(write: Int, isCarriedOut: Bool) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                for pod in Self.pods { try await stage.label(pod, role: pod == "web-0" ? "active" : "passive") }
                try await ReplicaStage.run(["a", "b"], [Manifests.group("web")], on: stage) { replicas in
                    let leader = try await replicas.waitForLeader()
                    try await stage.expect("web", toSettleOn: "web-0")
                    try await ReplicaTests.knows(replicas, leader)
                    let held = HeldWrite(write, of: try await replicas.process(leader), on: stage)
                    try await held.hold(isCarriedOut: isCarriedOut)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    let target = try await stage.waitUntilSettled("web", otherThan: "web-0")
                    try await stage.sandbox.waitForEndpoints([target], of: "web")
                    // That it was where it was to be, and that what was announced then was done.
                    let active: Set<String> =
                        switch (write, isCarriedOut) {
                        case (3, false): ["web-0"]
                        case (4, true): [target]
                        default: []
                        }
                    #expect(await held.active == active)
                    #expect(await held.announced == target)
                    try await replicas.send(SIGCONT, to: leader)
                    await held.letGo()
                    try await replicas.wait(leader, for: "another replica holds the shard")
                    try await Self.expectWorking(leader, after: next, with: target, replicas)
                }
                await ReplicaTests.expectOrder(on: stage, moves: 2)
                for pod in Self.pods { #expect(await Self.returns(of: pod, on: stage).isEmpty) }
            }
        }

        /// The one that was frozen leads again, and does what it is asked to; its probes it doubts for a while.
        private static func expectWorking(
            _ leader: String,
            after next: String,
            with target: String,
            _ replicas: ReplicaStage
        ) async throws {
            let stage = replicas.stage
            let count = try await replicas.process(leader).log.lines.count
            await stage.sandbox.applications.set(.healthy, pod: "web-0", namespace: "default")
            try await replicas.send(SIGTERM, to: next)
            #expect(try await replicas.waitForLeader(otherThan: next) == leader)
            #expect(try await stage.waitUntilSettled("web") == target)
            try await replicas.wait(leader, after: count, for: "member.name=web-0", "member.health=healthy", "HTTP 200")
            let moved = try await stage.request(["switchover", "web", "--to", "web-0"])
            #expect(moved.code == 0, "\(moved.text)")
            #expect(try await stage.waitUntilSettled("web") == "web-0")
        }

        /// The revisions at which a pod's epoch was lower than before.
        private static func returns(of pod: String, on stage: Stage) async -> [Int] {
            var highest = 0
            var returns: [Int] = []
            for change in await stage.sandbox.store.history where change.key.kind == .pods && change.key.name == pod {
                let text = change.object["metadata"]["annotations"]["epoch.kube-standby.io/web"].string
                let epoch = text.flatMap { Int($0) } ?? 0
                if epoch < highest { returns.append(change.revision) }
                highest = max(highest, epoch)
            }
            return returns
        }
    }
}

/// One write of a group: when it comes, its process is frozen, and it waits until it is let go.
private actor HeldWrite {
    /// Who was active then.
    private(set) var active: Set<String> = []
    /// Whom the record named then.
    private(set) var announced: String?
    private var left: Int
    private let process: SupervisorProcess
    private let stage: Stage
    private let (gate, opener) = AsyncStream.makeStream(of: Void.self)

    /// `number`: among the writes of `web` from now on.
    init(_ number: Int, of process: SupervisorProcess, on stage: Stage) {
        left = number
        self.process = process
        self.stage = stage
    }

    /// `isCarriedOut`: the write is, and its answer waits; else it waits itself.
    func hold(isCarriedOut: Bool) async throws {
        let epoch = try await stage.epoch(of: "web")
        let hook: @Sendable (APIRequest) async -> Void = { [stage] request in
            guard request.kind == .pods || request.name == "kube-standby-web" else { return }
            // The server may not be through with the write before.
            if isCarriedOut, (try? await stage.epoch(of: "web")) == epoch { return }
            await self.came()
        }
        if isCarriedOut {
            await stage.sandbox.control.afterEachWrite(hook)
        } else {
            await stage.sandbox.control.beforeEachWrite(hook)
        }
    }

    private func came() async {
        left -= 1
        guard left == 0 else { return }
        process.send(SIGSTOP)
        active = await stage.audit("web").sequence.last ?? []
        let lease = try? await stage.sandbox.store.get(
            ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
        )
        announced = lease?["spec"]["holderIdentity"].string
        for await _ in gate {}
    }

    func letGo() { opener.finish() }
}
