import Foundation
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// Groups that share pods, one after another or at once, with the real binary.
    @Suite struct SharedPodTests {
        private static func text(_ groups: String...) -> String {
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups.joined()
        }

        /// A group on the Service `web` of another name.
        private static func group(_ name: String, _ more: String = "") -> String {
            Manifests.group(name, more).replacing("service: \(name)", with: "service: web")
        }

        private static func start(_ stage: Stage, _ content: String) async throws -> (MountedConfigMap, [String]) {
            let mount = try MountedConfigMap(in: stage.folder, content: content)
            let kubeconfig = try stage.write("kubeconfig", await stage.sandbox.kubeconfig(token: Sandbox.adminToken))
            return (mount, ["run", "--config", mount.path, "--kubeconfig", kubeconfig, "--listen", "off"])
        }

        private static func pods(_ store: ObjectStore) async -> [JSONValue] {
            await store.list(.pods, namespace: "default").filter { $0["metadata"]["labels"]["app"] == "web" }
        }

        /// The pods that carry `active` under a label key.
        private static func active(_ store: ObjectStore, by key: String) async -> [String] {
            await pods(store).filter { $0["metadata"]["labels"][key] == "active" }
                .compactMap { $0["metadata"]["name"].string }
        }

        /// Waits until the members of a group were probed and found healthy, by the log.
        private static func waitForHealth(_ process: SupervisorProcess, of group: String, after count: Int) async {
            for pod in ["web-0", "web-1"] {
                let line = await process.log.wait(
                    after: count,
                    for: "member's health changed",
                    "group.name=\(group) ",
                    "member.name=\(pod)",
                    "member.health=healthy"
                )
                #expect(line != nil)
            }
        }

        @Test func aGroupThatIsRenamedTwentyTimesIsProbedEachTime() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                let (mount, arguments) = try await Self.start(stage, Self.text(Self.group("web")))
                _ = try await SupervisorProcess.run(arguments) { process in
                    await Self.waitForHealth(process, of: "web", after: 0)
                    let holder = try await stage.waitUntilSettled("web")
                    for number in 1...20 {
                        let count = await process.log.lines.count
                        try mount.update(Self.text(Self.group("name-\(number)")))
                        await Self.waitForHealth(process, of: "name-\(number)", after: count)
                    }
                    #expect(await Self.active(stage.sandbox.store, by: "role") == [holder], "renaming moves nothing")
                    #expect(await !process.log.text.contains("group waits"), "it knows its former self")
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    _ = await process.log.wait(
                        for: "move complete",
                        "group.name=name-20",
                        "the active pod is unhealthy"
                    )
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// A group goes to another Service, and its pods to another group, in one reload.
        @Test(arguments: 1...4) func aServiceThatPassesFromOneGroupToAnotherKeepsItsActivePod(round: Int) async throws {
            try await Stage.run { stage in
                for name in ["web", "db"] { try await stage.place(name, replicas: 2) }
                let (mount, arguments) = try await Self.start(stage, Self.text(Manifests.group("web")))
                _ = try await SupervisorProcess.run(arguments) { process in
                    await Self.waitForHealth(process, of: "web", after: 0)
                    let holder = try await stage.waitUntilSettled("web")
                    let count = await process.log.lines.count
                    let moved = Manifests.group("web").replacing("service: web", with: "service: db")
                    let groups = round.isMultiple(of: 2) ? [Self.group("other"), moved] : [moved, Self.group("other")]
                    try mount.update(Self.text(groups[0], groups[1]))
                    _ = await process.log.wait(for: "active member is on record", "group.name=other", holder)
                    _ = await process.log.wait(after: count, for: "move complete", "group.name=web", "to=db-")
                    await Self.waitForHealth(process, of: "other", after: count)
                }
                let audit = await stage.audit("web")
                #expect(audit.sequence.filter { !$0.isEmpty } == [["web-0"]], "\(audit.sequence)")
            }
        }

        @Test func twoRolesOverTheSamePodsAreProbedMovedAndRecordedEachForItself() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                for role in ["read", "write"] {
                    try await stage.sandbox.apply(
                        Manifests.service("web").replacing("name: web", with: "name: \(role)")
                            .replacing("role: active", with: "example.com/\(role): active")
                    )
                }
                let group = { (name: String) in
                    Manifests.group(
                        name,
                        "roleLabel: {key: example.com/\(name)}, priorities: [{pod: web-0, priority: 200}]"
                            .replacing(", priorities", with: "\n  priorities")
                    )
                }
                let arguments = try await stage.arguments(groups: [group("read"), group("write")])
                let checked = try await SupervisorProcess.finish(
                    ["validate", "--strict", "--cluster", "--kubeconfig", arguments[4], arguments[2]]
                )
                #expect(checked.code == 0, "\(checked.text)")
                _ = try await SupervisorProcess.run(arguments) { process in
                    for name in ["read", "write"] {
                        try await stage.sandbox.wait(for: "\(name) to settle") { store in
                            await Self.active(store, by: "example.com/\(name)") == ["web-0"]
                        }
                        await Self.waitForHealth(process, of: name, after: 0)
                    }
                    // A planned move of one role leaves the other where it is.
                    #expect(try await stage.request(["switchover", "write", "--to", "web-1"]).code == 0)
                    #expect(await Self.active(stage.sandbox.store, by: "example.com/write") == ["web-1"])
                    #expect(await Self.active(stage.sandbox.store, by: "example.com/read") == ["web-0"])
                    // A pod that fails loses the roles that it has, and no other.
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "move complete", "group.name=read", "the active pod is unhealthy")
                }
                for role in ["read", "write"] {
                    #expect(await Self.active(stage.sandbox.store, by: "example.com/\(role)") == ["web-1"])
                    let audit = RoleAudit(
                        await stage.sandbox.store.history,
                        namespace: "default",
                        key: "example.com/\(role)"
                    ) {
                        $0["metadata"]["labels"]["app"] == "web"
                    }
                    #expect(audit.violations.isEmpty && audit.moves == 1)
                }
                for pod in await Self.pods(stage.sandbox.store) {
                    let epochs = pod["metadata"]["annotations"]
                    #expect(epochs["epoch.kube-standby.io/read"] == "2" && epochs["epoch.kube-standby.io/write"] == "2")
                }
            }
        }

        @Test func ofTwoGroupsThatWouldWriteTheSameLabelTheLaterWaitsAndSaysSo() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                try await stage.sandbox.apply(Manifests.service("web").replacing("name: web", with: "name: other"))
                let groups = [Manifests.group("web"), Manifests.group("other")]
                let arguments = try await stage.arguments(groups: groups)
                let checked = try await SupervisorProcess.finish(
                    ["validate", "--cluster", "--kubeconfig", arguments[4], arguments[2]]
                )
                #expect(checked.code == 1)
                let words = "pod \"web-0\" is a member of group \"web\", too, and both would write its label \"role\""
                #expect(checked.text.contains("groups[1].service: \(words)"), "\(checked.text)")
                let (mount, running) = try await Self.start(stage, Self.text(groups[0], groups[1]))
                _ = try await SupervisorProcess.run(running) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    let line = await process.log.wait(for: "group waits", "group.name=other", "is a member of group")
                    #expect(line != nil)
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: holder)
                    let lease = ObjectKey(.leases, namespace: "default", name: "kube-standby-other")
                    #expect((try? await stage.sandbox.store.get(lease)) == nil, "it writes nothing")
                    // It goes on where the other leaves off.
                    try mount.update(Self.text(groups[1]))
                    _ = await process.log.wait(
                        for: "active member is on record",
                        "group.name=other",
                        "member.name=\(second)"
                    )
                    #expect(await process.log.lines.contains { $0.contains("group resumes") && $0.contains("other") })
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }
    }
}
