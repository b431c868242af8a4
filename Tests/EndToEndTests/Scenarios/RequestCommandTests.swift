import Foundation
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// `switchover`, `pause`, `resume`, `fence`, `unfence`, `history`: the real commands and the real supervisor.
    @Suite struct RequestCommandTests {
        @Test func switchesOverAndTellsHowLongNobodyWasActive() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    let moved = try await stage.request(["switchover", "web", "--to", "web-2"])
                    #expect(moved.code == 0)
                    #expect(moved.text.hasPrefix("web: moved from web-0 to web-2 in "), "\(moved.text)")
                    #expect(moved.text.contains("nobody was active for "))
                    try await stage.expect("web", toSettleOn: "web-2")
                    let again = try await stage.request(["switchover", "web", "--to", "web-2"])
                    #expect(again.code == 0 && again.text == "web: web-2 is active already")
                    let unknown = try await stage.request(["switchover", "web", "--to", "web-7"])
                    #expect(unknown.code == 1)
                    #expect(
                        unknown.text == "web: refused: the group has no pod web-7; its pods are web-0, web-1, web-2"
                    )
                    try await theHistoryIsTold(stage)
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        private func theHistoryIsTold(_ stage: Stage) async throws {
            let table = try await stage.request(["history", "web"])
            #expect(
                table.code == 0 && table.text.contains("web-0") && table.text.contains("a switchover was requested")
            )
            let json = try await stage.request(["history", "web", "-o", "json"])
            let moves = try JSONDecoder().decode([Move].self, from: Data(json.text.utf8))
            #expect(moves.map(\.cause) == ["NoActive", "Switchover"] && moves.last?.to == "web-2")
            #expect(moves.allSatisfy { $0.durationSeconds != nil } && moves.last?.nobodyActiveSeconds != nil)
        }

        private struct Move: Decodable {
            var cause: String
            var to: String?
            var durationSeconds: Double?
            var nobodyActiveSeconds: Double?
        }

        /// A fence and a pause hold for the group's name: who renames it is told.
        @Test func whatAGroupLeavesBehindIsTold() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    #expect(try await stage.request(["fence", "web", "web-1"]).code == 0)
                    #expect(try await stage.request(["pause", "web"]).code == 0)
                    let renamed = Manifests.group("web").replacing("- name: web", with: "- name: site")
                    let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
                    try (head + renamed).write(toFile: arguments[2], atomically: true, encoding: .utf8)
                    let words =
                        "the fences of web-1 and a pause stay on its Lease and hold for no group of another name"
                    _ = await process.log.wait(for: words)
                    try await stage.sandbox.wait(for: "the Event of it") { store in
                        await store.list(.events, namespace: "default").contains {
                            $0["reason"] == "RequestsLeftBehind" && $0["note"].string?.contains(words) ?? false
                        }
                    }
                }
            }
        }

        @Test func pausesFencesAndResumes() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    #expect(
                        try await stage.request(["fence", "web", "web-1"]).text == "web: web-1 will not be promoted"
                    )
                    #expect(try await stage.request(["pause", "web", "--for", "30m"]).code == 0)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "move withheld", "to=web-2")
                    let resumed = try await stage.request(["resume", "web", "-o", "json"])
                    #expect(resumed.code == 0 && resumed.text.contains("\"outcome\" : \"Done\""))
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                    let fenced = try await stage.request(["fence", "web", "web-2"])
                    #expect(
                        fenced.code == 0 && fenced.text.hasPrefix("web: moved from web-2 to nobody"),
                        "\(fenced.text)"
                    )
                    #expect(try await stage.request(["unfence", "web", "web-1"]).code == 0)
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    let refused = try await stage.request(["unfence", "web", "web-1"])
                    #expect(refused.code == 1 && refused.text.contains("web-1 is not fenced; fenced are web-2"))
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// 6, and whoever steps in: the requests' effects are on the Lease, not in a process.
        @Test func aPauseAndAFenceSurviveTheSupervisor() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.waitUntilSettled("web")
                    let fenced = try await stage.request(["fence", "web", "web-1"])
                    let paused = try await stage.request(["pause", "web"])
                    #expect(fenced.code == 0 && paused.code == 0)
                }
                await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "move withheld", "to=web-2")
                    let resumed = try await stage.request(["resume", "web"])
                    let next = try await stage.waitUntilSettled("web", otherThan: "web-0")
                    #expect(resumed.code == 0 && next == "web-2")
                }
            }
        }

        @Test func takesARequestBackThatNobodyAnswers() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let missing = try await stage.request(["switchover", "web"])
                #expect(missing.code == 2 && missing.text.contains("has no record"), "\(missing.text)")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in try await stage.waitUntilSettled("web") }
                let unanswered = try await stage.request(["switchover", "web", "--timeout", "0.3"])
                #expect(
                    unanswered.code == 2 && unanswered.text.contains("the request was taken back"),
                    "\(unanswered.text)"
                )
                let lease = try await stage.sandbox.store.get(
                    ObjectKey(.leases, namespace: "default", name: "kube-standby-web")
                )
                #expect(lease["metadata"]["annotations"]["kube-standby.io/request"] == .null)
            }
        }

        @Test func whoMayNotPatchTheLeaseMayRequestNothing() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.waitUntilSettled("web")
                    try await stage.sandbox.admit(
                        token: "reader",
                        user: "reader",
                        rules: [
                            PolicyRule(groups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get"])
                        ]
                    )
                    let refused = try await stage.request(["switchover", "web"], token: "reader")
                    #expect(refused.code == 2 && refused.text.contains("may not patch leases"), "\(refused.text)")
                    #expect(try await stage.request(["history", "web"], token: "reader").code == 0)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        @Test(arguments: ["3x", "", "0", "31d", "-5m"])
        func saysWhatASpanOfTimeLooksLike(text: String) async throws {
            let (words, code) = try await SupervisorProcess.finish(["pause", "web", "--for", text])
            #expect(code == 64 && words.contains("90s, 30m or 1h30m"), "\(words)")
        }
    }
}
