import Foundation
import NIOHTTP1
import Sandbox
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// What people are told, with the real binary.
    @Suite struct NotificationScenarioTests {
        /// The pod that fails is left, and whoever asked for that is told with the secret of a file, and nothing of it is logged.
        @Test func aFailoverIsToldAndNoSecretIsLogged() async throws {
            try await PostReceiver.run { receiver in
                try await Stage.run { stage in
                    try await stage.place("web")
                    let token = try stage.write("token", "Bearer hush\n")
                    let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                    let url = "http://user:hush@127.0.0.1:\(receiver.port)/hook?key=hush"
                    let notification = """
                        notifications:
                        - httpPost: {url: "\(url)", headers: [{name: X-Token, valueFile: \(token)}]}
                          on: [Failover]
                          template: '{"text": "$(reason) $(namespace)/$(group) $(from) $(to) $(count): $(message)"}'

                        """
                    try stage.append(notification, to: arguments[2])
                    _ = try await SupervisorProcess.run(arguments) { process in
                        let holder = try await stage.waitUntilSettled("web")
                        for pod in ["web-0", "web-1", "web-2"] {
                            _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                        }
                        await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                        let next = try await stage.waitUntilSettled("web", otherThan: holder)
                        var texts: [String] = []
                        for await post in receiver.posts {
                            #expect(
                                post.path == "/hook?key=hush" && post.headers.first(name: "X-Token") == "Bearer hush"
                            )
                            #expect(post.headers.first(name: "Content-Type") == "application/json")
                            let body = try JSONDecoder().decode([String: String].self, from: Data(post.body.utf8))
                            texts.append(body["text"] ?? "")
                            if texts.last?.hasPrefix("FailedOver default/web \(holder) \(next) 1") ?? false { break }
                        }
                        #expect(
                            texts.contains { $0.hasPrefix("FailingOver default/web \(holder) \(next)") },
                            "\(texts)"
                        )
                        #expect(await !process.log.text.contains("hush"))
                    }
                }
            }
        }

        /// A receiver that refuses is in nobody's way, a changed file tells another one, and both are counted.
        @Test func aReloadTellsAnotherReceiver() async throws {
            try await PostReceiver.run(answering: .notFound) { refusing in
                try await PostReceiver.run { receiver in
                    try await Stage.run { stage in
                        try await stage.place("web")
                        let arguments = try await stage.arguments(
                            groups: [Manifests.group("web")],
                            ["--listen", "127.0.0.1:0"]
                        )
                        let entry = { @Sendable (port: Int) in
                            "notifications:\n- {httpPost: {url: \"http://127.0.0.1:\(port)/\"}, on: [Promoted, ConfigReloaded]}\n"
                        }
                        let plain = try String(contentsOfFile: arguments[2], encoding: .utf8)
                        _ = try stage.write("config.yaml", plain + entry(refusing.port))
                        _ = try await SupervisorProcess.run(arguments) { process in
                            let holder = try await stage.waitUntilSettled("web")
                            _ = await process.log.wait(for: "a notification was not taken", "127.0.0.1", "HTTP 404")
                            _ = try stage.write("config.yaml", plain + entry(receiver.port))
                            for await post in receiver.posts {
                                #expect(post.body.contains(#""reason": "ConfigReloaded""#))
                                break
                            }
                            let next = holder == "web-0" ? "web-1" : "web-0"
                            _ = try await stage.request(["switchover", "web", "--to", next])
                            for await post in receiver.posts {
                                #expect(
                                    post.body.contains(#""reason": "Promoted""#)
                                        && post.body.contains(#""to": "\#(next)""#)
                                )
                                break
                            }
                            let metrics = try await Self.metrics(of: process)
                            #expect(metrics.contains("kube_standby_notifications_total{result=\"sent\"}"), "\(metrics)")
                            #expect(metrics.contains("kube_standby_notifications_total{result=\"failed\"}"))
                        }
                    }
                }
            }
        }

        private static func metrics(of process: SupervisorProcess) async throws -> String {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            let request = HTTPRequest("GET", "http://127.0.0.1:\(try await process.operationsPort())/metrics")
            return String(decoding: try await loop.response(to: request).body, as: UTF8.self)
        }
    }
}

extension Stage {
    fileprivate func append(_ text: String, to file: String) throws {
        _ = try write("config.yaml", try String(contentsOfFile: file, encoding: .utf8) + text)
    }
}
