import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// Probes as charts have them, with the real binary.
    @Suite struct PastedProbeScenarioTests {
        /// A login page that fails is no health, whatever redirects to it.
        @Test func anActiveThatRedirectsToAPageThatFailsIsLeft() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                // Whoever asks once gets no second answer.
                let probe = Manifests.quickProbe.replacing("timeoutSeconds: 1.9", with: "timeoutSeconds: 30")
                let arguments = try await stage.arguments(groups: [Manifests.group("web", probe: probe)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                        // One that redirects to a page that works is as healthy as before.
                        await stage.sandbox.applications.set(.redirecting(200), pod: pod, namespace: "default")
                    }
                    await stage.sandbox.applications.set(.redirecting(503), pod: holder, namespace: "default")
                    _ = try await stage.waitUntilSettled("web", otherThan: holder)
                    let once = try await stage.request(["probe", "web", "--config", arguments[2]])
                    #expect(once.code == 1 && once.text.contains("HTTP 503") && once.text.contains("HTTP 200"))
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// A readinessProbe with blank values, a timeout above its period and a variable in its command.
        @Test func aCommandSeesTheContainersLiteralEnvironment() async throws {
            try await Stage.run { stage in
                let pods = ["web-0", "web-1"].map { name in
                    """
                    ---
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: \(name), labels: {app: web}}
                    spec:
                      containers:
                      - {name: app, image: toy, env: [{name: WANTED, value: "yes"}]}

                    """
                }
                try await stage.sandbox.apply(Manifests.service("web") + pods.joined())
                try await stage.waitForPods(of: "web", count: 2)
                let probe = """
                    {exec: {command: [sh, -c, 'test "$(WANTED)" = yes && test "$$(echo 1)" = 1']}, httpGet: , periodSeconds: ,
                        timeoutSeconds: 20, failureThreshold: ~}
                    """
                let arguments = try await stage.arguments(groups: [Manifests.group("web", probe: probe)])
                let once = try await stage.request(["probe", "web", "--config", arguments[2]])
                #expect(once.code == 0, "\(once.text)")
            }
        }
    }
}
