import Foundation
import Glibc
import Sandbox
import Subprocess
import TestedCluster
import Testing
import Transport

extension WorkloadTests {
    /// 33: descriptors run out, of the real binary, by its limit.
    @Suite(.enabled(if: ShellRun.works("prlimit --version"), "prlimit of util-linux is not installed"))
    struct DescriptorTests {
        /// A limit below every number that is free: not one more can be opened.
        private static let nothing = 4

        /// Sets the soft limit of another process, by util-linux's command: the C function is not to be had from Swift.
        private static func limit(_ process: SupervisorProcess, to count: Int) async throws {
            try await prlimit(process, "--nofile=\(count):")
        }

        /// The soft limit.
        private static func limit(of process: SupervisorProcess) async throws -> Int {
            let text = try await prlimit(process, "--nofile", "--output", "SOFT", "--noheadings", "--raw")
            return try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), "\(text)")
        }

        @discardableResult
        private static func prlimit(_ process: SupervisorProcess, _ options: String...) async throws -> String {
            let result = try await Subprocess.run(
                .name("prlimit"),
                arguments: Arguments(["--pid", "\(process.processID)"] + options),
                output: .string(limit: 1000),
                error: .string(limit: 1000)
            )
            try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
            return result.standardOutput
        }

        static func metrics(of process: SupervisorProcess, _ loop: EventLoop) async throws -> String {
            let port = try await process.operationsPort()
            var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/metrics")
            request.timeout = .seconds(60)
            request.proxy = ""
            return String(decoding: try await loop.response(to: request).body, as: UTF8.self)
        }

        /// The number behind a sample's name and labels.
        static func sample(_ name: String, in text: String) -> Double {
            text.split(separator: "\n").first { $0.hasPrefix(name) }
                .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? -1
        }

        /// Waits for more probes than any threshold, of another supervisor, which only looks and has what it needs: the one without
        /// descriptors can say nothing meanwhile, and reaches nobody.
        private static func letProbesPass(_ stage: Stage, _ arguments: [String]) async throws {
            let probes = await stage.sandbox.applications.requests(pod: "web-0", namespace: "default")
            _ = try await SupervisorProcess.run(arguments + ["--dry-run"]) { _ in
                for await _ in probes.prefix(10) {}
            }
        }

        /// libdispatch ends a process without a word if it cannot open a file of its own threads, which it does once a second while work
        /// waits: nothing of ours can prevent that at such a limit, and then nothing is known.
        @Test func withoutDescriptorsProbesHaveNoResultAndNobodyIsDemoted() async throws {
            var hasLived = false
            for _ in 0..<5 where !hasLived { hasLived = try await Self.livesWithoutDescriptors() }
            #expect(hasLived)
        }

        /// Looks at a supervisor that can open nothing for a while; false if libdispatch has ended it.
        private static func livesWithoutDescriptors() async throws -> Bool {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            return try await Stage.run { stage in
                let tcp = "{tcpSocket: {port: http}, periodSeconds: 2, fastPeriodSeconds: 0.2, timeoutSeconds: 1.9}"
                for name in ["web", "queue"] { try await stage.place(name, replicas: 2) }
                let groups = [Manifests.group("web"), Manifests.group("queue", probe: tcp)]
                let arguments = try await stage.arguments(groups: groups, ["--listen", "127.0.0.1:0"])
                let (hasLived, _) = try await SupervisorProcess.run(arguments) { process in
                    let holders = [try await stage.waitUntilSettled("web"), try await stage.waitUntilSettled("queue")]
                    for pod in ["web-0", "web-1", "queue-0", "queue-1"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    let failures = "kube_standby_probes_total{type=\"http\",result=\"failure\"}"
                    let before = Self.sample(failures, in: try await Self.metrics(of: process, loop))
                    guard let text = try await Self.metrics(of: process, loop, afterNothingFor: stage, arguments) else {
                        #expect(!(await process.log.text).contains("Fatal error"))
                        return false
                    }
                    #expect(Self.sample("kube_standby_probes_total{type=\"http\",result=\"none\"}", in: text) >= 12)
                    #expect(Self.sample(failures, in: text) == before)
                    #expect(Self.sample("kube_standby_event_loop_lag_seconds{loop=\"probes\"}", in: text) > 0)
                    let told = await process.log.lines.count { $0.contains("nothing moves") && $0.contains("errno") }
                    #expect(told == 1, "a fault is told once")
                    #expect(await process.log.lines.allSatisfy { !$0.contains("connection refused") })
                    for (name, holder) in zip(["web", "queue"], holders) {
                        try await stage.expect(name, toSettleOn: holder)
                        #expect(await stage.audit(name).moves == 0)
                    }
                    return true
                }
                return hasLived
            }
        }

        /// The metrics of a process after it could open nothing while many probes were due; nil if it has ended.
        private static func metrics(
            of process: SupervisorProcess,
            _ loop: EventLoop,
            afterNothingFor stage: Stage,
            _ arguments: [String]
        ) async throws -> String? {
            let count = await process.log.lines.count
            let old = try await limit(of: process)
            try await limit(process, to: nothing)
            guard await process.log.wait(after: count, for: "nothing moves", "(errno \(EMFILE))") != nil else {
                return nil
            }
            try await letProbesPass(stage, arguments)
            if await process.log.isFinished { return nil }
            try await limit(process, to: old)
            do { return try await metrics(of: process, loop) } catch {
                if await process.log.isFinished { return nil }
                throw error
            }
        }

        /// All numbers are taken by others; what is held for probes is given up for them.
        @Test func whenOthersHaveTakenAllDescriptorsProbesStillGetTheirs() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    let folder = "/proc/\(process.processID)/fd"
                    let numbers = try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { Int($0) }
                    // Without holes below the limit there is nothing but the reserve; a few holes change little.
                    try await Self.limit(process, to: (numbers.max() ?? 0) + 1)
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}
