import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// One request to many groups, and who asked.
    @Suite struct ManyGroupsTests {
        private func run(_ body: @Sendable @escaping (Stage) async throws -> Void) async throws {
            try await Stage.run { stage in
                for name in ["web", "db"] { try await stage.place(name, replicas: 2) }
                let arguments = try await stage.arguments(groups: [Manifests.group("web"), Manifests.group("db")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    for name in ["web", "db"] {
                        try await stage.waitUntilSettled(name)
                        for number in 0..<2 {
                            _ = await process.log.wait(for: "member.name=\(name)-\(number)", "healthy")
                        }
                    }
                    try await body(stage)
                }
            }
        }

        @Test func eachGroupIsNamedAndAnswers() async throws {
            try await run { stage in
                let paused = try await stage.request(["pause", "-A", "--for", "1h"])
                let lines = paused.text.split(separator: "\n").map(String.init)
                #expect(paused.code == 0 && lines.first == "Pause of 2: default/db, default/web", "\(paused.text)")
                #expect(Set(lines.dropFirst().map { $0.prefix { $0 != ":" } }) == ["default/db", "default/web"])
                let resumed = try await stage.request(["resume", "-n", "default", "--all", "-o", "json"])
                #expect(
                    resumed.code == 0 && resumed.text.ranges(of: "\"outcome\" : \"Done\"").count == 2,
                    "\(resumed.text)"
                )
                let moved = try await stage.request(["switchover", "-A"])
                #expect(
                    moved.code == 0 && moved.text.contains("default/web: moved from web-0 to web-1"),
                    "\(moved.text)"
                )
                let nobody = try await stage.request(["pause", "-A", "-l", "team=other"])
                #expect(nobody.code == 0 && nobody.text == "no groups found")
            }
        }

        @Test func oneRefusalIsTheExitCode() async throws {
            try await run { stage in
                #expect(try await stage.request(["fence", "db", "db-1"]).code == 0)
                let moved = try await stage.request(["switchover", "-A"])
                #expect(moved.code == 1 && moved.text.contains("default/db: refused:"), "\(moved.text)")
                #expect(moved.text.contains("default/web: moved from web-0 to web-1"), "\(moved.text)")
            }
        }

        @Test func theHistorySaysWhoAsked() async throws {
            try await run { stage in
                #expect(try await stage.request(["switchover", "web"]).code == 0)
                let history = try await stage.request(["history", "web", "-n", "default", "-o", "json"])
                #expect(history.text.contains("\"by\" : \"kubernetes-admin\""), "\(history.text)")
                let report = try await stage.request(["report", "web", "-o", "json"])
                #expect(report.text.contains("\"kubernetes-admin\" : 1"), "\(report.text)")
            }
        }

        @Test(arguments: [
            ["pause"], ["pause", "web", "-A"], ["switchover", "-A", "--to", "web-1"], ["resume", "web", "-l", "a=b"],
            // What a variable of a script that is empty leaves.
            ["switchover", "-l", ""], ["pause", "-A", "-l", " , "], ["status", "-l", ""], ["pause", "web", "--all"],
            ["pause", "--all", "-l", "a=b"],
        ])
        func saysWhichGroupsAreMeant(arguments: [String]) async throws {
            #expect(try await SupervisorProcess.finish(arguments).code == 64)
        }
    }
}
