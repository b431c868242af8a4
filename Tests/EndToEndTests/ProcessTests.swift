import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing
import Transport

extension EndToEndTests {
    /// The real binary among other processes, under the machine's limits.
    @Suite struct ProcessTests {
        private static let hasUserNamespaces = ShellRun.works(
            "unshare --user --map-root-user sh -c 'echo 0 >/proc/sys/user/max_inotify_instances'"
        )
        private static let hasProcessNamespaces = ShellRun.works("unshare --pid --fork --mount-proc true")
        /// Nobody: whose number of processes can be limited, and who may read no other's environment.
        private static let nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"
        private static let canBeNobody = ShellRun.works(
            "\(nobody) test -x '\(SupervisorProcess.binary)' && command -v prlimit"
        )

        private static func group(_ command: String, timing: String = "") -> String {
            Manifests.group("web", probe: "{exec: {runIn: Supervisor, command: [/bin/sh, -c, '\(command)']}\(timing)}")
        }

        private static func failures(_ loop: EventLoop, _ process: SupervisorProcess) async throws -> Int {
            let port = try await process.operationsPort()
            var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/metrics")
            request.timeout = .seconds(60)
            let text = String(decoding: try await loop.response(to: request).body, as: UTF8.self)
            return text.firstMatch(of: /probes_total\{type="exec",result="failure"\} (\d+)/).flatMap {
                Int($0.output.1)
            } ?? 0
        }

        // MARK: Signals

        /// SIGPIPE is the first thing that a process of ours sees to: whoever rotates configurations may signal it just then.
        @Test func aHangupAtItsVeryStartDoesNotEndIt() async throws {
            try await Stage.withWeb { stage, arguments in
                let launcher = ["/usr/bin/env", "--default-signal=PIPE,HUP"]
                let (_, code) = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    let status = try await process.until("it has begun") { $0.isIgnoring(SIGPIPE) }
                    process.send(SIGHUP)
                    #expect(status.isIgnoring(SIGHUP) || status.isHandling(SIGHUP))
                    try await stage.waitUntilSettled("web")
                }
                #expect(code == 0)
            }
        }

        // MARK: inotify

