import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// 23: pods that leave the choice, or the group, while they carry the role.
    @Suite struct DepartedPodTests {
        private static func text(selector: String) -> String {
            let header = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
            return header + Manifests.group("web", selector.isEmpty ? "" : "selector: \(selector)")
        }

        /// Runs the supervisor with a mounted ConfigMap until `body` has ended, and sees to it that the Service never had two
        /// endpoints.
        private static func run(
            _ stage: Stage,
            _ mount: MountedConfigMap,
            _ body: @Sendable @escaping (SupervisorProcess) async throws -> Void
        ) async throws {
            let kubeconfig = try stage.write("kubeconfig", await stage.sandbox.kubeconfig(token: Sandbox.adminToken))
            let arguments = ["run", "--config", mount.path, "--kubeconfig", kubeconfig, "--listen", "off"]
            _ = try await SupervisorProcess.run(arguments) { process in try await body(process) }
            let audit = EndpointAudit(await stage.sandbox.store.history, namespace: "default", service: "web")
            #expect(audit.states.allSatisfy { $0.pods.count <= 1 }, "\(audit.states)")
        }

        private static func waitForHealth(_ process: SupervisorProcess, of pods: [String]) async {
            for pod in pods { _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy") }
        }

        /// Waits until an application was asked a few times more.
        private static func waitForProbes(_ stage: Stage, of pod: String) async {
            var probes = await stage.sandbox.applications.requests(pod: pod, namespace: "default").makeAsyncIterator()
            for _ in 0..<3 { await probes.next() }
        }

        // MARK: The choice is narrowed

        @Test(arguments: ["a selector that a reload narrows", "a label that is taken away"])
        func anActivePodThatIsNoCandidateAnyMoreStaysTheOnlyEndpointUntilItFails(way: String) async throws {
            let isReload = way == "a selector that a reload narrows"
            try await Stage.run { stage in
                try await stage.place("web")
                for pod in isReload ? ["web-2"] : ["web-0", "web-2"] { try await stage.label(pod, "track", "new") }
                let narrow = Self.text(selector: "{matchLabels: {app: web, track: new}}")
                let mount = try MountedConfigMap(in: stage.folder, content: isReload ? Self.text(selector: "") : narrow)
                try await Self.run(stage, mount) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process, of: ["web-0", "web-1", "web-2"])
                    _ = await process.log.wait(for: "move complete", "to=web-0")
                    if isReload {
                        try mount.update(narrow)
                        _ = await process.log.wait(for: "configuration reloaded", "changed web")
                    } else {
                        try await stage.label("web-0", "track", nil)
                    }
                    await Self.waitForProbes(stage, of: "web-0")
                    try await stage.expect("web", toSettleOn: "web-0")
                    #expect(await stage.audit("web").moves == 0)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    // The lower ordinal, which is healthy, too, is no candidate.
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                    try await stage.sandbox.waitForEndpoints(["web-2"], of: "web")
                    let refused = try await stage.request(["switchover", "web", "--to", "web-1"])
                    #expect(refused.code == 1 && refused.text.contains("web-1 is no candidate"), "\(refused.text)")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        // MARK: A pod leaves the Service

        /// Two pods of each color behind a Service that selects the blue ones.
        private static func placeColors(_ stage: Stage) async throws {
            let pods = ["blue", "green"].flatMap { color in
                ["0", "1"].map { number in
                    """
                    ---
                    apiVersion: v1
                    kind: Pod
                    metadata: {name: \(color)-\(number), labels: {app: web, color: \(color)}}
                    spec:
                      nodeName: sandbox-node-1
                      containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]

                    """
                }
            }
            try await stage.sandbox.apply(service(of: "blue") + pods.joined())
            try await stage.waitForPods(of: "web", count: 4)
        }

        private static func service(of color: String) -> String {
            """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              clusterIP: None
              selector: {app: web, color: \(color), role: active}
              ports: [{name: http, port: 8080}]

            """
        }

        /// Waits until the only active pod of all is of a color, and is the Service's endpoint; its name.
        private static func waitForActive(_ stage: Stage, color: String) async throws -> String {
            try await stage.sandbox.wait(for: "a \(color) pod alone to be active") { store in
                let active = await Self.actives(store)
                return active.count == 1 && active[0].hasPrefix(color)
            }
            let pod = try #require(await Self.actives(stage.sandbox.store).first)
            try await stage.sandbox.waitForEndpoints([pod], of: "web")
            return pod
        }

        private static func actives(_ store: ObjectStore) async -> [String] {
            let pods = await store.list(.pods, namespace: "default").map { $0["metadata"] }
            return pods.filter { $0["labels"]["role"] == "active" }.compactMap { $0["name"].string }
        }

        @Test(arguments: [false, true])
        func theBluePodIsMadePassiveOnceTheServiceSelectsGreen(isRestarted: Bool) async throws {
            try await Stage.run { stage in
                try await Self.placeColors(stage)
                let mount = try MountedConfigMap(in: stage.folder, content: Self.text(selector: ""))
                if isRestarted {
                    try await Self.run(stage, mount) { process in
                        _ = try await Self.waitForActive(stage, color: "blue")
                        _ = await process.log.wait(for: "move complete", "to=blue-")
                    }
                    try await stage.sandbox.apply(Self.service(of: "green"))
                }
                let known = await Self.actives(stage.sandbox.store).first
                try await Self.run(stage, mount) { process in
                    if !isRestarted {
                        _ = try await Self.waitForActive(stage, color: "blue")
                        _ = await process.log.wait(for: "move complete", "to=blue-")
                    }
                    let found = await Self.actives(stage.sandbox.store).first
                    let blue = try #require(known ?? found)
                    if !isRestarted { try await stage.sandbox.apply(Self.service(of: "green")) }
                    _ = try await Self.waitForActive(stage, color: "green")
                    _ = await process.log.wait(for: "member left the group and is passive now", "member.name=\(blue)")
                    try await stage.waitForEvent("Demoted", of: blue, "it left the group")
                    _ = await process.log.wait(for: "move complete", "to=green-")
                    // And back again: the green one is made passive.
                    try await stage.sandbox.apply(Self.service(of: "blue"))
                    _ = try await Self.waitForActive(stage, color: "blue")
                    _ = await process.log.wait(for: "member left the group and is passive now", "member.name=green")
                }
            }
        }

        /// A debugger's habit: the label is taken from the pod, so that the Service leaves it alone, and given back later.
        @Test func aPodThatIsTakenOutAndPutBackIsNoSecondEndpoint() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let mount = try MountedConfigMap(in: stage.folder, content: Self.text(selector: ""))
                try await Self.run(stage, mount) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process, of: ["web-0", "web-1", "web-2"])
                    _ = await process.log.wait(for: "move complete", "to=web-0")
                    try await stage.label("web-0", "app", "debugged")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "member left the group and is passive now", "member.name=web-0")
                    try await stage.label("web-0", "app", "web")
                    try await stage.sandbox.waitForEndpoints(["web-1"], of: "web")
                    await Self.waitForProbes(stage, of: "web-0")
                    try await stage.expect("web", toSettleOn: "web-1")
                }
                #expect(await Self.actives(stage.sandbox.store) == ["web-1"])
            }
        }

        /// Whoever denies that a pod is made passive as it leaves does not keep it active for ever, nor the role from another.
        @Test func aPodThatLeftIsMadePassiveOnceThatIsAllowed() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let mount = try MountedConfigMap(in: stage.folder, content: Self.text(selector: ""))
                try await Self.run(stage, mount) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await Self.waitForHealth(process, of: ["web-0", "web-1", "web-2"])
                    _ = await process.log.wait(for: "move complete", "to=web-0")
                    await stage.sandbox.control.add(Fault(.deny(Denial()), kind: .pods, name: "web-0"))
                    try await stage.label("web-0", "app", "debugged")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "operation failed", "writing pod web-0", "denied")
                    #expect(await Self.actives(stage.sandbox.store) == ["web-0", "web-1"])
                    await stage.sandbox.control.removeFaults()
                    _ = await process.log.wait(for: "member left the group and is passive now", "member.name=web-0")
                    #expect(await Self.actives(stage.sandbox.store) == ["web-1"])
                }
            }
        }
    }
}

extension Stage {
    /// Somebody else writes a label of a pod, or takes it away.
    fileprivate func label(_ pod: String, _ key: String, _ value: String?) async throws {
        try await sandbox.store.modify(ObjectKey(.pods, namespace: "default", name: pod)) { (old) throws(APIFailure) in
            var new = old
            new["metadata"]["labels"][key] = value.map { .string($0) } ?? .null
            return new
        }
    }
}
