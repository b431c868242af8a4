import Foundation
import NIOHTTP1
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// What is run when a move has changed a pod's role, with the real binary.
    @Suite struct HookScenarioTests {
        /// Says all that a command is told, in a file, once there is another.
        private static func writing(_ file: String, after gate: String) -> String {
            let words = ["GROUP", "NAMESPACE", "MEMBER", "ROLE", "FROM", "TO", "CAUSE", "EPOCH", "TIME"]
            return
                "exec: {command: [/bin/sh, -c, 'until test -e \(gate); do sleep 0.1; done; echo \"$0\" >> \(file)', '"
                + words.map { "$(\($0))" }.joined(separator: " ") + "']}, timeoutSeconds: 120"
        }

        /// A failover is told once, in the pod and to the receiver, with everything; nothing that is secret is logged or printed.
        @Test func aFailoverIsToldOnceWithAllFields() async throws {
            try await PostReceiver.run { receiver in
                try await Stage.run { stage in
                    try await stage.place("web")
                    let file = stage.folder.appending(path: "told").path(percentEncoded: false)
                    let gate = stage.folder.appending(path: "gate").path(percentEncoded: false)
                    let token = try stage.write("token", "Bearer hush\n")
                    let url = "http://user:hush@127.0.0.1:\(receiver.port)/hook?key=hush"
                    let group = Manifests.group(
                        "web",
                        "hooks: {onDemote: {\(Self.writing(file, after: gate))}, onPromote: {timeoutSeconds: 120, httpPost: "
                            + "{url: \"\(url)\", headers: [{name: X-Token, valueFile: \(token)}]}}}"
                    )
                    let arguments = try await stage.arguments(groups: [group])
                    _ = try await SupervisorProcess.run(arguments) { process in
                        try await stage.expect("web", toSettleOn: "web-0")
                        // The first promotion is a move, too.
                        var posts = receiver.posts.makeAsyncIterator()
                        let first = try HookTold(try #require(await posts.next()))
                        #expect(first.member == "web-0" && first.from == [] && first.cause == "NoActive")
                        await stage.waitForHealth(process)
                        await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                        try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                        let post = try #require(await posts.next())
                        #expect(post.path == "/hook?key=hush" && post.headers.first(name: "X-Token") == "Bearer hush")
                        #expect(post.headers.first(name: "Content-Type") == "application/json")
                        let told = try HookTold(post)
                        let epoch = try await stage.epoch(of: "web")
                        let expected = HookTold(
                            group: "web",
                            namespace: "default",
                            member: "web-1",
                            role: "active",
                            from: ["web-0"],
                            to: "web-1",
                            cause: "ActiveUnhealthy",
                            epoch: epoch,
                            time: told.time
                        )
                        #expect(told == expected && told.time.hasSuffix("Z"))
                        _ = await process.log.wait(for: "hook succeeded", "member.name=web-1", "epoch=\(epoch)")
                        // Of two Events of one reason that wait to be sent the newer takes the older one's place.
                        try await stage.waitForEvent("HookRan", of: "web", "onPromote of pod web-1")
                        _ = try stage.write("gate", "")
                        _ = await process.log.wait(for: "hook succeeded", "member.name=web-0", "epoch=\(epoch)")
                        try await stage.waitForEvent("HookRan", of: "web", "onDemote of pod web-0")
                        try await stage.waitUntilNothingIsOwed("web")
                        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
                        let words = "web default web-0 passive web-0 web-1 ActiveUnhealthy \(epoch) \(told.time)"
                        #expect(lines == [Substring(words)])
                        #expect(await !process.log.text.contains("hush"))
                    }
                    let printed = try await SupervisorProcess.finish(["validate", "--print", arguments[2]])
                    #expect(printed.code == 0 && printed.text.contains("valueFile") && !printed.text.contains("Bearer"))
                }
            }
        }

        /// Nobody is active before the pod that was is drained, however often that fails.
        @Test func aRequiredDrainHoldsThePromotion() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let file = stage.folder.appending(path: "drained").path(percentEncoded: false)
                let arguments = try await stage.arguments(groups: [HookTold.required("test -e \(file)")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(
                        for: "promotion waits for a hook that fails",
                        "member.name=web-0",
                        "exit code 1"
                    )
                    try await stage.waitForEvent("PromotionWaitsForHook", of: "web", "onDemote of pod web-0")
                    #expect(await stage.audit("web").sequence.last == [])
                    _ = try stage.write("drained", "")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    try await stage.waitForEvent("HookRan", of: "web", "onDemote of pod web-0")
                    try await stage.waitUntilNothingIsOwed("web")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        @Test func aRequiredDrainThatFailsIsLeftIfTheFileSaysSo() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [HookTold.required("exit 7", ", onTimeout: Promote")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "hook failed", "member.name=web-0", "exit code 7")
                    try await stage.waitForEvent("HookFailed", of: "web", "exit code 7")
                    try await stage.waitUntilNothingIsOwed("web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func anOperatorPassesADrainThatNeverEnds() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [HookTold.required("exit 1")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "promotion waits for a hook that fails", "member.name=web-0")
                    #expect(await stage.audit("web").sequence.last == [])
                    let answer = try await stage.request(["switchover", "web", "--to", "web-2", "--force"])
                    #expect(answer.code == 0, "\(answer.text)")
                    try await stage.expect("web", toSettleOn: "web-2")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// One hook hangs for four minutes: two failovers are through before it is.
        @Test func aSlowHookDelaysNoFailover() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let group = Manifests.group(
                    "web",
                    "hooks: {onDemote: {exec: {command: [sleep, '240']}, timeoutSeconds: 300}}"
                )
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    await stage.sandbox.applications.set(.status(500), pod: "web-1", namespace: "default")
                    try await stage.expect("web", otherThan: "web-1", toSettleOn: "web-2")
                    #expect(await !process.log.text.contains("hook"))
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 2)
                #expect(try #require(await stage.gap(from: "web-0", to: "web-1")) < 15)
            }
        }

        /// The Role of a group without commands in pods: the hook says what is missing, and the role moves all the same.
        @Test func withoutTheRightTheHookFailsAndTheRoleMoves() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.apply(Manifests.rights)
                await stage.sandbox.authentication.admit(token: "few", .serviceAccount("standby", namespace: "default"))
                let group = Manifests.group("web", "hooks: {onDemote: {exec: {command: ['true']}}}")
                let arguments = try await stage.arguments(groups: [group], token: "few")
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    await stage.waitForHealth(process)
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "hook failed", "member.name=web-0", "403")
                    try await stage.waitForEvent("HookFailed", of: "web", "403")
                    try await stage.sandbox.apply(Manifests.execRights)
                    await stage.sandbox.applications.set(.status(500), pod: "web-1", namespace: "default")
                    try await stage.expect("web", otherThan: "web-1", toSettleOn: "web-2")
                    _ = await process.log.wait(for: "hook succeeded", "member.name=web-1")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// In mode EndpointSlice they run when the slice has moved.
        @Test func hooksRunInModeEndpointSlice() async throws {
            try await PostReceiver.run { receiver in
                let url = "http://127.0.0.1:\(receiver.port)/"
                let post = "{httpPost: {url: \"\(url)\"}, timeoutSeconds: 60}"
                let hooks = "hooks: {onPromote: \(post), onDemote: \(post)}"
                try await Stage.withSlices(SliceManifests.group("web", hooks)) { stage, arguments in
                    _ = try await SupervisorProcess.run(arguments) { process in
                        _ = await process.log.wait(for: "move complete", "to=web-0")
                        await stage.waitForHealth(process)
                        var posts = receiver.posts.makeAsyncIterator()
                        #expect(try HookTold(try #require(await posts.next())).member == "web-0")
                        await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                        _ = await process.log.wait(for: "move complete", "to=web-1")
                        let both = [
                            try HookTold(try #require(await posts.next())),
                            try HookTold(try #require(await posts.next())),
                        ]
                        #expect(Set(both.map { "\($0.member) \($0.role)" }) == ["web-0 passive", "web-1 active"])
                        #expect(
                            both.allSatisfy {
                                $0.from == ["web-0"] && $0.to == "web-1" && $0.cause == "ActiveUnhealthy"
                            }
                        )
                        #expect(both[0].epoch == both[1].epoch)
                        try await stage.waitUntilNothingIsOwed("web")
                    }
                }
            }
        }
    }
}
