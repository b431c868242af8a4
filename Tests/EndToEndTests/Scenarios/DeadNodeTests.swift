import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// A node that dies under a group that is probed by commands, with the real binary, on a clock that runs five times as fast.
    @Suite struct DeadNodeTests {
        private static let probe = """
            {exec: {command: [sh, -c, 'test "$HEALTH" = healthy']}, periodSeconds: 2, fastPeriodSeconds: 0.5, \
            timeoutSeconds: 5, failureThreshold: 3, successThreshold: 1}
            """

        /// 37.
        @Test func aCommandThatIsNotDeliveredCountsOnceThePodIsNotReady() async throws {
            var options = Sandbox.Options()
            options.nodes = 2
            options.pace = Pace(speed: 5)
            try await Stage.run(options) { stage in
                try await stage.placeOnTwoNodes("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web", probe: Self.probe)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-a")
                    for pod in ["web-a", "web-b"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    let count = await process.log.lines.count
                    try await stage.sandbox.perform(.failNode("sandbox-node-1", .dead))
                    _ = await process.log.wait(after: count, for: "member.name=web-a", "the command could not be run")
                    try await stage.expect("web", otherThan: "web-a", toSettleOn: "web-b")
                    _ = await process.log.wait(after: count, for: "member.name=web-a", "its node is not reached")
                }
                // As long as the cluster calls the pod Ready it may be the way there.
                let demotion = await stage.sandbox.store.history.first {
                    $0.key.name == "web-a" && $0.previous?["metadata"]["labels"]["role"] == "active"
                        && $0.object["metadata"]["labels"]["role"] == "passive"
                }
                let conditions = try #require(demotion?.previous)["status"]["conditions"].array ?? []
                let ready = try #require(conditions.first { $0["type"] == "Ready" })
                #expect(ready["status"] != "True", "it was left before the cluster gave it up")
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }
    }
}
