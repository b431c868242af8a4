import Glibc
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// A group of mode EndpointSlice between its moves.
    @Suite struct SliceLifeTests {
        /// Writes of slices and pods, which are all that a restart could disturb.
        private static func writes(_ stage: Stage) async -> [String] {
            await stage.sandbox.store.history.filter { $0.key.kind == .endpointSlices || $0.key.kind == .pods }
                .map { "\($0.action) \($0.key.name) at \($0.revision)" }
        }

        private static func epoch(_ stage: Stage) async throws -> Int? {
            try await stage.sandbox.store.get(Stage.record("web"))["spec"]["leaseTransitions"].int
        }

        /// Waits until everything of the first move is written, also what nobody waits for.
        private static func waitUntilQuiet(_ stage: Stage, _ process: SupervisorProcess) async throws -> String {
            try await stage.waitUntilPublished()
            await stage.waitForHealth(process)
            try await stage.sandbox.wait(for: "the last Event") { store in
                await store.list(.events, namespace: "default").contains { $0["reason"] == "FailedOver" }
            }
            try await stage.waitForTheEndOfAMove(of: "web")
            try await stage.sandbox.wait(for: "every pod's label") { store in
                await store.list(.pods, namespace: "default").allSatisfy { $0["metadata"]["labels"]["role"] != .null }
            }
            return try await stage.waitUntilSettled("web")
        }

        @Test func idleItAsksForNothingButItsWatches() async throws {
            var options = Sandbox.Options()
            options.bookmarkInterval = .milliseconds(200)
            try await Stage.withSlices(SliceManifests.group("web"), options) { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await Self.waitUntilQuiet(stage, process)
                    let before = await stage.sandbox.control.log.count
                    await stage.waitForProbes(5, of: holder)
                    let later = await stage.sandbox.control.log.dropFirst(before)
                    #expect(later.allSatisfy { $0.verb == "watch" }, "\(later.map { "\($0.verb) \($0.kind.plural)" })")
                }
            }
        }

        /// An older Role, say: what a group of labels does without is all that this one has.
        @Test func withoutTheRightToLookAtSlicesItWaitsForThatAndSaysSo() async throws {
            try await Stage.withSlices { stage, arguments in
                let control = stage.sandbox.control
                await control.add(Fault(.refuse(code: 403, retryAfter: nil), verb: "list", kind: .endpointSlices))
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "group waits", "cannot list endpointslices")
                    await stage.waitForHealth(process)
                    _ = await control.requests("list", of: .endpointSlices, count: 4)
                    #expect(await !process.log.lines.contains { $0.contains("group resumes") })
                    await control.removeFaults()
                    _ = await process.log.wait(for: "group resumes")
                    try await stage.waitUntilPublished()
                    #expect(await !process.log.lines.contains { $0.contains("moves do not wait for them") })
                }
            }
        }

        @Test func aRestartWritesNothingAndMovesNothing() async throws {
            try await Stage.withSlices { stage, arguments in
                let (holder, _) = try await SupervisorProcess.run(arguments) { process in
                    try await Self.waitUntilQuiet(stage, process)
                }
                let (before, epoch) = (await Self.writes(stage), try await Self.epoch(stage))
                _ = try await SupervisorProcess.run(arguments) { process in
                    await stage.waitForHealth(process)
                    await stage.waitForProbes(5, of: holder)
                    #expect(await Self.writes(stage) == before)
                    #expect(try await Self.epoch(stage) == epoch)
                    // It is there, and does what it is asked to.
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    try await stage.waitUntilPublished(otherThan: holder)
                }
                #expect(await stage.slices().breaches().isEmpty)
            }
        }

        @Test func whoeverTakesOverWritesNothingAndMovesNothing() async throws {
            try await Stage.run { stage in
                try await stage.placeWithoutSelector("web")
                try await ReplicaStage.run(["a", "b"], [SliceManifests.group("web")], on: stage) { replicas in
                    let leader = try await replicas.waitForLeader()
                    let holder = try await Self.waitUntilQuiet(stage, try await replicas.process(leader))
                    let before = await Self.writes(stage)
                    try await replicas.send(SIGKILL, to: leader)
                    let next = try await replicas.waitForLeader(otherThan: leader)
                    await stage.waitForHealth(try await replicas.process(next))
                    await stage.waitForProbes(5, of: holder)
                    #expect(await Self.writes(stage) == before)
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    try await stage.waitUntilPublished(otherThan: holder)
                }
                let slices = await stage.slices()
                #expect(slices.breaches().isEmpty && slices.returns.isEmpty)
            }
        }

        /// The slice goes with its Service, and comes again with the next one.
        @Test func aServiceThatIsMadeAnewGetsASliceOfItsOwn() async throws {
            try await Stage.withSlices { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilPublished()
                    let service = ObjectKey(.services, namespace: "default", name: "web")
                    try await stage.sandbox.store.delete(service)
                    _ = await process.log.wait(for: "group waits")
                    try await stage.sandbox.wait(for: "the slice to go with its Service") { store in
                        (try? await store.get(Stage.slice("web"))) == nil
                    }
                    try await stage.sandbox.apply(SliceManifests.service("web"))
                    let uid = try await stage.sandbox.store.get(service)["metadata"]["uid"]
                    // One of the old Service may have been on its way, and goes, too.
                    try await stage.sandbox.wait(for: "a slice of the new Service") { store in
                        let owners = (try? await store.get(Stage.slice("web")))?["metadata"]["ownerReferences"].array
                        return owners?.contains { $0["uid"] == uid } ?? false
                    }
                    #expect(try await stage.waitUntilPublished() == holder)
                    let owners = try await stage.slice()["metadata"]["ownerReferences"].array ?? []
                    #expect(owners.count == 1 && owners[0]["uid"] == uid && owners[0]["kind"] == "Service")
                }
                #expect(await stage.slices().returns.isEmpty)
            }
        }

        @Test func whoeverIsDemotedIsShownAsTerminatingForAsLongAsItDrains() async throws {
            try await Stage.withSlices(SliceManifests.group("web", "drainSeconds: 2")) { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    let address = await stage.address(of: first)
                    #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                    let second = try await stage.waitUntilPublished(otherThan: first)
                    try await stage.sandbox.wait(for: "the drained endpoint to leave") { _ in
                        let last = await stage.slices().versions.last
                        return last?.draining["IPv4"] == [] && last?.ready["IPv4"]?.count == 1
                    }
                    #expect(try await stage.waitUntilPublished() == second)
                    let draining = await stage.slices().versions.map { $0.draining["IPv4"] ?? [] }
                    let shown = draining.filter { !$0.isEmpty }
                    #expect(!shown.isEmpty && shown.allSatisfy { $0 == Set([address].compactMap(\.self)) })
                }
                #expect(await stage.slices().breaches().isEmpty)
            }
        }
    }
}
