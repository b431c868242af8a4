import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// Webhooks that do not answer hold what they are asked about, and nothing else.
    @Suite struct HungWriteScenarioTests {
        /// The pods of groups whose writes hang are as many as may be written at once, and more.
        @Test func groupsWhoseWritesHangHoldUpNoOther() async throws {
            try await Stage.run { stage in
                let hung = (10..<40).map { "a\($0)" }
                for name in hung + ["b"] {
                    try await stage.sandbox.apply(
                        Manifests.service(name) + "---\n" + Manifests.statefulSet(name, replicas: 2),
                        namespace: "default"
                    )
                }
                for name in hung + ["b"] { try await stage.waitForPods(of: name, count: 2) }
                let arguments = try await stage.arguments(groups: (hung + ["b"]).map { Manifests.group($0) })
                _ = try await SupervisorProcess.run(arguments) { process in
                    // Of so many the log does not tell each pod's health.
                    let first = try await stage.waitUntilSettled("b")
                    var actives: [String] = []
                    for name in hung { actives.append(try await stage.waitUntilSettled(name)) }
                    for pod in hung.flatMap({ ["\($0)-0", "\($0)-1"] }) {
                        await stage.sandbox.control.add(Fault(.hang, verb: "patch", kind: .pods, name: pod))
                    }
                    let count = await process.log.lines.count
                    for pod in actives {
                        await stage.sandbox.applications.set(.status(500), pod: pod, namespace: "default")
                    }
                    _ = await process.log.wait(after: count, for: "operation failed", "no answer in time")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("b", otherThan: first)
                    await stage.sandbox.control.removeFaults()
                    for (name, old) in zip(hung, actives) { try await stage.waitUntilSettled(name, otherThan: old) }
                }
                for name in hung + ["b"] { #expect(await stage.audit(name).violations.isEmpty) }
            }
        }

        /// The API server goes on without a webhook that fails open only if the request may take so long.
        @Test func aWebhookThatFailsOpenLateDoesNotStopAMove() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    await stage.sandbox.control.add(Fault(.delay(.seconds(8)), verb: "patch", kind: .pods))
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}
