import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// What a client sees of a move by slices that asks for the Service's name, in one address family or two.
    @Suite struct SliceNamesTests {
        private static let name = "web.default.svc.cluster.local"

        /// The addresses that the name leads to, by the tool that people use.
        private static func addresses(_ stage: Stage, _ type: String = "A") async throws -> [String] {
            let server = try #require(stage.sandbox.dns)
            let done = try await ShellRun.run(
                "dig @127.0.0.1 -p \(await server.port) +short +tries=3 +time=20 \(name) \(type)"
            )
            try #require(done.code == 0, "\(done.output) \(done.errors)")
            return done.output.split(separator: "\n").map(String.init)
        }

        /// The address of a pod's family, as its status says.
        private static func address(_ stage: Stage, of pod: String, isSixth: Bool) async throws -> String {
            let key = ObjectKey(.pods, namespace: "default", name: pod)
            let all = try await stage.sandbox.store.get(key)["status"]["podIPs"].array ?? []
            return try #require(all.compactMap { $0["ip"].string }.first { $0.contains(":") == isSixth })
        }

        @Test(.enabled(if: ShellRun.works("command -v dig"), "needs dig, which make test installs"))
        func theNameLeadsToWhoeverIsActive() async throws {
            var options = Sandbox.Options()
            options.dnsPort = 0
            try await Stage.withSlices(SliceManifests.group("web", probe: SliceManifests.fastProbe), options) {
                stage,
                arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    #expect(try await Self.addresses(stage) == [Self.address(stage, of: first, isSixth: false)])
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let second = try await stage.waitUntilPublished(otherThan: first)
                    #expect(try await Self.addresses(stage) == [Self.address(stage, of: second, isSixth: false)])
                }
            }
        }

        /// Each family's slice is a write of its own: none has two endpoints at any version, nor is without one.
        @Test func twoFamiliesFollowEachOther() async throws {
            var options = Sandbox.Options()
            options.isDualStack = true
            options.dnsPort = 0
            try await Stage.run(options) { stage in
                try await stage.sandbox.apply(
                    SliceManifests.service("web", "clusterIP: None, ipFamilyPolicy: RequireDualStack")
                        + "---\n" + Manifests.statefulSet("web", replicas: 3)
                )
                try await stage.waitForPods(of: "web", count: 3)
                let group = SliceManifests.group("web", SliceManifests.freely, probe: SliceManifests.fastProbe)
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    var holder = try await stage.waitUntilPublished()
                    await stage.waitForHealth(process)
                    for _ in 0..<5 {
                        #expect(try await stage.ask("Switchover").hasPrefix("Done"))
                        holder = try await stage.waitUntilPublished(otherThan: holder)
                    }
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    holder = try await stage.waitUntilPublished(otherThan: holder)
                    let six = try await Self.address(stage, of: holder, isSixth: true)
                    try await stage.sandbox.wait(for: "the sixth family to follow") { store in
                        await SliceHistory(store.history, service: "web").versions.last?.ready["IPv6"] == [six]
                    }
                    try await stage.sandbox.wait(for: "the time between the families in the history") { store in
                        let lease = try? await store.get(Stage.record("web"))
                        let history = lease?["metadata"]["annotations"]["kube-standby.io/history"].string ?? ""
                        return history.components(separatedBy: "familyGapSeconds").count > 6
                    }
                }
                let slices = await stage.slices()
                for family in ["IPv4", "IPv6"] {
                    #expect(slices.breaches(family).isEmpty && slices.moves(family) == 6, "\(family)")
                }
                #expect(slices.returns.isEmpty, "\(slices.returns)")
            }
        }
    }
}
