import Foundation
import Glibc
import Sandbox
import Supervision
import TestedCluster
import Testing
import Transport

extension EndToEndTests {
    /// The operations port of the real binary, and who may do what there.
    @Suite struct OperationsTests {
        static let hasNamespaces = ShellRun.works(
            "unshare --net sh -c 'ip link set lo up && ip addr add 10.99.1.1/32 dev lo && ip addr del 127.0.0.1/8 dev lo'"
                + " && command -v curl && command -v nsenter"
        )
        static let hasIPv6 = ShellRun.works(
            "unshare --net sh -c 'ip link set lo up && ip -6 addr show dev lo | grep -q ::1'"
        )

        private static func descriptors(of process: SupervisorProcess) -> [Int] {
            let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processID)/fd")
            return (names ?? []).compactMap { Int($0) }
        }

        /// A connection that says nothing; closed with the last reference.
        private final class Silence: Sendable {
            let descriptor: Int32

            init(port: Int) {
                descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_port = in_port_t(port).bigEndian
                address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
                _ = unsafe withUnsafePointer(to: &address) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }

            deinit { close(descriptor) }
        }

        /// The binary while it runs, and whoever asks it.
        private struct Subject: Sendable {
            var stage: Stage
            var process: SupervisorProcess
            var port: Int
            var loop: EventLoop

            func ask(
                _ method: String,
                _ path: String,
                _ headers: [HTTPRequest.Header] = []
            ) async throws -> (code: Int, text: String) {
                var request = HTTPRequest(method, "http://127.0.0.1:\(port)\(path)")
                request.timeout = .seconds(60)
                request.headers = headers
                request.connection = .single
                let response = try await loop.response(to: request)
                return (response.head.status, String(decoding: response.body, as: UTF8.self))
            }
        }

