import FailoverCore
import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

@testable import Probing
@testable import Supervision
@testable import kube_standby

extension EndToEndTests {
    /// What the binary prints, and what happens when it cannot.
    @Suite struct OutputTests {
        // MARK: Standard output

        private static let printing = [
            ["schema"], ["version"], ["--help"], ["validate", "CONFIG"], ["rbac", "--config", "CONFIG"],
        ]

        private static func configuration(in stage: Stage) throws -> String {
            let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
            return try stage.write("output.yaml", head + Manifests.group("web"))
        }

        @Test(arguments: printing)
        func saysThatItsOutputCannotBeWritten(command: [String]) async throws {
            try await Stage.run { stage in
                let file = try Self.configuration(in: stage)
                let arguments = command.map { $0 == "CONFIG" ? file : $0 }
                let full = try await ShellRun.run("exec \"$0\" \"$@\" >/dev/full", arguments)
                #expect(full.code == 2)
                #expect(full.errors == "standard output cannot be written: No space left on device\n")
                let pipe = try await ShellRun.run(
                    "mkfifo \"$P\"; exec 4<>\"$P\" 5>\"$P\" 4<&-; exec \"$0\" \"$@\" >&5",
                    arguments,
                    environment: ["P": stage.folder.appending(path: "pipe").path(percentEncoded: false)]
                )
                #expect(pipe.code == 2 && pipe.errors == "standard output cannot be written: Broken pipe\n")
                let closed = try await ShellRun.run("exec \"$0\" \"$@\" >&-", arguments)
                #expect(closed.code == 2 && closed.errors == "standard output cannot be written: Bad file descriptor\n")
                let deaf = try await ShellRun.run("exec \"$0\" \"$@\" >/dev/full 2>/dev/full", arguments)
                #expect(deaf.code == 2)
            }
        }

        /// Nobody need read them all before the supervisor starts.
        @Test func ofManyWarningsTheFirstArePrinted() async throws {
            try await Stage.run { stage in
                let groups = (1...25).map {
                    "- {name: g\($0), service: g\($0), probe: {tcpSocket: {port: 80}, periodSeconds: 1, timeoutSeconds: 2}}\n"
                }
                let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
                let file = try stage.write("many.yaml", head + groups.joined())
                let ran = try await ShellRun.run("exec \"$0\" \"$@\"", ["rbac", "--config", file])
                #expect(ran.code == 0 && ran.errors.split(separator: ": warning: ").count == 21)
                #expect(ran.errors.hasSuffix(" more warnings: kube-standby validate \(file) prints them all\n"))
            }
        }

        @Test func aDemoThatNobodyCanReadEnds() async throws {
            let outcome = try await ShellRun.run("exec \"$0\" demo >/dev/full")
            #expect(outcome.code == 2 && outcome.errors.contains("No space left on device"))
        }

