import Foundation
import Sandbox
import TestedCluster
import Testing

@testable import kube_standby

extension EndToEndTests {
    /// What is secret is printed nowhere, whatever goes wrong.
    @Suite struct SecretTests {
        /// What an application wants to be asked with.
        private static let password = "planted-password-5c1e"

        /// `end`: what the header's value ends with, in YAML.
        private static func group(end: String = "") -> String {
            let header = "httpHeaders: [{name: Authorization, value: \"Bearer \(password)\(end)\"}]"
            return Manifests.group(
                "web",
                probe: "{httpGet: {path: /health, port: http, \(header)}, periodSeconds: 2, timeoutSeconds: 1.9}"
            )
        }

        /// Everything that the real binary prints and serves while all of this goes wrong has neither the token nor the password.
        @Test func nothingThatIsPrintedHasThem() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let more = ["--log-level", "trace", "--listen", "127.0.0.1:0"]
                let arguments = try await stage.arguments(groups: [Self.group()], more)
                let good = try String(contentsOfFile: arguments[2], encoding: .utf8)
                let (printed, _) = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: holder)
                    for code in [401, 403, 429, 500] {
                        await stage.sandbox.control.add(Fault(.refuse(code: code, retryAfter: nil), count: 3))
                    }
                    await stage.sandbox.control.cutWatches()
                    try (good + "  - {name: 7}\n").write(toFile: arguments[2], atomically: true, encoding: .utf8)
                    _ = await process.log.wait(for: "configuration refused")
                    await stage.sandbox.server.stop()
                    _ = await process.log.wait(for: "error", "leases")
                    try await stage.sandbox.server.start()
                    await stage.sandbox.control.removeFaults()
                    let port = try await process.operationsPort()
                    var served = ""
                    for path in ["metrics", "api/v1/groups", "api/v1/groups/default/web", ""] {
                        served += try await ShellRun.run("curl -s http://127.0.0.1:\(port)/\(path)").output
                    }
                    #expect(served.contains("kube_standby_build_info") && served.contains("\"settings\""))
                    return await process.log.text + served
                }
                Self.expectClean(printed)
                let objects =
                    await stage.sandbox.store.list(.events, namespace: "default")
                    + stage.sandbox.store.list(.leases, namespace: "default")
                #expect(!objects.isEmpty)
                Self.expectClean("\(objects)")
            }
        }

        /// Commands that end by themselves, right and wrong.
        @Test func noCommandPrintsThem() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Self.group()])
                let (config, kubeconfig) = (arguments[2], arguments[4])
                let wrong = try stage.write("wrong.yaml", configuration: [Self.group() + "  priority: x\n"])
                let twoLines = try stage.write("lines.yaml", configuration: [Self.group(end: "\\n")])
                let other = try stage.write(
                    "other-kubeconfig",
                    await stage.sandbox.kubeconfig(token: Self.password)
                )
                for command in [
                    ["validate", "--cluster", "--kubeconfig", kubeconfig, config], ["validate", wrong],
                    ["validate", twoLines], ["rbac", "--config", twoLines],
                    ["validate", "--cluster", "--kubeconfig", other, config],
                    ["probe", "web", "--config", config, "--kubeconfig", kubeconfig, "--verbose"],
                    ["status", "--kubeconfig", kubeconfig], ["status", "--kubeconfig", other],
                    ["explain", "web", "--config", config, "--kubeconfig", kubeconfig],
                    ["switchover", "web", "--kubeconfig", other, "--timeout", "1"],
                    ["rbac", "--config", config], ["report", "--kubeconfig", other],
                ] {
                    let outcome = try await SupervisorProcess.finish(command)
                    #expect(!outcome.text.isEmpty, "\(command)")
                    Self.expectClean(outcome.text, "\(command.prefix(2))")
                }
            }
        }

        /// Who reads the log may not be who reads the file: warnings and mistakes at the start have a place and words, and no line of it.
        @Test func theStartQuotesNoLine() async throws {
            try await Stage.run { stage in
                let url = "http://user:\(Self.password)@127.0.0.1:1/?key=\(Self.password)"
                let hook = "  hooks: {onPromote: {httpPost: {url: \"\(url)\", tls: {verify: false, serverName: a}}}}\n"
                let arguments = try await stage.arguments(groups: [Manifests.group("web") + hook])
                let (text, _) = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "supervising")
                    return await process.log.text
                }
                #expect(text.contains("warning:") && text.contains("hooks"))
                Self.expectClean(text)
                let wrong = try stage.write("wrong.yaml", configuration: [Self.group() + "  priority: x\n"])
                let twoLines = try stage.write("lines.yaml", configuration: [Self.group(end: "\\n")])
                for file in [wrong, twoLines] {
                    let mistake = try await SupervisorProcess.finish(["run", "--config", file])
                    #expect(mistake.code == 1 && mistake.text.contains("error:"))
                    Self.expectClean(mistake.text)
                }
            }
        }

        /// As HTTP/1.1 has them, and as libcurl tells of HTTP/2.
        @Test(arguments: [
            ("Authorization: Bearer abc.def", "Authorization: <hidden>"),
            ("proxy-authorization: Basic YTpi", "proxy-authorization: <hidden>"),
            ("Set-Cookie: session=1; HttpOnly", "Set-Cookie: <hidden>"), ("X-Api-Key: 1 2", "X-Api-Key: <hidden>"),
            ("[HTTP/2] [1] [authorization: Bearer abc]", "[HTTP/2] [1] [authorization: <hidden>]"),
            ("Content-Type: text/plain", "Content-Type: text/plain"), ("GET /token HTTP/1.1", "GET /token HTTP/1.1"),
        ]) func hidesWhatHeadersCarry(line: String, shown: String) {
            #expect(ProbeReportText.withoutSecrets(line) == shown)
        }

        private static func expectClean(_ text: String, _ what: String = "") {
            for secret in [Sandbox.adminToken, password] {
                let lines = text.split(separator: "\n").filter { $0.contains(secret) }
                #expect(lines.isEmpty, "\(what): \(lines.first ?? "")")
            }
        }
    }
}
