import Sandbox
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// Three replicas that lag behind, and tell how far, with the real binary.
    @Suite struct ScoreScenarioTests {
        private static func group(_ more: String = "") -> String {
            // A supervisor under the thread sanitizer takes its time to read answers.
            let score = "httpGet: {path: /lag, port: http}, value: /lag/bytes, timeoutSeconds: 10\(more)"
            return Manifests.group("web", "candidate: {score: {\(score)}}")
        }

        private static func run(
            _ group: String,
            lags: [String: Int?],
            _ body: @Sendable @escaping (Stage, SupervisorProcess) async throws -> Void
        ) async throws -> RoleAudit {
            try await Stage.run { stage in
                try await stage.place("web")
                for (pod, lag) in lags { await stage.set(lag: lag, of: pod) }
                try await stage.label("web-0", role: "active")
                let arguments = try await stage.arguments(groups: [group], ["--listen", "127.0.0.1:0"])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    try await body(stage, process)
                }
                return await stage.audit("web")
            }
        }

        /// Waits until the metrics show a score.
        private static func wait(for score: Int, of pod: String, in process: SupervisorProcess) async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            let request = HTTPRequest("GET", "http://127.0.0.1:\(try await process.operationsPort())/metrics")
            let end = ContinuousClock.now + .seconds(120)
            var text = ""
            repeat {
                try #require(.now < end, "\(text)")
                text = String(decoding: try await loop.response(to: request).body, as: UTF8.self)
            } while !text.contains(
                "kube_standby_candidate_score{group=\"web\",namespace=\"default\",member=\"\(pod)\"} \(score)\n"
            )
        }

        @Test func theOneThatLagsLeastGetsTheRole() async throws {
            let audit = try await Self.run(Self.group(), lags: ["web-1": 5000, "web-2": 12]) { stage, process in
                await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                let line = await process.log.wait(for: "move begins", "score 5000")
                #expect(line?.contains("score 12") == true)
            }
            #expect(audit.violations.isEmpty && audit.moves == 1)
        }

        /// Its body is no JSON: no score, and no failed probe either.
        @Test func whoGivesNoNumberIsTheLastChoice() async throws {
            let audit = try await Self.run(Self.group(), lags: ["web-1": nil, "web-2": 900_000]) { stage, _ in
                await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
            }
            #expect(audit.violations.isEmpty && audit.moves == 1)
        }

        /// The scores of both refuse them, so that nothing moves until one has caught up; meanwhile people are told.
        @Test func whoLagsTooFarIsRefusedUntilItHasCaughtUp() async throws {
            let group = Self.group(", refuseAbove: 100, required: true")
            let audit = try await Self.run(group, lags: ["web-1": 5000, "web-2": nil]) { stage, _ in
                await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                try await stage.waitForEvent("ScoresRefused", of: "web", "its score 5000 is above 100")
                #expect(try await stage.waitUntilSettled("web") == "web-0")
                await stage.set(lag: 100, of: "web-1")
                try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
            }
            #expect(audit.violations.isEmpty && audit.moves == 1)
        }

        /// People see what the scores are now, and nothing moves for that.
        @Test func otherScoresAloneMoveNothing() async throws {
            let audit = try await Self.run(Self.group(), lags: ["web-1": 10, "web-2": 20]) { stage, process in
                for lag in [10, 3000] {
                    await stage.set(lag: lag, of: "web-1")
                    try await Self.wait(for: lag, of: "web-1", in: process)
                }
                #expect(try await stage.waitUntilSettled("web") == "web-0")
            }
            #expect(audit.violations.isEmpty && audit.moves == 0)
        }
    }
}

extension Stage {
    /// What a pod answers, whatever it is asked; nil: nothing that is a number.
    fileprivate func set(lag: Int?, of pod: String) async {
        let body = lag.map { "{\"lag\": {\"bytes\": \($0)}}" } ?? "catching up"
        await sandbox.applications.set(.body(body), pod: pod, namespace: "default")
    }
}