        @Test(arguments: ["json", "text"])
        func ordersAndProbesSayThatTheirOutputCannotBeWritten(format: String) async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in try await stage.waitUntilSettled("web") }
                let files = ["--kubeconfig", arguments[4], "-o", format]
                let commands = [
                    ["history", "web"], ["switchover", "web", "--no-wait"], ["probe", "web", "--config", arguments[2]],
                ]
                for command in commands {
                    let outcome = try await ShellRun.run("exec \"$0\" \"$@\" >/dev/full", command + files)
                    #expect(outcome.code == 2, "\(command): \(outcome)")
                    #expect(outcome.errors.contains("standard output cannot be written"), "\(command): \(outcome)")
                }
            }
        }

        // MARK: The log

        @Test(arguments: ["text", "json"], ["2>/dev/full", "2>&-", "2>&5"])
        func aLogThatCannotBeWrittenStopsNoFailover(format: String, redirection: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], ["--log-format", format])
                let pipe = stage.folder.appending(path: "closed").path(percentEncoded: false)
                let script = "mkfifo \(pipe); exec 4<>\(pipe) 5>\(pipe) 4<&-; exec \"$0\" \"$@\" \(redirection)"
                let (_, code) = try await SupervisorProcess.run(arguments, within: ["/bin/sh", "-c", script]) {
                    process in
                    let holder = try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: holder)
                }
                #expect(code == 0)
            }
        }

        /// The call F_SETPIPE_SZ of Linux.
        ///
        /// https://man7.org/linux/man-pages/man2/fcntl.2.html
        private static let setPipeSize: Int32 = 1031

        @Test func aLogWhoseReaderHasStoppedStopsNoFailover() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                // Each of these tells at once that its Service does not exist: more than the pipe takes.
                let deaf = (0..<100).map { Manifests.group("none-\($0)") }
                let arguments = try await stage.arguments(groups: [Manifests.group("web")] + deaf)
                let path = stage.folder.appending(path: "unread").path(percentEncoded: false)
                #expect(unsafe mkfifo(path, 0o600) == 0)
                let pipe = unsafe open(path, O_RDWR)
                defer { close(pipe) }
                #expect(fcntl(pipe, Self.setPipeSize, 4096) == 4096)
                let script = "exec \"$0\" \"$@\" 2>\(path)"
                let (_, code) = try await SupervisorProcess.run(arguments, within: ["/bin/sh", "-c", script]) { _ in
                    let holder = try await stage.waitUntilSettled("web")
                    try await Asking.until("the pipe to be full") {
                        var entry = pollfd(fd: pipe, events: Int16(POLLOUT), revents: 0)
                        return unsafe poll(&entry, 1, 0) == 0
                    }
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: holder)
                }
                #expect(code == 0)
            }
        }

        /// Lines that a sink has written to a pipe, read to its end.
        private static func read(_ descriptor: Int32) -> String {
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = unsafe Glibc.read(descriptor, &buffer, buffer.count)
                if count <= 0 { return String(decoding: text, as: UTF8.self) }
                text += buffer[..<count]
            }
        }

        @Test func aLogThatNobodyReadsIsDroppedAndCounted() async throws {
            var ends: [Int32] = [0, 0]
            #expect(unsafe pipe(&ends) == 0)
            let (reading, writing) = (ends[0], ends[1])
            let sink = LogSink(descriptor: writing, capacity: 10_000) { "missing \($0)" }
            let line = String(repeating: "x", count: 99)
            // A pipe takes 64 KiB and the buffer 10,000 bytes, twice: once in the thread's hands.
            for _ in 0..<2000 { sink.write(line) }
            #expect(sink.dropped > 1000)
            // Nobody has waited, and nothing has been read yet.
            let reader = Task.detached { Self.read(reading) }
            while sink.dropped > 0, sink.isBehind { await Task.yield() }
            sink.write("last")
            sink.close()
            close(writing)
            let text = await reader.value
            close(reading)
            let lines = text.split(separator: "\n")
            let missing = lines.compactMap { $0.hasPrefix("missing ") ? Int($0.dropFirst(8)) : nil }.reduce(0, +)
            #expect(missing == sink.dropped)
            #expect(lines.count { $0 == line } + missing == 2000 && lines.last == "last")
        }

        @Test func whatADiskThatIsFullLostIsToldWhenItIsNot() throws {
            let path = FileManager.default.temporaryDirectory.appending(path: "log-\(UUID().uuidString)")
                .path(percentEncoded: false)
            defer { try? FileManager.default.removeItem(atPath: path) }
            let full = unsafe open("/dev/full", O_WRONLY)
            let sink = LogSink(descriptor: full) { "missing \($0)" }
            for _ in 0..<10 { sink.write("lost") }
            while sink.isBehind { usleep(1000) }
            #expect(sink.dropped == 10)
            let file = unsafe open(path, O_WRONLY | O_CREAT, 0o600)
            #expect(dup2(file, full) == full)
            sink.write("kept")
            sink.close()
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "missing 10\nkept\n")
            #expect(sink.dropped == 10)
            close(full)
            close(file)
        }

        /// As RFC 3339 has it.
        ///
        /// https://www.rfc-editor.org/rfc/rfc3339
        @Test(arguments: ["text", "json"])
        func everyLineHasADateAndAZone(format: String) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")], ["--log-format", format])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    _ = await process.log.wait(for: "move complete")
                    let pattern = /(^|"time":")20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d\.\d{6}Z/
                    let lines = await process.log.lines
                    for line in lines { #expect(line.contains(pattern), "\(line)") }
                }
            }
        }

        // MARK: Hostile text

        /// ESC and C1 sequences, a carriage return, a change of direction, a byte that is no text; the same for printf(1).
        private static let hostile = "\u{1B}]0;x\u{7}\u{9B}31m\r\u{202E}\u{2028}\u{85}z"
        private static let printed =
            "\\033]0;x\\007\\302\\23331m\\342\\200\\256\\377z"

        private static func isClean(_ text: String) -> Bool {
            text.unicodeScalars.allSatisfy { scalar in
                switch scalar.value {
                case 0x0A: true
                case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: false
                default: true
                }
            }
        }

        @Test func aCommandsOutputSteersNoTerminal() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let command = "[/bin/sh, -c, 'printf \"\(Self.printed)\\n\"; exit 1']"
                let probe =
                    "{exec: {runIn: Supervisor, command: \(command)}, periodSeconds: 60, timeoutSeconds: 30}"
                let arguments = try await stage.arguments(groups: [Manifests.group("web", probe: probe)])
                let (text, code) = try await SupervisorProcess.finish([
                    "probe", "web", "--verbose", "--config", arguments[2], "--kubeconfig", arguments[4],
                ])
                #expect(
                    code == 1 && text.contains("\\u{1B}]0;x\\u{7}\\u{9B}31m\\u{202E}") && Self.isClean(text),
                    "\(text)"
                )
                for format in ["text", "json"] {
                    _ = try await SupervisorProcess.run(arguments + ["--log-format", format]) { process in
                        let line = await process.log.wait(for: "result changed", "exit code 1")
                        #expect(Self.isClean(line ?? "\u{0}"), "\(line ?? "")")
                        #expect(line?.contains(format == "text" ? "\\u{9B}31m" : "\\u009b31m") == true, "\(line ?? "")")
                    }
                }
            }
        }

        @Test func aHistoryOfOthersSteersNoTerminal() async throws {
            try await Stage.run { stage in
                let name = Self.hostile.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined()
                let history = """
                    [{"time":"2026-01-02T03:04:05.000000Z","from":["\(name)"],"to":"\(name)","cause":"\(name)","epoch":1}]
                    """
                let lease: JSONValue = [
                    "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                    "metadata": [
                        "name": "kube-standby-web", "labels": ["app.kubernetes.io/managed-by": "kube-standby"],
                        "annotations": ["kube-standby.io/history": .string(history)],
                    ],
                    "spec": ["leaseTransitions": 1],
                ]
                try await stage.sandbox.apply(String(decoding: lease.json, as: UTF8.self))
                for format in ["text", "json"] {
                    let (text, code) = try await stage.request(["history", "web", "-o", format])
                    #expect(code == 0 && text.contains(format == "text" ? "\\u{9B}31m" : "\\u009b31m"), "\(text)")
                    #expect(Self.isClean(text), "\(text)")
                }
            }
        }

        @Test(arguments: ["text", "json", "github"])
        func aFilesTextSteersNoTerminal(format: String) async throws {
            try await Stage.run { stage in
                let key = Self.hostile.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined()
                let raw =
                    "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n- {\"\(key)\": \u{85}\u{202E}\u{9B}}\n"
                let file = try stage.write("hostile.yaml", raw)
                let (text, code) = try await SupervisorProcess.finish(["validate", "--format", format, file])
                #expect(code == 1 && Self.isClean(text), "\(text)")
            }
        }

        @Test func anExchangesTranscriptSteersNoTerminal() {
            var transcript = ProbeOnce.Transcript(
                verdict: .failure,
                detail: Self.hostile,
                duration: .zero,
                question: Self.hostile
            )
            transcript.body = Array(Self.hostile.utf8) + [0xFF]
            let result = GroupProbing.Result(
                pod: "web-0",
                address: "10.0.0.1",
                role: Self.hostile,
                isReady: true,
                probe: "probe",
                transcript: transcript
            )
            let text = ProbeReportText(isVerbose: true).text(of: result)
            #expect(Self.isClean(text) && text.contains("body begins: \\u{1B}]0;x\\u{7}\\u{9B}31m"), "\(text)")
        }
    }
}
