import Coordination
import Foundation
import NIOHTTP1
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// Hooks of supervisors that are killed, and of pods that are gone, with the real binary.
    @Suite struct HookTakeoverTests {
        /// What is owed stands on the record: whoever takes over runs it, for the same move.
        @Test func whoeverTakesOverRunsWhatIsOwed() async throws {
            let isDeaf = Locked(true)
            let answer = { @Sendable (_: PostReceiver.Post) -> HTTPResponseStatus? in
                isDeaf.withLock { $0 } ? nil : .noContent
            }
            try await PostReceiver.run(answer: answer) { receiver in
                try await Stage.run { stage in
                    try await stage.place("web")
                    let url = "http://127.0.0.1:\(receiver.port)/"
                    let group = Manifests.group(
                        "web",
                        "hooks: {onPromote: {httpPost: {url: \"\(url)\"}, timeoutSeconds: 300}}"
                    )
                    let arguments = try await stage.arguments(groups: [group])
                    _ = try await SupervisorProcess.run(arguments) { process in
                        try await stage.expect("web", toSettleOn: "web-0")
                        _ = await process.log.wait(for: "move complete", "to=web-0")
                        var posts = receiver.posts.makeAsyncIterator()
                        let told = try HookTold(try #require(await posts.next()))
                        #expect(told.member == "web-0")
                        process.send(SIGKILL)
                    }
                    let epoch = try await stage.epoch(of: "web")
                    isDeaf.withLock { $0 = false }
                    _ = try await SupervisorProcess.run(arguments) { process in
                        _ = await process.log.wait(for: "hook succeeded", "member.name=web-0", "epoch=\(epoch)")
                        try await stage.waitUntilNothingIsOwed("web")
                    }
                    var posts = receiver.posts.makeAsyncIterator()
                    let again = try HookTold(try #require(await posts.next()))
                    #expect(again.member == "web-0" && again.epoch == epoch && again.cause == "NoActive")
                    #expect(await stage.audit("web").moves == 0)
                }
            }
        }

        /// A drain that fails holds the promotion of whoever takes over, too.
        @Test func whoeverTakesOverGoesOnHolding() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let file = stage.folder.appending(path: "drained").path(percentEncoded: false)
                let arguments = try await stage.arguments(groups: [HookTold.required("test -e \(file)")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "promotion waits for a hook that fails", "member.name=web-0")
                    process.send(SIGKILL)
                }
                #expect(await stage.audit("web").sequence.last == [])
                _ = try await SupervisorProcess.run(arguments) { process in
                    _ = await process.log.wait(for: "promotion waits for a hook that fails", "member.name=web-0")
                    #expect(await stage.audit("web").sequence.last == [])
                    _ = try stage.write("drained", "")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    try await stage.waitUntilNothingIsOwed("web")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// Nothing is run in the pod that has the name of the one that was active.
        @Test func aCommandIsNotRunInAnotherPodOfTheSameName() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let file = stage.folder.appending(path: "ran").path(percentEncoded: false)
                let group = Manifests.group("web", "hooks: {onDemote: {exec: {command: [touch, \(file)]}}}")
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    try await stage.sandbox.deletePod("web-0", gracePeriod: 0)
                    try await stage.waitUntilSettled("web", otherThan: "web-0")
                    _ = await process.log.wait(for: "hook is not run", "member.name=web-0", "the pod is gone")
                    try await stage.waitUntilNothingIsOwed("web")
                }
                #expect(!FileManager.default.fileExists(atPath: file))
            }
        }
    }
}
