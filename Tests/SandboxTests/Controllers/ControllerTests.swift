import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(5))) struct ControllerTests {
    private static let scene = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web, role: active}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: a, image: b}]}
        """

    @Test func recreatesAPodUnderItsNameWithAnotherUID() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(Self.scene)
            let key = ObjectKey(.pods, namespace: "default", name: "web-1")
            try await sandbox.wait(for: "web-1") { store in
                guard let pod = try? await store.get(key) else { return false }
                return pod["status"]["podIP"] != .null
            }
            let first = try await sandbox.store.get(key)["metadata"]
            try await sandbox.deletePod("web-1")
            try await sandbox.wait(for: "another web-1") { store in
                guard let pod = try? await store.get(key) else { return false }
                return pod["metadata"]["uid"] != first["uid"]
            }
            #expect(first["labels"]["apps.kubernetes.io/pod-index"] == "1")
        }
    }

    @Test func publishesSelectedPodsAndWithdrawsTerminatingOnes() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(Self.scene)
            try await sandbox.wait(for: "the slice") { await !$0.list(.endpointSlices, namespace: "default").isEmpty }
            try await sandbox.wait(for: "web-0") { store in
                await store.list(.pods, namespace: "default").contains {
                    $0["metadata"]["name"] == "web-0" && $0["status"]["podIP"] != .null
                }
            }
            try await sandbox.apply("{apiVersion: v1, kind: Pod, metadata: {name: web-0, labels: {role: active}}}")
            try await sandbox.waitForEndpoints(["web-0"], of: "web")
            try await sandbox.deletePod("web-0")
            try await sandbox.waitForEndpoints([], of: "web")
        }
    }

    @Test func auditsTheRecordedHistory() async throws {
        try await Sandbox.run { sandbox in
            try await sandbox.apply(Self.scene)
            try await sandbox.wait(for: "two pods") { await $0.list(.pods, namespace: "default").count == 2 }
            for (pod, role) in [("web-0", "active"), ("web-1", "active"), ("web-0", "passive")] {
                try await sandbox.apply(
                    "{apiVersion: v1, kind: Pod, metadata: {name: \(pod), labels: {role: \(role)}}}"
                )
            }
            let audit = RoleAudit(await sandbox.store.history, namespace: "default")
            #expect(audit.mostActive == 2 && audit.violations.count >= 1)
            #expect(audit.sequence == [[], ["web-0"], ["web-0", "web-1"], ["web-1"]])
        }
    }
}
