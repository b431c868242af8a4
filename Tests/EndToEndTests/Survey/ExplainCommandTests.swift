import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// `explain`: the real command, the real supervisor as a pod behind the API server's proxy.
    @Suite struct ExplainCommandTests {
        @Test func explainsTimesAndWhoWouldBeNext() async throws {
            try await Stage.run { stage in
                try await stage.withSupervisorPod(try await stage.surveyArguments()) { supervisor in
                    let explained = try await stage.request(["explain", "web"])
                    #expect(explained.code == 0, "\(explained.text)")
                    for words in [
                        "web in default: web-0 is active for ", "SETTINGS (the supervisor's)", "FAILOVER TIME",
                        "unhealthy after 3 failures in a row, healthy after 1 successes", "WORST IS",
                        "IF THE ACTIVE POD FAILED NOW\n  web-1 would take over: within ", "THE OTHER PODS",
                        "the best of the healthy candidates", "as good as web-1",
                    ] { #expect(explained.text.contains(words), "\(words): \(explained.text)") }
                    #expect(try await stage.request(["pause", "web"]).code == 0)
                    // Whoever asked is answered by the record, which may be there before the supervisor hears that it is.
                    _ = await supervisor.log.wait(for: "the group is paused")
                    let paused = try await stage.request(["explain", "web", "-o", "json"])
                    #expect(paused.code == 0 && paused.text.contains("nothing by itself, for the group is paused"))
                    #expect(paused.text.contains("\"worstSeconds\""), "\(paused.text)")
                    try await theListHasNoSettings(stage)
                }
            }
        }

        /// Of thousands of groups they would be most of the answer.
        private func theListHasNoSettings(_ stage: Stage) async throws {
            let list = try await stage.request(["status", "-A", "-o", "json"])
            #expect(!list.text.contains("periodSeconds"), "\(list.text)")
        }

        @Test func theSettingsOfAFileNeedNoSupervisor() async throws {
            try await Stage.run { stage in
                let arguments = try await stage.surveyArguments()
                _ = try await SupervisorProcess.run(arguments) { _ in try await stage.waitUntilSettled("web") }
                let without = try await stage.request(["explain", "web"])
                #expect(without.code == 0 && !without.text.contains("FAILOVER TIME"), "\(without.text)")
                #expect(without.text.contains("--config FILE gives them, too"), "\(without.text)")
                let with = try await stage.request(["explain", "web", "--config", arguments[2]])
                #expect(with.code == 0 && with.text.contains("FAILOVER TIME"), "\(with.text)")
                #expect(!with.text.contains("IF THE ACTIVE POD FAILED NOW"), "\(with.text)")
                let unknown = try await stage.request(["explain", "other"])
                #expect(unknown.code == 1 && unknown.text.contains("there is no group other"), "\(unknown.text)")
                #expect(try await stage.request(["explain", "other", "--config", arguments[2]]).code == 1)
            }
        }
    }
}
