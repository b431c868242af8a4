import Sandbox
import Testing
import Transport

@testable import KubernetesClient

/// Commands in pods of a sandbox, over its WebSocket.
@Suite(.timeLimit(.minutes(5))) struct PodCommandTests {
    /// A sandbox with a pod that runs, and how a command in it ends.
    private func run(
        token: String = Sandbox.adminToken,
        _ body: @Sendable @escaping (Sandbox, @escaping @Sendable (PodCommand) async -> String) async throws -> Void
    ) async throws {
        try await ClientStage.run(token: token) { sandbox, client in
            try await sandbox.apply(
                "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: main, image: b}]}}"
            )
            try await sandbox.wait(for: "the pod to run") { store in
                await store.list(.pods, namespace: "default").allSatisfy { $0["status"]["podIP"] != .null }
            }
            try await body(sandbox) { await Self.words(client, $0) }
        }
    }

    private static func words(_ client: APIClient, _ command: PodCommand) async -> String {
        do {
            let outcome = try await client.run(command)
            return "\(outcome.end) \(outcome.output.count > 40 ? "\(outcome.output.utf8.count) bytes" : outcome.output)"
        } catch let error as KubernetesError {
            if case .transport(let error) = error.cause { return "\(error.kind)" }
            return "\(error.code ?? 0) \(error.status?.message ?? "")"
        } catch {
            return "\(error)"
        }
    }

    private func shell(_ script: String, timeout: Duration = .seconds(60), container: String? = nil) -> PodCommand {
        PodCommand(
            namespace: "default",
            pod: "a",
            container: container,
            command: ["sh", "-c", script],
            timeout: timeout,
            outputLimit: 10 * 1024
        )
    }

    @Test func tellsTheExitCodeAndTheBeginningOfTheOutput() async throws {
        try await run { _, ask in
            #expect(await ask(shell("echo $HOSTNAME")) == "exited(0) a\n")
            #expect(await ask(shell("echo one; exit 7", container: "main")) == "exited(7) one\n")
            #expect(await ask(shell("kill -9 $$")) == "exited(137) ")
            #expect(await ask(shell("head -c 1000000 /dev/zero")) == "exited(0) 10240 bytes")
            // Words are words: no shell of ours reads them.
            let odd = PodCommand(
                namespace: "default",
                pod: "a",
                container: nil,
                command: ["printf", "%s|", "a b", "&command=x", "ü", ""],
                timeout: .seconds(60),
                outputLimit: 100
            )
            #expect(await ask(odd) == "exited(0) a b|&command=x|ü||")
        }
    }

    /// Some of them end so soon that everything comes in one packet with the answer to the upgrade.
    @Test func ofFiftyCommandsAtOnceEveryOutputIsComplete() async throws {
        try await run { _, ask in
            await withTaskGroup(of: (number: Int, words: String).self) { group in
                for number in 0..<50 {
                    let command = shell("echo \(number)", timeout: .seconds(60))
                    group.addTask { (number, await ask(command)) }
                }
                for await (number, words) in group {
                    #expect(words == "exited(0) \(number)\n")
                }
            }
        }
    }

    @Test func endsAtItsDeadline() async throws {
        try await run { sandbox, ask in
            // On a busy machine a command may not have begun after a second.
            for (command, words) in [
                ("echo begun; sleep 600", "timedOut begun\n"), ("while :; do echo flood; done", "timedOut 10240 bytes"),
            ] {
                var answer = ""
                for seconds in [1, 5, 25] where answer != words {
                    answer = await ask(shell(command, timeout: .seconds(seconds)))
                    #expect(answer.hasPrefix("timedOut"))
                }
                #expect(answer == words)
            }
            await sandbox.control.add(Fault(.hang, kind: .pods, name: "a", count: 1))
            #expect(await ask(shell("true", timeout: .milliseconds(300))) == "timedOut")
        }
    }

    @Test func aMissingStatusIsToldAndAnErrorOfTheServerIsNone() async throws {
        try await run { sandbox, ask in
            await sandbox.control.add(Fault(.truncate(after: 0), kind: .pods, name: "a", count: 1))
            #expect(await ask(shell("echo hello")) == "withoutStatus hello\n")
            await sandbox.control.add(Fault(.drop, kind: .pods, name: "a", count: 1))
            #expect(await ask(shell("true")) == "connectionLost")
            await sandbox.control.add(Fault(.refuse(code: 503, retryAfter: 1), kind: .pods, name: "a", count: 1))
            #expect(await ask(shell("true")).hasPrefix("503 "))
            #expect(await ask(shell("true", container: "other")) == "400 container other is not valid for pod a")
            await sandbox.server.stop()
            #expect(await ask(shell("true")) == "connectionLost")
        }
    }

    /// What is the node's fault, and what the API server's own.
    @Test func tellsANodeThatIsNotReached() async throws {
        try await ClientStage.run { sandbox, client in
            try await sandbox.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: a}
                spec: {nodeName: sandbox-node-1, containers: [{name: main, image: b}]}
                """
            )
            try await sandbox.wait(for: "the pod to run") { store in
                await store.list(.pods, namespace: "default").allSatisfy { $0["status"]["podIP"] != .null }
            }
            func isUndelivered(_ timeout: Duration = .seconds(60)) async -> Bool? {
                do {
                    _ = try await client.run(shell("true", timeout: timeout))
                    return nil
                } catch { return (error as? KubernetesError)?.isUndelivered }
            }
            for (code, expected) in [(500, true), (502, true), (504, true), (503, false), (429, false), (403, false)] {
                await sandbox.control.add(Fault(.refuse(code: code, retryAfter: nil), kind: .pods, name: "a", count: 1))
                #expect(await isUndelivered() == expected, "\(code)")
            }
            await sandbox.control.add(Fault(.hang, kind: .pods, name: "a", count: 1))
            #expect(await isUndelivered(.seconds(5)) == true)
            for failure in [Kubelet.Failure.partitioned, .dead] {
                try await sandbox.nodes.fail("sandbox-node-1", failure)
                #expect(await isUndelivered() == true, "\(failure)")
                try await sandbox.nodes.recover("sandbox-node-1")
                #expect(await isUndelivered() == nil, "\(failure)")
            }
            await sandbox.server.stop()
            #expect(await isUndelivered() == false)
        }
    }

    @Test func needsTheRightToReadAndToCreate() async throws {
        try await run(token: "reader") { sandbox, ask in
            await sandbox.authentication.admit(token: "reader", Caller(user: "reader", groups: []))
            for (verbs, answer) in [("get", "403 "), ("create", "403 "), ("get, create", "exited(0) ")] {
                try await sandbox.apply(
                    """
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: Role
                    metadata: {name: exec, namespace: default}
                    rules: [{apiGroups: [""], resources: [pods/exec], verbs: [\(verbs)]}]
                    ---
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: RoleBinding
                    metadata: {name: exec, namespace: default}
                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: exec}
                    subjects: [{kind: User, name: reader, apiGroup: rbac.authorization.k8s.io}]

                    """
                )
                #expect(await ask(shell("true")).hasPrefix(answer))
            }
        }
    }

    @Test func readsWhatAServerMaySay() throws {
        func end(_ messages: [[UInt8]]) -> String {
            var transcript = ExecTranscript(outputLimit: 4)
            for message in messages where transcript.take(message) { break }
            do throws(PodCommand.Failure) {
                let outcome = try transcript.outcome()
                return "\(outcome.end) \(outcome.output)"
            } catch {
                return "failure: \(error)"
            }
        }
        func status(_ text: String) -> [UInt8] { [3] + Array(text.utf8) }
        let success = status(#"{"metadata":{},"status":"Success"}"#)
        #expect(end([[1], [2], [3], [1] + Array("abc".utf8), [2] + Array("def".utf8), success]) == "exited(0) abcd")
        #expect(end([[], [9, 1], [255, 1], success]) == "exited(0) ")
        #expect(end([]) == "withoutStatus ")
        #expect(end([status("no JSON")]) == "withoutStatus ")
        #expect(
            end([status(#"{"status":"Failure","message":"container not found"}"#)]) == "failure: container not found"
        )
        let odd =
            #"{"status":"Failure","reason":"NonZeroExitCode","message":"?","details":{"causes":[{"reason":"ExitCode","message":"x"}]}}"#
        #expect(end([status(odd)]) == "failure: ?")
    }
}
