import Foundation
import Sandbox
import TestedCluster
import Testing
import Transport

extension EndToEndTests {
    /// How much the real binary logs.
    @Suite struct LogVolumeTests {
        @Test func aPodThatHangsIsToldOfOnceAndAMoveTakesSixLines() async throws {
            let loop = EventLoop(name: "test")
            defer { loop.stop() }
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(
                    groups: [Manifests.group("web")],
                    ["--listen", "127.0.0.1:0"]
                )
                _ = try await SupervisorProcess.run(arguments) { process in
                    let port = try await process.operationsPort()
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "health changed", "member.name=\(pod)", "member.health=healthy")
                    }
                    let before = await process.log.lines.count
                    await stage.sandbox.applications.set(.hanging, pod: holder, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: holder)
                    _ = await process.log.wait(after: before, for: "move complete")
                    func failures() async throws -> Int {
                        var request = HTTPRequest("GET", "http://127.0.0.1:\(port)/metrics")
                        request.timeout = .seconds(20)
                        let text = String(decoding: try await loop.response(to: request).body, as: UTF8.self)
                        return text.firstMatch(of: /probes_total\{result="failure"\} (\d+)/).flatMap {
                            Int($0.output.1)
                        } ?? 0
                    }
                    let end = ContinuousClock.now + .seconds(60)
                    while try await failures() < 12 {
                        try #require(.now < end, "the pod that hangs is not probed")
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    let lines = await process.log.lines.dropFirst(before).filter { $0.contains("group.name=web") }
                    #expect(lines.count <= 6, "\(lines.joined(separator: "\n"))")
                    #expect(lines.count { $0.contains("result changed") && $0.contains("member.name=\(holder)") } == 1)
                    #expect(lines.count { $0.contains("health changed") && $0.contains("member.name=\(holder)") } == 1)
                }
            }
        }
    }
}
