import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension ClusterTests {
    /// Failures of applications and pods.
    @Suite struct FailoverTests {
        @Test(arguments: [ToyApplications.Behaviour.status(500), .hanging, .refusing])
        func movesTheRoleFromAFailedPodAndTheEndpointsFollow(failure: ToyApplications.Behaviour) async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                let (_, code) = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    #expect(first == "web-0")
                    try await stage.waitForEndpoints([first], of: "web")
                    await stage.set(failure, pod: first)
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.waitForEndpoints([second], of: "web")
                }
                #expect(code == 0)
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty)
                #expect(audit.moves == 1)
            }
        }

        @Test(arguments: [1, 2, 3, 5])
        func keepsOneActiveOfAnyNumber(replicas: Int) async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web", replicas: replicas)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    try await stage.deletePod(first)
                    if replicas > 1 { try await stage.waitUntilSettled("web", otherThan: first) }
                    try await stage.waitForPods(of: "web", count: replicas)
                    try await stage.waitUntilSettled("web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func supervisesPodsOfADeployment() async throws {
            try await ClusterStage.run { stage in
                try await stage.apply(Manifests.service("api"))
                try await stage.apply(Manifests.deployment("api", replicas: 2, node: stage.node))
                try await stage.waitForPods(of: "api", count: 2)
                let arguments = try await stage.arguments(groups: [Manifests.group("api")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("api")
                    await stage.set(.refusing, pod: first)
                    try await stage.waitUntilSettled("api", otherThan: first)
                }
                #expect(await stage.audit("api").violations.isEmpty)
            }
        }

        @Test func supervisesGroupsInDifferentNamespaces() async throws {
            try await ClusterStage.run { stage in
                let other = stage.otherNamespace
                _ = try await stage.cluster.prepareNamespace(other)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await stage.record.watch(other) }
                    defer { group.cancelAll() }
                    try await stage.place("web")
                    try await stage.place("db", namespace: other)
                    let groups = [Manifests.group("web"), Manifests.group("db", "namespace: \(other)")]
                    let arguments = try await stage.arguments(groups: groups)
                    try await stage.apply(Manifests.role(podVerbs: "[get, list, watch, patch]"), namespace: other)
                    try await stage.apply(
                        """
                        apiVersion: rbac.authorization.k8s.io/v1
                        kind: RoleBinding
                        metadata: {name: standby}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: standby}
                        subjects: [{kind: ServiceAccount, name: standby, namespace: \(stage.namespace)}]
                        """,
                        namespace: other
                    )
                    _ = try await SupervisorProcess.run(arguments) { _ in
                        let web = try await stage.waitUntilSettled("web")
                        let db = try await stage.waitUntilSettled("db", namespace: other)
                        await stage.set(.hanging, pod: db, namespace: other)
                        try await stage.waitUntilSettled("db", namespace: other, otherThan: db)
                        #expect(try await stage.waitUntilSettled("web") == web)
                    }
                }
            }
        }

        @Test func leavesTheActivePodWhenNobodyIsHealthy() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    // The active pod last: were all to fail at one moment, a standby could still be seen as healthy.
                    for pod in ["web-0", "web-1", "web-2"] where pod != holder {
                        await stage.set(.status(503), pod: pod)
                        _ = await process.log.wait(for: "health changed", "member.name=\(pod)", "unhealthy")
                    }
                    await stage.set(.status(503), pod: holder)
                    try await stage.waitForEvent("NoHealthyCandidate", on: "Service", "web")
                    await stage.set(.healthy, pod: holder)
                    _ = await process.log.wait(for: "no longer")
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        @Test func promotesFirstIfAskedTo() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let group = Manifests.group("web", "failover: {order: PromoteFirst}")
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.set(.status(500), pod: first)
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                let holders = await stage.audit("web").sequence
                #expect(holders.contains { $0.count == 2 })
                #expect(!holders.drop { $0.isEmpty }.contains(Set()))
            }
        }

        @Test func writesEventsOnTheServiceAndThePods() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.set(.status(500), pod: first)
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.waitForEvent("Promoted", on: "Pod", second)
                    try await stage.waitForEvent("Demoted", on: "Pod", first)
                    try await stage.waitForEvent("FailedOver", on: "Service", "web")
                }
            }
        }

        @Test func movesBeforeADrainedPodIsGone() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    let path = "/api/v1/namespaces/\(stage.namespace)/pods/\(first)/eviction"
                    let eviction: JSONValue = [
                        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(first)],
                    ]
                    #expect(try await stage.cluster.speaker.ask("POST", path, eviction).code == 201)
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        @Test func movesFromADeadNodeWithoutWaitingForTheClusterToNotice() async throws {
            try await ClusterStage.run { stage in
                try await stage.place("web", replicas: 1)
                let second = Kubelet(
                    node: stage.node + "-b",
                    api: HTTPKubeletAPI(stage.cluster.speaker),
                    applications: stage.applications,
                    terminationDelay: .milliseconds(200),
                    pace: Pace()
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await second.run() }
                    defer { group.cancelAll() }
                    try await stage.apply(
                        """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: web-spare, labels: {app: web}}
                        spec:
                          nodeName: \(second.node)
                          containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]
                        """
                    )
                    try await stage.waitForPods(of: "web", count: 2)
                    let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                    _ = try await SupervisorProcess.run(arguments) { process in
                        let first = try await stage.waitUntilSettled("web")
                        for pod in ["web-0", "web-spare"] {
                            _ = await process.log.wait(for: "member.name=\(pod)", "healthy")
                        }
                        await (first == "web-0" ? stage.kubelet : second).fail(.dead)
                        try await stage.waitUntilSettled("web", otherThan: first, atMost: .seconds(60))
                    }
                    #expect(await stage.audit("web").violations.isEmpty)
                }
                _ = try await stage.cluster.speaker.ask("DELETE", "/api/v1/nodes/\(second.node)")
                let leases = "/apis/coordination.k8s.io/v1/namespaces/\(NodeStatus.leaseNamespace)/leases"
                _ = try await stage.cluster.speaker.ask("DELETE", "\(leases)/\(second.node)")
            }
        }
    }
}
