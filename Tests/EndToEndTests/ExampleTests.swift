import Foundation
import Sandbox
import TestedCluster
import Testing
import YAMLDocument

extension EndToEndTests {
    /// What a user would apply works as it is, with the rights that it grants and no others.
    @Suite struct ExampleTests {
        private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "examples")

        private func read(_ name: String, of example: String = "helloworld") throws -> String {
            try String(contentsOf: Self.folder.appending(path: "\(example)/\(name)"), encoding: .utf8)
        }

        /// The objects of a manifest.
        private func objects(_ name: String) throws -> [JSONValue] {
            try YAMLDocument.parseStream(Array(try read(name).utf8)).map { JSONValue($0) }
        }

        @Test func theLoopOfTheArticleIsReplacedAndNothingElseChanges() async throws {
            let configuration = try #require(
                try objects("supervisor.yaml").first { $0["kind"] == "ConfigMap" }?["data"]["config.yaml"].string
            )
            #expect(configuration.contains("helloworld-svc"))
            try await Stage.run { stage in
                try await stage.sandbox.apply(try read("application.yaml"))
                try await stage.sandbox.wait(for: "two pods to run") { store in
                    await store.list(.pods, namespace: "default").count { $0["status"]["podIP"] != .null } == 2
                }
                // As the loop left them.
                for (pod, role) in [("helloworld-statefulset-0", "active"), ("helloworld-statefulset-1", "passive")] {
                    try await stage.sandbox.apply(
                        "{apiVersion: v1, kind: Pod, metadata: {name: \(pod), labels: {role: \(role)}}}"
                    )
                }
                try await stage.sandbox.apply(try read("supervisor.yaml"))
                await stage.sandbox.authentication.admit(
                    token: "few",
                    .serviceAccount("kube-standby", namespace: "default")
                )
                var arguments = try await stage.arguments(groups: [], token: "few")
                arguments[2] = try stage.write("example.yaml", configuration)
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "active member is on record", "helloworld-statefulset-0")
                    _ = await process.log.wait(for: "member.name=helloworld-statefulset-1", "healthy")
                    await stage.sandbox.applications.set(
                        .status(500),
                        pod: "helloworld-statefulset-0",
                        namespace: "default"
                    )
                    try await stage.sandbox.waitForEndpoints(["helloworld-statefulset-1"], of: "helloworld-svc")
                    try await stage.sandbox.wait(for: "the Event") { store in
                        await store.list(.events, namespace: "default").contains { $0["reason"] == "FailedOver" }
                    }
                    let log = await process.log.text
                    #expect(!log.contains("may not"), "\(log)")
                }
                let audit = RoleAudit(await stage.sandbox.store.history, namespace: "default")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// The replica that lags least takes over, with the rights that are printed.
        @Test func theReplicaThatLagsLeastTakesOver() async throws {
            try await Stage.run { stage in
                try await stage.sandbox.apply(try read("application.yaml", of: "replica-lag"))
                try await stage.sandbox.wait(for: "three pods to run") { store in
                    await store.list(.pods, namespace: "default").count { $0["status"]["podIP"] != .null } == 3
                }
                for (pod, lag) in [("replica-0", 0), ("replica-1", 4096), ("replica-2", 17)] {
                    let body = "{\"lag\": {\"bytes\": \(lag)}}"
                    await stage.sandbox.applications.set(.body(body), pod: pod, namespace: "default")
                }
                try await stage.label("replica-0", role: "active")
                // A machine that is busy takes its time to read answers.
                let text = try read("config.yaml", of: "replica-lag")
                    .replacing("timeoutSeconds: 0.5", with: "timeoutSeconds: 10")
                let configuration = try stage.write("example.yaml", text)
                let (manifests, code) = try await SupervisorProcess.finish(["rbac", "--config", configuration])
                #expect(code == 0)
                try await stage.sandbox.apply(manifests)
                await stage.sandbox.authentication.admit(
                    token: "few",
                    .serviceAccount("kube-standby", namespace: "default")
                )
                var arguments = try await stage.arguments(groups: [], token: "few")
                arguments[2] = configuration
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "active member is on record", "replica-0")
                    for pod in ["replica-1", "replica-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "healthy")
                    }
                    try await stage.sandbox.store.delete(ObjectKey(.pods, namespace: "default", name: "replica-0"))
                    try await stage.sandbox.waitForEndpoints(["replica-2"], of: "replica")
                }
            }
        }

        /// The budget of the example is the one that is printed, and everything fits together.
        @Test func theDrainWaitsForTheRole() async throws {
            try await Stage.run { stage in
                try await stage.sandbox.apply(try read("application.yaml", of: "drain"))
                try await stage.sandbox.apply(try read("budget.yaml", of: "drain"))
                try await stage.sandbox.wait(for: "two pods to run") { store in
                    await store.list(.pods, namespace: "default").count { $0["status"]["podIP"] != .null } == 2
                }
                let kubeconfig = try await stage.arguments(groups: [])[4]
                let file = try stage.write("example.yaml", try read("config.yaml", of: "drain"))
                let (budget, printed) = try await SupervisorProcess.finish(["pdb", "--config", file])
                let expected = try read("budget.yaml", of: "drain").split(separator: "\n")
                #expect(printed == 0 && budget.split(separator: "\n") == expected, "\(budget)")
                let (manifests, code) = try await SupervisorProcess.finish(["rbac", "--config", file])
                #expect(code == 0 && manifests.contains("nodes"), "\(manifests)")
                try await stage.sandbox.apply(manifests)
                let user = "system:serviceaccount:default:kube-standby"
                let valid = try await SupervisorProcess.finish(
                    ["validate", "--strict", "--cluster", "--kubeconfig", kubeconfig, "--as", user, file]
                )
                #expect(valid.code == 0, "\(valid.text)")
            }
        }

        /// The cluster is as the configuration needs it, and the rights that are printed are those that are needed.
        @Test(arguments: [
            ("endpointslice", "ledger-kube-standby-ipv4"), ("licensed", "delete"), ("hooks", "pods/exec"),
        ])
        func theExampleFits(example: String, right: String) async throws {
            try await Stage.run { stage in
                try await stage.sandbox.apply(try read("application.yaml", of: example))
                try await stage.sandbox.wait(for: "two pods to run") { store in
                    await store.list(.pods, namespace: "default").count { $0["status"]["podIP"] != .null } == 2
                }
                var arguments = try await stage.arguments(groups: [])
                arguments[2] = try stage.write("example.yaml", try read("config.yaml", of: example))
                let (manifests, code) = try await SupervisorProcess.finish(["rbac", "--config", arguments[2]])
                #expect(code == 0 && manifests.contains(right), "\(manifests)")
                try await stage.sandbox.apply(manifests)
                let user = "system:serviceaccount:default:kube-standby"
                let valid = try await SupervisorProcess.finish(
                    ["validate", "--strict", "--cluster", "--kubeconfig", arguments[4], "--as", user, arguments[2]]
                )
                #expect(valid.code == 0, "\(valid.text)")
            }
        }
    }
}
