import Glibc
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// A leader that is frozen while its write of the slice is on its way, and goes on when another leads.
    @Suite struct FrozenSliceTests {
        /// `isCarriedOut`: the answer is on its way, else the write itself, which comes when the slice has another version.
        @Test(arguments: [false, true]) func itsLateWriteChangesNothing(isCarriedOut: Bool) async throws {
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                try await ReplicaStage.run(["a", "b"], [SliceManifests.group("web")], on: stage) { replicas in
                    let leader = try await replicas.waitForLeader()
                    let first = try await stage.waitUntilSettled("web")
                    try await stage.waitUntilPublished()
                    await stage.waitForHealth(try await replicas.process(leader))
                    let held = HeldSliceWrite(of: try await replicas.process(leader))
                    try await held.hold(isCarriedOut: isCarriedOut, on: stage)
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    let second = try await stage.waitUntilPublished(otherThan: first)
                    #expect(try await stage.waitUntilSettled("web", otherThan: first) == second)
                    await stage.sandbox.applications.set(.healthy, pod: first, namespace: "default")
                    #expect(await held.hasCome)
                    try await replicas.send(SIGCONT, to: leader)
                    await held.letGo()
                    try await replicas.wait(leader, for: "another replica holds the shard")
                    await stage.waitForProbes(5, of: second)
                    #expect(try await stage.waitUntilPublished() == second)
                    // Whoever leads now goes on.
                    await stage.waitForHealth(try await replicas.process(next))
                    #expect(try await stage.ask("Switchover", pod: nil).hasPrefix("Done"))
                    try await stage.waitUntilPublished(otherThan: second)
                }
                let slices = await stage.slices()
                #expect(slices.breaches().isEmpty && slices.moves() == 2)
                #expect(slices.returns.isEmpty, "\(slices.returns)")
            }
        }

        /// The pod has recovered by the time that another leads, which lets it stay; the slice has the same version as before.
        ///
        /// The write that begins a move may land as late as an announcement may: the role moves once then, and whoever leads says so.
        @Test func itsLateWriteIsAMoveThatTheNextLeaderTells() async throws {
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                try await ReplicaStage.run(["a", "b"], [SliceManifests.group("web")], on: stage) { replicas in
                    let leader = try await replicas.waitForLeader()
                    let first = try await stage.waitUntilSettled("web")
                    await stage.waitForHealth(try await replicas.process(leader))
                    let held = HeldSliceWrite(of: try await replicas.process(leader))
                    try await held.hold(isCarriedOut: false, on: stage)
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    await held.waitUntilItCame()
                    await stage.sandbox.applications.set(.healthy, pod: first, namespace: "default")
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    await stage.waitForHealth(try await replicas.process(next))
                    #expect(try await stage.waitUntilPublished() == first)
                    try await replicas.send(SIGCONT, to: leader)
                    await held.letGo()
                    try await replicas.wait(leader, for: "another replica holds the shard")
                    let holder = try await stage.waitUntilPublished(otherThan: first)
                    await stage.waitForProbes(5, of: holder)
                    #expect(try await stage.waitUntilPublished() == holder)
                    let history = try await stage.sandbox.store.get(Stage.record("web"))["metadata"]["annotations"]
                    #expect(history["kube-standby.io/history"].string?.contains("ActiveUnhealthy") == true)
                }
                let slices = await stage.slices()
                #expect(slices.breaches().isEmpty && slices.moves() == 1)
            }
        }
    }
}

/// The next write of a slice: when it comes, its process is frozen, and it waits until it is let go.
private actor HeldSliceWrite {
    private(set) var hasCome = false
    private let process: SupervisorProcess
    private let (gate, opener) = AsyncStream.makeStream(of: Void.self)
    private let (arrival, arrives) = AsyncStream.makeStream(of: Void.self)

    init(of process: SupervisorProcess) { self.process = process }

    /// `isCarriedOut`: the write is, and its answer waits; else it waits itself.
    func hold(isCarriedOut: Bool, on stage: Stage) async throws {
        let epoch = SliceHistory.epoch(of: try await stage.slice())
        let hook: @Sendable (APIRequest) async -> Void = { request in
            guard request.kind == .endpointSlices else { return }
            // The server may not be through with the write before.
            if isCarriedOut, let slice = try? await stage.slice(), SliceHistory.epoch(of: slice) == epoch { return }
            await self.came()
        }
        if isCarriedOut {
            await stage.sandbox.control.afterEachWrite(hook)
        } else {
            await stage.sandbox.control.beforeEachWrite(hook)
        }
    }

    private func came() async {
        if hasCome { return }
        hasCome = true
        arrives.finish()
        process.send(SIGSTOP)
        for await _ in gate {}
    }

    func waitUntilItCame() async {
        for await _ in arrival {}
    }

    func letGo() { opener.finish() }
}
