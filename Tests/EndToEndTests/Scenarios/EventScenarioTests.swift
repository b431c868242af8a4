import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// The story that Events tell of a group, and of the supervisor itself.
    @Suite struct EventScenarioTests {
        /// The reasons of the Events on an object that say `words`, in the order in which they were made.
        private static func reasons(_ stage: Stage, on name: String, _ words: String = "") async -> [String] {
            let events = await stage.sandbox.store.list(.events, namespace: "default").filter {
                $0["regarding"]["name"] == .string(name)
                    && (words.isEmpty || $0["note"].string?.contains(words) ?? false)
            }
            return events.sorted { $0["eventTime"].string ?? "" < $1["eventTime"].string ?? "" }
                .compactMap(\.["reason"].string)
        }

        @Test func aFailoverIsToldFromItsBeginning() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "health changed", "member.name=\(pod)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    let next = try await stage.waitUntilSettled("web", otherThan: holder)
                    try await stage.waitForEvent("FailedOver", of: "web", "from \(holder) to \(next)")
                    try await stage.waitForEvent("FailingOver", of: "web", "from \(holder) to \(next)")
                    let story = await Self.reasons(stage, on: "web", "from \(holder) to \(next)")
                    #expect(story == ["FailingOver", "FailedOver"])
                }
            }
        }

        /// Whatever pauses a group: an annotation by hand, a request.
        @Test func pausesAndRequestsAreTold() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    let lease = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    try await stage.sandbox.store.modify(lease) { (old) throws(APIFailure) in
                        var new = old
                        new["metadata"]["annotations"]["kube-standby.io/paused"] = "true"
                        return new
                    }
                    try await stage.waitForEvent("Paused", of: "web")
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.waitForEvent("MoveWithheld", of: "web", "the group is paused")
                    #expect(try await stage.request(["resume", "web"]).code == 0)
                    try await stage.waitForEvent("Resumed", of: "web")
                    try await stage.waitForEvent("RequestAccepted", of: "web")
                    #expect(try await stage.request(["unfence", "web", "web-1"]).code == 1)
                    try await stage.waitForEvent("RequestRefused", of: "web", "web-1 is not fenced")
                }
                // Who takes over a group that is paused finds it so, and tells nothing.
                #expect(await Self.reasons(stage, on: "web").count { $0 == "Paused" } == 1)
            }
        }

        @Test func reloadsAreToldOnTheSupervisorsPod() async throws {
            try await Stage.withWeb { stage, arguments in
                let environment = ["POD_NAME": "standby-1", "POD_NAMESPACE": "default", "POD_UID": "u-1"]
                let good = try String(contentsOfFile: arguments[2], encoding: .utf8)
                _ = try await SupervisorProcess.run(arguments, environment: environment) { process in
                    try await stage.waitUntilSettled("web")
                    try (good + "  - {name: 7}\n").write(toFile: arguments[2], atomically: true, encoding: .utf8)
                    try await stage.waitForEvent("ConfigInvalid", of: "standby-1", "the file has mistakes")
                    try (good + "# again\n").write(toFile: arguments[2], atomically: true, encoding: .utf8)
                    try await stage.waitForEvent("ConfigReloaded", of: "standby-1")
                }
                let events = await stage.sandbox.store.list(.events, namespace: "default")
                    .filter { $0["regarding"]["name"] == "standby-1" }
                #expect(events.allSatisfy { $0["regarding"]["uid"] == "u-1" && $0["regarding"]["kind"] == "Pod" })
            }
        }

        @Test(.enabled(if: ShellRun.works("command -v kubectl"))) func kubectlShowsTheStory() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.waitUntilSettled("web")
                    try await stage.waitForEvent("FailedOver", of: "web")
                    let kubeconfig = ["KUBECONFIG": arguments[4], "HOME": stage.folder.path(percentEncoded: false)]
                    for script in ["kubectl describe service web", "kubectl events --for service/web"] {
                        let run = try await ShellRun.run(script, environment: kubeconfig)
                        #expect(run.code == 0 && run.output.contains("FailedOver"), "\(run.output)\(run.errors)")
                        #expect(run.output.contains("kube-standby.io/supervisor") || script.contains("events"))
                    }
                }
            }
        }
    }
}
