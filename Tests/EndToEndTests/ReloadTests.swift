import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing
import Transport

extension ControlPlaneTests {
    /// The configuration changes while the real binary runs.
    @Suite struct ReloadTests {
        private static func text(_ groups: String...) -> String {
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups.joined()
        }

        /// The arguments of `run` with a mounted ConfigMap.
        private static func start(_ stage: Stage, _ content: String) async throws -> (MountedConfigMap, [String]) {
            let mount = try MountedConfigMap(in: stage.folder, content: content)
            let kubeconfig = try stage.write("kubeconfig", await stage.sandbox.kubeconfig(token: Sandbox.adminToken))
            let arguments = ["run", "--config", mount.path, "--kubeconfig", kubeconfig, "--listen", "127.0.0.1:0"]
            return (mount, arguments)
        }

        @Test func followsAMountedConfigMap() async throws {
            try await Stage.run { stage in
                for name in ["web", "db"] { try await stage.place(name) }
                let (mount, arguments) = try await Self.start(stage, Self.text(Manifests.group("web")))
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    try mount.update(Self.text(Manifests.group("web"), Manifests.group("db")))
                    _ = await process.log.wait(for: "configuration reloaded", "added db; 1 unchanged")
                    let db = try await stage.waitUntilSettled("db")
                    // A group that is taken out keeps its labels; put in again, it goes on from there.
                    try mount.update(Self.text(Manifests.group("web")))
                    _ = await process.log.wait(for: "configuration reloaded", "removed db; 1 unchanged")
                    try mount.update(Self.text(Manifests.group("db"), Manifests.group("web"), Manifests.group("cache")))
                    _ = await process.log.wait(for: "configuration reloaded", "added db, cache; 1 unchanged")
                    #expect(try await stage.waitUntilSettled("db") == db)
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
                for name in ["web", "db"] { #expect(await stage.audit(name).moves == 0) }
            }
        }

        /// How a file comes to have another text.
        enum Rewrite: CaseIterable { case renamedOver, writtenInPlace, deletedAndMadeAnew, replacedByALink }

        @Test(arguments: Rewrite.allCases) func followsAFileThatIs(way: Rewrite) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("other")])
                let path = arguments[2]
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "supervising")
                    // Without its last line end, so that no beginning of it is as good as the whole.
                    let next = Data(Self.text(Manifests.group("web")).utf8).dropLast()
                    let other = stage.folder.appending(path: "next.yaml")
                    switch way {
                    case .renamedOver:
                        try next.write(to: other)
                        #expect(unsafe rename(other.path(percentEncoded: false), path) == 0)
                    case .writtenInPlace:
                        let file = try FileHandle(forWritingTo: URL(filePath: path))
                        try file.truncate(atOffset: 0)
                        for byte in next { try file.write(contentsOf: [byte]) }
                        try file.close()
                    case .deletedAndMadeAnew:
                        try FileManager.default.removeItem(atPath: path)
                        _ = await process.log.wait(for: "configuration refused", "no such file")
                        try next.write(to: URL(filePath: path))
                    case .replacedByALink:
                        try next.write(to: other)
                        try FileManager.default.removeItem(atPath: path)
                        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "next.yaml")
                    }
                    _ = await process.log.wait(for: "configuration reloaded", "added web; removed other")
                    try await stage.waitUntilSettled("web")
                    // No half of it was ever taken for the whole; one that is looked at while a slow machine writes is refused.
                    let lines = await process.log.lines
                    #expect(lines.count { $0.contains("configuration reloaded") } == 1)
                    let refused = lines.filter { $0.contains("error:") }
                    #expect(refused.isEmpty || way == .writtenInPlace, "\(refused)")
                }
            }
        }

        @Test func aFileWithMistakesChangesNothingAndIsTold() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                try await stage.place("web")
                let (mount, arguments) = try await Self.start(stage, Self.text(Manifests.group("web")))
                _ = try await SupervisorProcess.run(arguments) { process in
                    let port = try await process.operationsPort()
                    func ask(_ method: String, _ path: String) async throws -> (Int, String) {
                        var request = HTTPRequest(method, "http://127.0.0.1:\(port)/\(path)")
                        request.timeout = .seconds(60)
                        let response = try await loop.response(to: request)
                        return (response.head.status, String(decoding: response.body, as: UTF8.self))
                    }
                    let holder = try await stage.waitUntilSettled("web")
                    #expect(
                        try await ask("GET", "metrics").1.contains("kube_standby_config_last_reload_successful 1\n")
                    )
                    try mount.update(Self.text(Manifests.group("web", "paused: maybe")))
                    let line = await process.log.wait(for: "configuration refused", "groups[0].paused: found \"maybe\"")
                    #expect(line?.contains("config.yaml:7:11: error") == true, "\(line ?? "")")
                    #expect(
                        try await ask("GET", "metrics").1.contains("kube_standby_config_last_reload_successful 0\n")
                    )
                    let (code, text) = try await ask("POST", "-/reload")
                    #expect(
                        code == 500 && text.hasPrefix("the running configuration stays; mistakes: 1 ")
                            && text.hasSuffix("\n7:11 groups[0].paused\n")
                    )
                    // It goes on with what it has.
                    await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                    let next = try await stage.waitUntilSettled("web", otherThan: holder)
                    try mount.update(Self.text(Manifests.group("web")))
                    _ = await process.log.wait(for: "configuration reloaded", "1 unchanged")
                    #expect(
                        try await ask("GET", "metrics").1.contains("kube_standby_config_last_reload_successful 1\n")
                    )
                    let failures = try await ask("GET", "metrics").1
                        .firstMatch(of: /kube_standby_probes_total{type="http",result="failure"} ([0-9]+)\n/)
                    #expect(failures.flatMap { Int($0.1) } ?? 0 > 0)
                    #expect(try await ask("POST", "-/reload") == (200, "1 unchanged\n"))
                    process.send(SIGHUP)
                    _ = await process.log.wait(for: "configuration reloaded", "by=SIGHUP")
                    #expect(try await stage.waitUntilSettled("web") == next)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func anotherHandlerStartsUnknownAndDemotesNobody() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let (mount, arguments) = try await Self.start(stage, Self.text(Manifests.group("web")))
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "health changed", "member.name=\(pod)", "healthy")
                    }
                    // Nobody listens there: were the old verdicts kept, the standbys would look better.
                    let deaf = Manifests.group("web").replacing("port: http", with: "port: 9")
                    try mount.update(Self.text(deaf))
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=unknown", "in another way")
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=unhealthy")
                    }
                    #expect(try await stage.waitUntilSettled("web") == holder)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        @Test func aHundredReloadsLeakNeitherMemoryNorDescriptorsNorThreads() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let many = (0..<100).map { Manifests.group("g\($0)") }.joined()
                let content: @Sendable (Int) -> String = { number in
                    Self.text(
                        Manifests.group("web"),
                        many,
                        Manifests.group("changing", "failover: {delaySeconds: \(number)}")
                    )
                        + Manifests.group("coming-\(number)")
                }
                let (mount, arguments) = try await Self.start(stage, content(0))
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    func reload(_ numbers: ClosedRange<Int>) async throws {
                        for number in numbers {
                            try mount.update(content(number))
                            _ = await process.log.wait(for: "configuration reloaded", "added coming-\(number);")
                        }
                    }
                    try await reload(1...20)
                    let before = ProcessFacts(process.processID)
                    try await reload(21...120)
                    // Probes and requests that are on their way just then have descriptors; what has leaked stays.
                    var after = before
                    try await Asking.until("as little as after 20 reloads: \(before), \(after)") {
                        after = ProcessFacts(process.processID)
                        return after.descriptors <= before.descriptors + 2 && after.threads <= before.threads + 2
                            && after.megabytes <= before.megabytes + 16
                    }
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        /// What a process has of the system.
        private struct ProcessFacts {
            let descriptors: Int
            let threads: Int
            /// Resident.
            let megabytes: Int

            init(_ processID: Int32) {
                let count = { (folder: String) in
                    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(processID)/\(folder)").count) ?? 0
                }
                descriptors = count("fd")
                threads = count("task")
                let memory = (try? String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8)) ?? ""
                megabytes = (memory.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096 / 1_000_000
            }
        }

        @Test func aGroupThatChangesItsNamespaceIsAnotherGroup() async throws {
            try await Stage.run { stage in
                try await stage.sandbox.createNamespace("other")
                try await stage.place("web")
                try await stage.place("web", namespace: "other")
                let (mount, arguments) = try await Self.start(stage, Self.text(Manifests.group("web")))
                _ = try await SupervisorProcess.run(arguments) { process in
                    let here = try await stage.waitUntilSettled("web")
                    try mount.update(Self.text(Manifests.group("web", "namespace: other")))
                    let there = try await stage.waitUntilSettled("web", namespace: "other")
                    await stage.sandbox.applications.set(.status(500), pod: there, namespace: "other")
                    try await stage.waitUntilSettled("web", namespace: "other", otherThan: there)
                    #expect(try await stage.waitUntilSettled("web") == here)
                }
            }
        }
    }
}
