import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
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
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    var holder = try await stage.waitUntilSettled("web")
                    for number in 0..<3 { _ = await process.log.wait(for: "member.name=web-\(number)", "healthy") }
                    try await stage.sandbox.waitForEndpoints([holder], of: "web")
                    await stage.sandbox.sliceDelay.set(update: .milliseconds(20))
                    for _ in 0..<10 {
                        let moved = try await stage.request(["switchover", "web"])
                        #expect(moved.code == 0, "\(moved.text)")
                        holder = try await stage.waitUntilSettled("web", otherThan: holder)
                        try await stage.sandbox.waitForEndpoints([holder], of: "web")
                    }
                    try await Self.theHistoryTellsWhenTheyFollowed(stage)
                }
                let promotions = Self.promotions(await stage.sandbox.store.history)
                #expect(promotions.count == 10)
                #expect(promotions.allSatisfy { !$0.isPremature || $0.delay >= .milliseconds(100) }, "\(promotions)")
            }
        }

        private static func theHistoryTellsWhenTheyFollowed(_ stage: Stage) async throws {
            let history = try await stage.request(["history", "web", "-o", "json"])
            let moves = try #require(JSONValue(json: Array(history.text.utf8))?.array)
            // Of the last one it may not be written yet; a busy machine may have waited for none of the others either.
            #expect(moves.dropFirst().dropLast().allSatisfy { $0["endpointSeconds"] != .null }, "\(history.text)")
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
