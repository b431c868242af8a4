import Foundation
import Sandbox
import TestedCluster
import Testing

extension EndToEndTests {
    /// How much the real binary logs.
    @Suite struct LogVolumeTests {
        @Test func aPodThatHangsIsToldOfOnceAndAMoveTakesSixLines() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "health changed", "member.name=\(pod)", "member.health=healthy")
                    }
                    // The cluster shows the first move before the log tells of its end.
                    _ = await process.log.wait(for: "move complete", "to=\(holder)")
                    let before = await process.log.lines.count
                    await stage.sandbox.applications.set(.hanging, pod: holder, namespace: "default")
                    let probes = await stage.sandbox.applications.requests(pod: holder, namespace: "default")
                    try await stage.waitUntilSettled("web", otherThan: holder)
                    _ = await process.log.wait(after: before, for: "move complete", "from=\(holder)")
                    // One probe at a time: when the thirteenth comes, twelve have failed.
                    for await _ in probes.prefix(13) {}
                    // That another pod was slow to answer tells of a busy machine, not of the move.
                    let lines = await process.log.lines.dropFirst(before).filter {
                        $0.contains("group.name=web")
                            && (!$0.contains("result changed") || $0.contains("member.name=\(holder)"))
                    }
                    #expect(lines.count <= 6, "\(lines.joined(separator: "\n"))")
                    #expect(lines.count { $0.contains("result changed") && $0.contains("member.name=\(holder)") } == 1)
                    #expect(lines.count { $0.contains("health changed") && $0.contains("member.name=\(holder)") } == 1)
                }
            }
        }
    }
}
