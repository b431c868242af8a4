import Foundation
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// The role label's key or values change while the Service routes.
    @Suite struct RoleLabelChangeTests {
        private static let newKey = "example.com/role"

        private static func text(_ more: String) -> String {
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + Manifests.group("web", more)
        }

        @Test(arguments: ["configuration first", "Service first"])
        func aKeyChangesWithoutAMomentAtWhichEitherKeySelectsAnotherPod(order: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let mount = try MountedConfigMap(in: stage.folder, content: Self.text(""))
                let arguments = try await Self.arguments(stage, mount)
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    let change = Self.text("roleLabel: {key: \(Self.newKey)}")
                    if order == "configuration first" {
                        try mount.update(change)
                        try await Self.waitForLabels(stage, ["role", Self.newKey])
                        // Both labels move while the Service still routes by the old one.
                        await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                        _ = await process.log.wait(for: "move complete", "cause=the active pod is unhealthy")
                        try await Self.waitForLabels(stage, ["role", Self.newKey])
                        try await Self.route(stage, by: Self.newKey)
                    } else {
                        try await Self.route(stage, by: Self.newKey)
                        _ = await process.log.wait(for: "group waits", "lacks role")
                        try mount.update(change)
                    }
                    try await Self.waitForLabels(stage, [Self.newKey])
                    // And it goes on.
                    let last = try #require(await Self.audit(stage, Self.newKey).sequence.last?.first)
                    await stage.sandbox.applications.set(.refusing, pod: last, namespace: "default")
                    try await stage.sandbox.wait(for: "another pod to be active") { _ in
                        let active = await Self.audit(stage, Self.newKey).sequence.last ?? []
                        return active.count == 1 && !active.contains(last)
                    }
                }
                let (old, new) = (await Self.audit(stage, "role"), await Self.audit(stage, Self.newKey))
                #expect(old.violations.isEmpty && new.violations.isEmpty)
                // The old key selected nobody only before the first promotion, within a move, and once the Service was off it.
                let moves = order == "configuration first" ? 1 : 0
                #expect(old.moves == moves)
                #expect(old.sequence.filter(\.isEmpty).count <= 2 + moves)
                #expect(new.moves == 1 + moves)
            }
        }

        @Test func aValueChangesOnceTheServiceSelectsIt() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let mount = try MountedConfigMap(in: stage.folder, content: Self.text(""))
                let arguments = try await Self.arguments(stage, mount)
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    try mount.update(Self.text("roleLabel: {active: primary, passive: null}"))
                    _ = await process.log.wait(for: "configuration reloaded", "changed web")
                    // Until then the group is supervised by the old values.
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: holder)
                    try await stage.sandbox.apply(
                        "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {selector: {role: primary}}}"
                    )
                    try await stage.sandbox.wait(for: "the new values") { store in
                        let roles = await Self.pods(store).map { $0["metadata"]["labels"]["role"] }
                        return roles.count { $0 == "primary" } == 1 && roles.count { $0 == .null } == 2
                    }
                    #expect(await Self.audit(stage, "role", active: "primary").sequence.last == [second])
                }
                #expect(await Self.audit(stage, "role", active: "primary").moves == 0)
            }
        }

        // MARK: What the tests have in common

        private static func arguments(_ stage: Stage, _ mount: MountedConfigMap) async throws -> [String] {
            let kubeconfig = try stage.write("kubeconfig", await stage.sandbox.kubeconfig(token: Sandbox.adminToken))
            return ["run", "--config", mount.path, "--kubeconfig", kubeconfig, "--listen", "off"]
        }

        private static func route(_ stage: Stage, by key: String) async throws {
            try await stage.sandbox.apply(
                """
                apiVersion: v1
                kind: Service
                metadata: {name: web}
                spec: {selector: {\(key): active, role: \(key == "role" ? "active" : "null")}}
                """
            )
        }

        private static func pods(_ store: ObjectStore) async -> [JSONValue] {
            await store.list(.pods, namespace: "default").filter { $0["metadata"]["labels"]["app"] == "web" }
        }

        /// Waits until every pod carries exactly these of the two keys, the same role by each, and one pod is active.
        private static func waitForLabels(_ stage: Stage, _ keys: Set<String>) async throws {
            try await stage.sandbox.wait(for: "labels \(keys)") { store in
                let labels = await pods(store).map { $0["metadata"]["labels"] }
                let areRight = labels.allSatisfy { labels in
                    let values = keys.map { labels[$0] }
                    let others = Set(["role", newKey]).subtracting(keys)
                    return !values.contains(.null) && Set(values).count == 1
                        && others.allSatisfy { labels[$0] == .null }
                }
                return areRight && keys.allSatisfy { key in labels.count { $0[key] == "active" } == 1 }
            }
        }

        private static func audit(_ stage: Stage, _ key: String, active: String = "active") async -> RoleAudit {
            RoleAudit(await stage.sandbox.store.history, namespace: "default", key: key, active: active) {
                $0["metadata"]["labels"]["app"] == "web"
            }
        }
    }
}
