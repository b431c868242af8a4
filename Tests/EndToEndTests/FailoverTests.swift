import Foundation
import Glibc
import Sandbox
import Testing

extension EndToEndTests {
    /// The real binary on the sandbox, over HTTPS.
    @Suite struct FailoverTests {
        @Test func movesTheRoleFromAFailedPodAndTheEndpointsFollow() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Stage.group("web")])
                let (_, code) = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    #expect(first == "web-0")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.waitForEndpoints([second], of: "web")
                }
                #expect(code == 0)
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty)
                #expect(audit.moves == 1)
            }
        }

        @Test(arguments: [1, 2, 5])
        func keepsOneActiveOfAnyNumber(replicas: Int) async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: replicas)
                let arguments = try await stage.arguments(groups: [Stage.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    try await stage.sandbox.deletePod(first)
                    if replicas > 1 { try await stage.waitUntilSettled("web", otherThan: first) }
                    try await stage.waitForPods(of: "web", count: replicas)
                    try await stage.waitUntilSettled("web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func supervisesPodsOfADeployment() async throws {
            try await Stage.run { stage in
                try await stage.sandbox.apply(Stage.service("api"))
                try await stage.sandbox.apply(
                    """
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: api}
                    spec:
                      replicas: 2
                      selector: {matchLabels: {app: api}}
                      template:
                        metadata: {labels: {app: api}}
                        spec: {containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]}
                    """
                )
                try await stage.waitForPods(of: "api", count: 2)
                let arguments = try await stage.arguments(groups: [Stage.group("api")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("api")
                    await stage.sandbox.applications.set(.refusing, pod: first, namespace: "default")
                    try await stage.waitUntilSettled("api", otherThan: first)
                }
                #expect(await stage.audit("api").violations.isEmpty)
            }
        }

        @Test func supervisesGroupsInDifferentNamespaces() async throws {
            try await Stage.run { stage in
                try await stage.sandbox.createNamespace("other")
                try await stage.place("web")
                try await stage.place("db", namespace: "other")
                let groups = [Stage.group("web"), Stage.group("db", "namespace: other")]
                let arguments = try await stage.arguments(groups: groups)
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let web = try await stage.waitUntilSettled("web")
                    let db = try await stage.waitUntilSettled("db", namespace: "other")
                    await stage.sandbox.applications.set(.hanging, pod: db, namespace: "other")
                    try await stage.waitUntilSettled("db", namespace: "other", otherThan: db)
                    #expect(try await stage.waitUntilSettled("web") == web)
                }
            }
        }

        @Test func leavesTheActivePodWhenNobodyIsHealthy() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Stage.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        await stage.sandbox.applications.set(.status(503), pod: pod, namespace: "default")
                    }
                    try await stage.sandbox.wait(for: "an Event") { store in
                        await store.list(.events, namespace: "default").contains {
                            $0["reason"] == "NoHealthyCandidate"
                        }
                    }
                    await stage.sandbox.applications.set(.healthy, pod: holder, namespace: "default")
                    _ = await process.log.wait(for: "no longer")
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        @Test func promotesFirstIfAskedTo() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [
                    Stage.group("web", "failover: {order: PromoteFirst}")
                ])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                let holders = await stage.audit("web").sequence
                #expect(holders.contains { $0.count == 2 })
                #expect(!holders.drop { $0.isEmpty }.contains(Set()))
            }
        }

        @Test func writesEventsOnTheServiceAndThePods() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Stage.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.wait(for: "the Events of a failover") { store in
                        let events = await store.list(.events, namespace: "default")
                        func has(_ reason: String, _ kind: String, _ name: String) -> Bool {
                            events.contains {
                                $0["reason"] == .string(reason) && $0["regarding"]["kind"] == .string(kind)
                                    && $0["regarding"]["name"] == .string(name) && $0["regarding"]["uid"] != .null
                            }
                        }
                        return has("Promoted", "Pod", second) && has("Demoted", "Pod", first)
                            && has("FailedOver", "Service", "web")
                    }
                }
            }
        }

        @Test func demotesASecondActivePodWithinOneWatchEvent() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Stage.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let holder = try await stage.waitUntilSettled("web")
                    try await stage.sandbox.apply(
                        "{apiVersion: v1, kind: Pod, metadata: {name: web-2, labels: {role: active}}}"
                    )
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
            }
        }

        @Test func writesNothingInADryRun() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let before = await stage.sandbox.store.revision
                let arguments = try await stage.arguments(groups: [Stage.group("web")], ["--dry-run"])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let line = await process.log.wait(for: "move withheld", "to=web-0")
                    #expect(line != nil)
                }
                #expect(await stage.sandbox.store.revision == before)
            }
        }
    }
}
