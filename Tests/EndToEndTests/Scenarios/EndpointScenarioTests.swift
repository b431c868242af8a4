import Foundation
import Sandbox
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// The endpoint controller must not be met in the middle of its update: who promotes waits until it shows the demotion.
    @Suite struct EndpointScenarioTests {
        /// A promotion, by the recorded history.
        private struct Promotion {
            /// From the demotion of the pod before it.
            var delay: Duration
            /// Whether an EndpointSlice still showed that pod.
            var isPremature: Bool
        }

        /// The promotions of a history that followed a demotion, in order.
        private static func promotions(_ history: [StoreChange]) -> [Promotion] {
            var promotions: [Promotion] = []
            var demotion: (pod: JSONValue, time: ContinuousClock.Instant)?
            var shown: [JSONValue] = []
            for change in history {
                if change.key.kind == .endpointSlices {
                    shown = (change.object["endpoints"].array ?? []).map { $0["targetRef"]["uid"] }
                }
                guard change.key.kind == .pods, let before = change.previous else { continue }
                let (old, new) = (before["metadata"]["labels"]["role"], change.object["metadata"]["labels"]["role"])
                if old == "active", new == "passive" { demotion = (change.object["metadata"]["uid"], change.time) }
                if old != "active", new == "active", let demoted = demotion {
                    let delay = change.time - demoted.time
                    promotions.append(Promotion(delay: delay, isPremature: shown.contains(demoted.pod)))
                }
            }
            return promotions
        }

        /// The limit of the wait is a tenth of a second, which a busy machine may need for a watch's event.
        @Test func noPromotionIsSentWhileTheEndpointsStillShowTheDemotedPod() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.withWeb(["--listen", "127.0.0.1:0"]) { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    var holder = try await stage.waitUntilSettled("web")
                    for number in 0..<3 { _ = await process.log.wait(for: "member.name=web-\(number)", "healthy") }
                    try await stage.sandbox.waitForEndpoints([holder], of: "web")
                    await stage.sandbox.sliceDelay.set(update: .milliseconds(20))
                    for number in 1...10 {
                        try await Self.waitUntil(process, hasSeenEndpointsFollow: number, loop)
                        let moved = try await stage.request(["switchover", "web"])
                        #expect(moved.code == 0, "\(moved.text)")
                        holder = try await stage.waitUntilSettled("web", otherThan: holder)
                        try await stage.sandbox.waitForEndpoints([holder], of: "web")
                    }
                    // Of the last one it may not be written yet, and a busy machine may have missed some.
                    let moves = try await Self.moves(stage)
                    #expect(moves.count == 11 && moves.contains { $0.endpointSeconds != nil }, "\(moves)")
                }
                let promotions = Self.promotions(await stage.sandbox.store.history)
                #expect(promotions.count == 10)
                #expect(promotions.allSatisfy { !$0.isPremature || $0.delay >= .milliseconds(100) }, "\(promotions)")
            }
        }

        /// Waits until a supervisor knows that the endpoints show whom it has promoted, so many times: else it would not wait for
        /// them to show the demotion.
        private static func waitUntil(
            _ process: SupervisorProcess,
            hasSeenEndpointsFollow count: Int,
            _ loop: EventLoop
        ) async throws {
            try await Asking.until("the supervisor to see \(count) promotions in the endpoints") {
                let metrics = try await DescriptorTests.metrics(of: process, loop)
                let sample = "kube_standby_endpoint_followed_seconds_count"
                return DescriptorTests.sample(sample, in: metrics) >= Double(count)
            }
        }

        /// A move, as `history` tells it.
        private struct Move: Decodable {
            var to: String?
            var cause: String
            var endpointSeconds: Double?
        }

        private static func moves(_ stage: Stage) async throws -> [Move] {
            let history = try await stage.request(["history", "web", "-o", "json"])
            return try JSONDecoder().decode([Move].self, from: Data(history.text.utf8))
        }

        /// As behind a namespace that is being deleted, or thousands of moves: the role has moved, and nobody is served yet.
        @Test func endpointsThatDoNotFollowAreReportedUntilTheyDo() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for number in 0..<3 { _ = await process.log.wait(for: "member.name=web-\(number)", "healthy") }
                    try await stage.sandbox.waitForEndpoints([first], of: "web")
                    // The demotion is published, before anybody can be promoted, and then nothing for an hour.
                    await stage.sandbox.sliceDelay.set(requestsPerSecond: 1.0 / 3600, burst: 1)
                    await stage.sandbox.control.afterEachWrite { [sandbox = stage.sandbox] request in
                        guard request.kind == .pods, request.name == first else { return }
                        let pod = try? await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: first))
                        guard pod?["metadata"]["labels"]["role"] == "passive" else { return }
                        await sandbox.control.afterEachWrite(nil)
                        try? await sandbox.waitForEndpoints([], of: "web")
                    }
                    #expect(try await stage.request(["switchover", "web"]).code == 0)
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.waitForEvent("EndpointsLag", of: "web", "pod \(second) is active and Ready")
                    await stage.sandbox.sliceDelay.set(requestsPerSecond: nil)
                    try await stage.sandbox.waitForEndpoints([second], of: "web")
                    _ = await process.log.wait(for: "no longer: the endpoints do not show the active pod yet", second)
                    // It stands on the record that is written next.
                    #expect(try await stage.request(["switchover", "web"]).code == 0)
                    let moves = try await Self.moves(stage)
                    let lag = moves.first { $0.to == second && $0.cause == "Switchover" }?.endpointSeconds
                    #expect(lag.map { $0 >= 5 } == true, "\(moves)")
                }
            }
        }

        /// An older Role gives no right to look at them.
        @Test func withoutTheRightMovesGoOnAsBeforeAndItSaysSoOnce() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let right = "- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}\n"
                #expect(Manifests.rights.contains(right))
                try await stage.sandbox.apply(Manifests.rights.replacing(right, with: ""))
                await stage.sandbox.authentication.admit(
                    token: "older",
                    .serviceAccount("standby", namespace: "default")
                )
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], token: "older")
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for number in 0..<3 { _ = await process.log.wait(for: "member.name=web-\(number)", "healthy") }
                    _ = await process.log.wait(for: "EndpointSlices cannot be read")
                    try await stage.sandbox.waitForEndpoints([first], of: "web")
                    // The update that shows the demotion never ends.
                    await stage.sandbox.sliceDelay.set(update: .seconds(3600))
                    let moved = try await stage.request(["switchover", "web"])
                    #expect(moved.code == 0, "\(moved.text)")
                    try await stage.waitUntilSettled("web", otherThan: first)
                    #expect(await process.log.lines.count { $0.contains("EndpointSlices cannot be read") } == 1)
                }
                let promotions = Self.promotions(await stage.sandbox.store.history)
                #expect(promotions.map(\.isPremature) == [true])
            }
        }
    }
}