        @Test(
            .enabled(if: hasUserNamespaces, "needs the right to make user namespaces"),
            arguments: ["max_inotify_instances", "max_inotify_watches"]
        )
        func reloadsWithoutInotify(limit: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("other")])
                let script = "echo 0 >/proc/sys/user/\(limit); exec \"$0\" \"$@\""
                let launcher = ["/usr/bin/env", "unshare", "--user", "--map-root-user", "sh", "-c", script]
                let (_, code) = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    let line = await process.log.wait(for: "folder is not watched", "inotify_")
                    #expect(line != nil)
                    let text = try String(contentsOfFile: arguments[2], encoding: .utf8)
                    try Data(text.replacing("other", with: "web").utf8).write(to: URL(filePath: arguments[2]))
                    _ = await process.log.wait(for: "configuration reloaded", "added web; removed other")
                    try await stage.waitUntilSettled("web")
                    #expect(await process.log.lines.count { $0.contains("is not watched") } == 1)
                }
                #expect(code == 0)
            }
        }

        // MARK: Processes

        /// Processes of nobody that wait until somebody opens a pipe.
        private static func crowd(_ count: Int, at pipe: String) async throws {
            let script = "for number in $(seq \(count)); do (read line <\(pipe)) & done; wait"
            _ = try await ShellRun.run("exec \(nobody) sh -c '\(script)'")
        }

        @Test(.enabled(if: canBeNobody, "needs root, setpriv, prlimit, and a binary that nobody may run"))
        func aCommandThatCannotBeStartedIsNoFailureOfTheApplication() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let pipe = stage.folder.appending(path: "pipe").path(percentEncoded: false)
                #expect(unsafe mkfifo(pipe, 0o644) == 0)
                let timing =
                    ", periodSeconds: 2, fastPeriodSeconds: 0.1, timeoutSeconds: 10, failureThreshold: 2, "
                    + "successThreshold: 1"
                let folder = stage.folder.path(percentEncoded: false)
                let group = Self.group("test ! -e \(folder)/$POD_NAME", timing: timing)
                let arguments = try await stage.arguments(groups: [group])
                let launcher =
                    ["/usr/bin/env", "prlimit", "--nproc=100"] + Self.nobody.split(separator: " ").map(String.init)
                let (_, code) = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    let pods = ["web-0", "web-1", "web-2"]
                    for pod in pods {
                        _ = await process.log.wait(for: "health changed", "member.name=\(pod)", "member.health=healthy")
                    }
                    let seen = await process.log.lines.count
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { try await Self.crowd(150, at: pipe) }
                        for pod in pods {
                            let line = await process.log.wait(
                                after: seen,
                                for: "member.name=\(pod)",
                                "could not be started"
                            )
                            #expect(line?.contains("member.health=healthy") == true)
                        }
                        close(unsafe open(pipe, O_WRONLY))
                        try await group.waitForAll()
                    }
                    for pod in pods {
                        _ = await process.log.wait(after: seen, for: "member.name=\(pod)", "exit code 0")
                    }
                    #expect(await process.log.lines.dropFirst(seen).allSatisfy { !$0.contains("unhealthy") })
                    #expect(await stage.audit("web").moves <= 1)
                    _ = try stage.write(holder, "")
                    try await stage.waitUntilSettled("web", otherThan: holder)
                }
                #expect(code == 0)
            }
        }

        /// The processes whose parent is `parent`, and whether each is dead.
        private static func children(of parent: Int32) -> [(process: Int32, isDead: Bool)] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            return names.compactMap { Int32($0) }.compactMap { process in
                let stat = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
                let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
                guard fields.count > 2, Int32(fields[2]) == parent else { return nil }
                return (process, fields[1] == "Z")
            }
        }

        @Test(.enabled(if: hasProcessNamespaces, "needs the right to make process namespaces"))
        func asProcessOneItReapsWhatCommandsLeaveBehind() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                try await stage.place("web")
                let timing = ", periodSeconds: 0.1, fastPeriodSeconds: 0.1, timeoutSeconds: 0.05"
                let group = Self.group("sleep 1000 | sleep 1000", timing: timing)
                let arguments = try await stage.arguments(groups: [group], ["--listen", "127.0.0.1:0"])
                let launcher = ["/usr/bin/env", "unshare", "--pid", "--fork", "--mount-proc", "--kill-child=TERM"]
                let (_, code) = try await SupervisorProcess.run(arguments, within: launcher) { process in
                    // Process 1 of the namespace is unshare's child; unshare itself takes no SIGTERM.
                    defer { for child in Self.children(of: process.processID) { kill(child.process, SIGTERM) } }
                    try await Asking.until("200 commands to be killed", atMost: .seconds(180)) {
                        try await Self.failures(loop, process) >= 200
                    }
                    // Each leaves two orphans behind.
                    let supervisor = try #require(Self.children(of: process.processID).first?.process)
                    try await Asking.until("the orphans to be reaped") {
                        Self.children(of: supervisor).count { $0.isDead } < 100
                    }
                }
                #expect(code == 0)
            }
        }

        @Test(.enabled(if: canBeNobody, "needs root, setpriv, and a binary that nobody may run"))
        func aCommandCannotReadTheSupervisorsEnvironment() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let command = "tr \"\\0\" \" \" </proc/$PPID/environ 2>&1; exit 1"
                let timing = ", periodSeconds: 60, timeoutSeconds: 30"
                let arguments = try await stage.arguments(groups: [Self.group(command, timing: timing)])
                let outcome = try await ShellRun.run(
                    "exec \(Self.nobody) \"$0\" \"$@\"",
                    ["probe", "web", "--config", arguments[2], "--kubeconfig", arguments[4]],
                    environment: ["TOKEN": "hunter2"]
                )
                #expect(outcome.code == 1 && outcome.output.contains("exit code 1"), "\(outcome)")
                #expect(
                    outcome.output.contains("Permission denied") && !outcome.output.contains("hunter2"),
                    "\(outcome)"
                )
            }
        }
    }
}
