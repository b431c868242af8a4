import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// The exit codes of `probe`, as its help names them.
    @Suite struct ProbeCommandTests {
        private static func probe(_ stage: Stage, _ names: [String]) async throws -> (text: String, code: Int) {
            let arguments = try await stage.arguments(groups: [Manifests.group("web"), Manifests.group("absent")])
            return try await SupervisorProcess.finish(
                ["probe"] + names + ["--config", arguments[2], "--kubeconfig", arguments[4]]
            )
        }

        @Test func tellsAMistakeFromAServerThatCannotBeReached() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let healthy = try await Self.probe(stage, ["web", "web-1"])
                #expect(healthy.code == 0, "\(healthy.text)")
                for (names, words) in [
                    (["web", "web-7"], "pod \"web-7\" is no member of the group; its members are web-0, web-1, web-2"),
                    (["nowhere"], "no group \"nowhere\"; the groups are web, absent"),
                    (["absent"], "Service \"absent\" does not exist in namespace \"default\""),
                ] {
                    let mistake = try await Self.probe(stage, names)
                    #expect(mistake.code == 1 && mistake.text.contains(words), "\(mistake)")
                }
                await stage.sandbox.applications.set(.status(500), pod: "web-1", namespace: "default")
                #expect(try await Self.probe(stage, ["web"]).code == 1)
                await stage.sandbox.server.stop()
                #expect(try await Self.probe(stage, ["web", "web-1"]).code == 2)
            }
        }
    }
}
