import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// Two supervisors that know nothing of each other on one group of mode EndpointSlice, an API server with faults, and kills.
    @Suite struct SliceChaosTests {
        private static let rounds = ProcessInfo.processInfo.environment["TSAN_OPTIONS"] == nil ? 60 : 20

        /// What befalls the writes of a round; nil: nothing.
        private static let faults: [Fault?] = [
            nil,
            Fault(.loseAnswer, verb: "patch", kind: .endpointSlices, count: 1),
            Fault(.refuse(code: 500, retryAfter: nil), verb: "patch", kind: .endpointSlices, count: 2),
            Fault(.loseAnswer, verb: "update", kind: .leases, count: 1),
            Fault(.delay(.milliseconds(40)), kind: .endpointSlices),
            Fault(.drop, verb: "patch", kind: .endpointSlices, count: 1),
            Fault(.delay(.milliseconds(40)), verb: "watch"),
        ]

        @Test func neverTwoEndpointsAndInTheEndTheOneOnRecord() async throws {
            let group = SliceManifests.group("web", SliceManifests.freely, probe: SliceManifests.fastProbe)
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                var options = ReplicaStage.Options()
                options.arguments = ["--leader-elect=false"]
                try await ReplicaStage.run(["a", "b"], [group], on: stage, options) { replicas in
                    try await stage.waitUntilPublished()
                    for name in ["a", "b"] { await stage.waitForHealth(try await replicas.process(name)) }
                    for round in 0..<Self.rounds {
                        if let fault = Self.faults[round % Self.faults.count] { await stage.sandbox.control.add(fault) }
                        let isKilling = round % 4 == 1
                        let victim = round % 8 == 1 ? "a" : "b"
                        let killer = Killer(at: 1 + round / 4 % 4)
                        if isKilling { try await killer.wait(for: replicas.process(victim), on: stage) }
                        try await Self.move(round, on: stage)
                        await stage.sandbox.control.removeFaults()
                        if isKilling { try await Self.revive(victim, replicas) }
                    }
                    try await stage.waitUntilPublished()
                }
                let slices = await stage.slices()
                #expect(slices.breaches().isEmpty)
                #expect(slices.returns.isEmpty, "\(slices.returns)")
                #expect(slices.moves() >= Self.rounds / 2)
                #expect(await Stage.publishedHolder(stage.sandbox.store, "web") != nil)
                let writers = await Self.writers(stage)
                #expect(
                    writers.count > 2,
                    "each process has a name of its own, and more than two made moves: \(writers)"
                )
            }
        }

        /// One after the other: a request, and a failure, on which both act at once.
        private static func move(_ round: Int, on stage: Stage) async throws {
            let holder = try await stage.waitUntilPublished()
            if round % 2 == 0 {
                try await stage.ask("Switchover")
                try await stage.waitUntilPublished()
            } else {
                await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                try await stage.waitUntilPublished(otherThan: holder)
                await stage.sandbox.applications.set(.healthy, pod: holder, namespace: "default")
            }
        }

        /// Who announced moves.
        private static func writers(_ stage: Stage) async -> Set<String> {
            let intents = await stage.sandbox.store.history.filter { change in
                change.key == Stage.record("web")
                    && change.object["spec"]["leaseTransitions"] != change.previous?["spec"]["leaseTransitions"]
            }
            return Set(intents.compactMap { $0.object["metadata"]["annotations"]["kube-standby.io/writer"].string })
        }

        /// Kills a replica if that was not done yet, and starts it again.
        private static func revive(_ name: String, _ replicas: ReplicaStage) async throws {
            await replicas.stage.sandbox.control.beforeEachWrite(nil)
            await replicas.stage.sandbox.control.afterEachWrite(nil)
            try await replicas.send(SIGKILL, to: name)
            try await replicas.waitForEnd(of: name)
            await replicas.start(name)
            await replicas.stage.waitForHealth(try await replicas.process(name))
        }
    }
}

/// Kills a process when a write of the group comes, before it is carried out or before it is answered.
private actor Killer {
    private var left: Int

    /// `number`: among the writes of the group; an even one is carried out, and its answer is not heard.
    init(at number: Int) { left = number }

    func wait(for process: SupervisorProcess, on stage: Stage) async {
        let hook: @Sendable (APIRequest) async -> Void = { request in
            guard request.kind == .leases || request.kind == .endpointSlices else { return }
            if await self.isLast() { process.send(SIGKILL) }
        }
        if left.isMultiple(of: 2) {
            await stage.sandbox.control.afterEachWrite(hook)
        } else {
            await stage.sandbox.control.beforeEachWrite(hook)
        }
    }

    private func isLast() -> Bool {
        left -= 1
        return left == 0
    }
}
