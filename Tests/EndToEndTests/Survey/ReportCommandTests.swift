import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `report`: the real command on what the real supervisor wrote.
    @Suite struct ReportCommandTests {
        private struct Document: Decodable {
            struct Group: Decodable {
                var name: String
                var availability: Double
                var detectingSeconds: Double
                var switchingSeconds: Double
                var moves: Int
                var causes: [String: Int]
                var isCutShort: Bool
            }

            var groups: [Group]
        }

        @Test func splitsDowntimeAndCountsCauses() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: "web-0")
                    // The end of the move is written after it.
                    try await stage.sandbox.wait(for: "the end of the move") { store in
                        let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                        let lease = try? await store.get(key)
                        let history = lease?["metadata"]["annotations"]["kube-standby.io/history"].string ?? ""
                        return history.ranges(of: "durationSeconds").count == 2
                    }
                }
                let json = try await stage.request(["report", "-o", "json", "--since", "1d"])
                let document = try JSONDecoder().decode(Document.self, from: Data(json.text.utf8))
                let group = try #require(document.groups.first)
                #expect(json.code == 0 && group.name == "web" && group.moves == 2 && group.isCutShort)
                #expect(group.causes == ["NoActive": 1, "ActiveUnhealthy": 1])
                #expect(group.detectingSeconds > 0 && group.switchingSeconds > 0 && group.availability < 1)
                let table = try await stage.request(["report", "web"])
                #expect(table.code == 0 && table.text.hasPrefix("NAMESPACE  GROUP"), "\(table.text)")
                #expect(table.text.contains("1 ActiveUnhealthy, 1 NoActive"), "\(table.text)")
                let history = try await stage.request(["history", "web"])
                #expect(history.text.contains("FAILED FOR"), "\(history.text)")
                let other = try await stage.request(["report", "other"])
                #expect(other.code == 1 && other.text.contains("has no Lease kube-standby-other"), "\(other.text)")
                #expect(try await stage.request(["report", "--since", "90d"]).code == 64)
            }
        }
    }
}