        /// Runs the binary with one group that has settled, and whose active pod is known to serve.
        private static func run(
            within launcher: [String] = [],
            _ body: @Sendable @escaping (Subject) async throws -> Void
        ) async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                try await stage.place("web")
                let groups = [Manifests.group("web")]
                let arguments = try await stage.arguments(groups: groups, ["--listen", "127.0.0.1:0"])
                _ = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    let port = try await process.operationsPort()
                    try await stage.waitUntilSettled("web")
                    let subject = Subject(stage: stage, process: process, port: port, loop: loop)
                    try await Asking.until("web to serve") {
                        try await subject.ask("GET", "/active/default/web").code == 200
                    }
                    try await body(subject)
                }
            }
        }

        /// A load balancer's question, a script's, and Prometheus'.
        @Test func tellsWhereAGroupStands() async throws {
            try await Self.run { subject in
                // The cluster shows the role before the supervisor has the answer that it gave it.
                _ = await subject.process.log.wait(for: "move complete")
                let holder = try await subject.stage.waitUntilSettled("web")
                for pod in ["web-0", "web-1", "web-2"] {
                    _ = await subject.process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                }
                let (code, text) = try await subject.ask("GET", "/api/v1/groups/default/web")
                let group = try JSONDecoder().decode(GroupStatus.self, from: Data(text.utf8))
                #expect(code == 200 && group.active == [holder] && group.members.count == 3)
                let next = try #require(group.next)
                #expect(try await subject.ask("GET", "/active/default/web").text == "\(holder)\n")
                await subject.stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                try await subject.stage.expect("web", otherThan: holder, toSettleOn: next)
                _ = await subject.process.log.wait(for: "move complete", "to=\(next)")
                let metrics = try await subject.ask("GET", "/metrics").text
                let owner = #"group="web",namespace="default""#
                #expect(metrics.contains(#"kube_standby_member_healthy{\#(owner),member="\#(holder)"} 0"#))
                #expect(metrics.contains("kube_standby_group_active_members{\(owner)} 1"))
                let after = try await subject.ask("GET", "/api/v1/groups")
                #expect(after.text.contains(#""active":["\#(next)"]"#) && after.text.contains("activeSince"))
            }
        }

        /// Prometheus' own tool reads what Prometheus would be told.
        @Test(.enabled(if: ShellRun.works("command -v promtool"))) func promtoolFindsNothingWrongWithTheMetrics()
            async throws
        {
            try await Self.run { subject in
                let file = try subject.stage.write("metrics.txt", try await subject.ask("GET", "/metrics").text)
                let run = try await ShellRun.run("promtool check metrics < \(file)")
                #expect(run.code == 0 && (run.output + run.errors).isEmpty, "\(run.output + run.errors)")
            }
        }

        /// Requests of every kind that the document allows, and many that it does not: the answers are those that it describes.
        @Test(.enabled(if: ShellRun.works("command -v schemathesis"))) func theDocumentHoldsForEveryRequest()
            async throws
        {
            try await Self.run { subject in
                let run = try await ShellRun.run(
                    """
                    cd "$1" && schemathesis run "http://127.0.0.1:$2/api/v1/openapi.json" --exclude-path /api/v1/events \
                        --max-examples 40 --generation-deterministic --no-color
                    """,
                    [subject.stage.folder.path(percentEncoded: false), "\(subject.port)"],
                    limit: .seconds(240)
                )
                #expect(
                    run.code == 0 && run.output.contains("No issues found"),
                    "\(run.output.suffix(4000))\(run.errors)"
                )
            }
        }

        @Test func twoHundredSilentConnectionsTakeSixtyFourDescriptors() async throws {
            try await Self.run { subject in
                let before = Self.descriptors(of: subject.process).count
                var silent: [Silence] = []
                for _ in 0..<200 {
                    silent.append(Silence(port: subject.port))
                    let (code, _) = try await subject.ask("GET", "/livez")
                    #expect(code == 200)
                }
                let after = Self.descriptors(of: subject.process).count
                #expect(after <= before + 64 + 16, "\(before), \(after)")
                withExtendedLifetime(silent) {}
            }
        }

        /// More connections than there are descriptors: some go, health is answered, and the runtime finds its few.
        @Test(.enabled(if: ShellRun.works("command -v prlimit"), "prlimit of util-linux is not there"))
        func livenessIsAnsweredWhenDescriptorsAreShort() async throws {
            let limit = 128
            try await Self.run(within: ["/usr/bin/env", "prlimit", "--nofile=\(limit):\(limit)"]) {
                (subject: Subject) async throws -> Void in
                var silent = (0..<64).map { _ in Silence(port: subject.port) }
                var most = 0
                for _ in 0..<40 {
                    // Who says nothing for 10 s is closed: on a slow machine the first ones may be gone before the last question.
                    silent.append(Silence(port: subject.port))
                    #expect(try await subject.ask("GET", "/livez").code == 200)
                    most = max(most, Self.descriptors(of: subject.process).count)
                }
                #expect(most > limit * 3 / 4, "they were not short: \(most)")
                withExtendedLifetime(silent) {}
                #expect(await subject.stage.audit("web").moves == 0)
            }
        }

        /// The arguments of `run` for a server that is not there: health does not depend on it.
        private static func arguments(_ stage: Stage, _ more: [String]) async throws -> [String] {
            var arguments = try await stage.arguments(groups: [Manifests.group("web")], ["--listen", ":0"] + more)
            let away = "\(await stage.sandbox.kubeconfig())".replacing(
                /https:\/\/127.0.0.1:\d+/,
                with: "https://127.0.0.1:1"
            )
            arguments[4] = try stage.write("away", away)
            return arguments
        }

        private static func launcher(_ preparation: String) -> [String] {
            ["/usr/bin/env", "unshare", "--net", "sh", "-c", "ip link set lo up; \(preparation); exec \"$0\" \"$@\""]
        }

        /// Asks from within the process's network.
        private static func curl(_ process: SupervisorProcess, _ arguments: String) async throws -> String {
            let command = "nsenter -t \(process.processID) -n curl -sg -m 20 -w ' %{http_code}' \(arguments)"
            return try await ShellRun.run(command).output.replacing("\n", with: "")
        }

        @Test(
            .enabled(if: hasNamespaces, "needs the right to make network namespaces, ip, nsenter and curl"),
            .enabled(if: hasIPv6, "this kernel has no IPv6")
        )
        func listensWhereThereIsNoIPv4() async throws {
            try await Stage.run { stage in
                let arguments = try await Self.arguments(stage, [])
                let launcher = Self.launcher("ip addr del 127.0.0.1/8 dev lo")
                _ = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    let port = try await process.operationsPort()
                    #expect(try await Self.curl(process, "http://[::1]:\(port)/livez") == "ok 200")
                }
            }
        }

        @Test(
            .enabled(if: hasNamespaces, "needs the right to make network namespaces, ip, nsenter and curl"),
            arguments: [
                "true", "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6", "echo 1 >/proc/sys/net/ipv6/bindv6only",
            ]
        )
        func listensWithIPv4WhateverIPv6Is(preparation: String) async throws {
            try await Stage.run { stage in
                let arguments = try await Self.arguments(stage, [])
                let launcher = Self.launcher("\(preparation) 2>/dev/null")
                _ = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    let port = try await process.operationsPort()
                    #expect(try await Self.curl(process, "http://127.0.0.1:\(port)/livez") == "ok 200")
                }
            }
        }

        @Test(.enabled(if: hasNamespaces, "needs the right to make network namespaces, ip, nsenter and curl"))
        func reloadsForThisMachineOnlyUnlessTheOperatorNamesOthers() async throws {
            try await Stage.run { stage in
                for (blocks, expected) in [([String](), "403"), (["--reload-from", "10.99.1.0/24"], "200")] {
                    let arguments = try await Self.arguments(stage, blocks)
                    let launcher = Self.launcher("ip addr add 10.99.1.1/32 dev lo")
                    _ = try await SupervisorProcess.run(arguments, within: launcher) { process in
                        let port = try await process.operationsPort()
                        let reload = "-X POST http://10.99.1.1:\(port)/-/reload"
                        #expect(
                            try await Self.curl(process, "--interface 10.99.1.1 \(reload)").hasSuffix(" \(expected)")
                        )
                        let own = "-X POST http://127.0.0.1:\(port)/-/reload"
                        #expect(try await Self.curl(process, own) == "1 unchanged 200")
                    }
                }
            }
        }

        @Test func aReloadShowsNoTextOfTheFileAndFloodsNoLog() async throws {
            try await Self.run { subject in
                let bad = """
                    apiVersion: kube-standby.io/v1
                    kind: StandbyConfiguration
                    groups:
                    - name: web
                      service: web
                      probe: {httpGet: {port: 1, httpHeaders: [{name: Authorization, value: Bearer hunter2, x: y}]}}

                    """
                _ = try subject.stage.write("config.yaml", bad)
                let path = "/-/reload"
                let (code, text) = try await subject.ask("POST", path)
                #expect(code == 500 && text.contains("\n6:") && text.contains("groups[0].probe.httpGet"), "\(text)")
                #expect(!text.contains("hunter2") && !text.contains("Bearer"), "\(text)")
                for _ in 0..<50 { #expect(try await subject.ask("POST", path).code == 500) }
                let foreign = try await subject.ask("POST", path, [.init("Origin", "http://evil.example")])
                #expect(foreign.code == 403)
                let rebound = try await subject.ask("POST", path, [.init("Host", "evil.example")])
                #expect(rebound.code == 403)
                #expect(try await subject.ask("GET", path).code == 405)
                // What was logged before this is in the log when this is.
                subject.process.send(SIGHUP)
                _ = await subject.process.log.wait(for: "configuration refused", "by=SIGHUP")
                let lines = await subject.process.log.lines.filter { $0.contains("configuration refused") }
                #expect(lines.count { $0.contains("by=POST") } == 1, "\(lines)")
            }
        }
    }
}
