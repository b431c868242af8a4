import Foundation
import Sandbox
import TestedCluster
import Testing

extension ControlPlaneTests {
    /// The API server is away, slow, forgetful or unwilling.
    @Suite struct APIFaultTests {
        @Test func theAbsenceOfTheAPIServerMovesNothingAndWhatHappenedMeanwhileIsActedOn() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    await stage.sandbox.server.stop()
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    _ = await process.log.wait(for: "member.name=\(first)", "unhealthy")
                    _ = await process.log.wait(for: "operation failed")
                    #expect(await stage.audit("web").sequence.last == [first])
                    try await stage.sandbox.server.start()
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        @Test func aFailureThatIsOverBeforeTheAPIServerReturnsMovesNothing() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    await stage.sandbox.server.stop()
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    // The end of the first move may have been interrupted, which is a failed operation, too.
                    _ = await process.log.wait(for: "member.name=\(first)", "unhealthy")
                    _ = await process.log.wait(for: "operation failed")
                    // Who has not missed the server has nothing to resume.
                    _ = await process.log.wait(for: "group waits")
                    let seen = await process.log.lines.count
                    await stage.sandbox.applications.set(.healthy, pod: first, namespace: "default")
                    _ = await process.log.wait(after: seen, for: "member.name=\(first)", "member.health=healthy")
                    try await stage.sandbox.server.start()
                    _ = await process.log.wait(for: "group resumes")
                    #expect(try await stage.waitUntilSettled("web") == first)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        /// What befalls the writes of a move.
        enum WriteFault: CaseIterable {
            case lostAnswerOfTheIntent, lostAnswersOfPatches, refusedPatches, retryAfter, delay
            case answersCutShort, answersByteByByte, listOfThePast
            case everyAnswerOfTheRecordIsLost, everyAnswerOfWritesIsLost
        }

        @Test(arguments: WriteFault.allCases) func aMoveSurvivesFaultsOfItsWrites(fault: WriteFault) async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    let control = stage.sandbox.control
                    switch fault {
                    case .lostAnswerOfTheIntent:
                        await control.add(Fault(.loseAnswer, verb: "update", kind: .leases, count: 1))
                    case .everyAnswerOfTheRecordIsLost:
                        await control.add(Fault(.loseAnswer, verb: "update", kind: .leases, name: "kube-standby-web"))
                    case .everyAnswerOfWritesIsLost:
                        await control.add(Fault(.loseAnswer, verb: "update", kind: .leases, name: "kube-standby-web"))
                        await control.add(Fault(.loseAnswer, verb: "patch", kind: .pods))
                    case .lostAnswersOfPatches:
                        await control.add(Fault(.loseAnswer, verb: "patch", kind: .pods, count: 2))
                    case .refusedPatches:
                        await control.add(Fault(.refuse(code: 500, retryAfter: nil), verb: "patch", count: 3))
                    case .retryAfter:
                        await control.add(Fault(.refuse(code: 429, retryAfter: 1), verb: "patch", count: 1))
                    case .answersCutShort:
                        await control.add(Fault(.truncate(after: 30), verb: "patch", count: 2))
                    case .answersByteByByte: await control.add(Fault(.trickle))
                    case .listOfThePast:
                        let past = await stage.sandbox.store.view
                        await control.add(Fault(.stale(past), verb: "list", kind: .pods, count: 1))
                        await control.cutWatches()
                    case .delay: await control.add(Fault(.delay(.milliseconds(300)), kind: .pods))
                    }
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.waitForEndpoints([second], of: "web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// Probes that are commands in the pods: their exit code moves the role, an API server that cannot run them does not.
        @Test func commandsInPodsDecideAndTheirWayThereDoesNot() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                try await stage.sandbox.apply(Manifests.execRights)
                let probe = """
                    {exec: {command: [sh, -c, 'test "$HEALTH" = healthy || { echo "it is $HEALTH"; exit 4; }']}, \
                    periodSeconds: 5, timeoutSeconds: 5, fastPeriodSeconds: 0.5, failureThreshold: 3, successThreshold: 1}
                    """
                let arguments = try await stage.arguments(groups: [Manifests.group("web", probe: probe)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let first = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    let execs = Fault(.refuse(code: 500, retryAfter: nil), verb: "get", kind: .pods)
                    await stage.sandbox.control.add(execs)
                    _ = await process.log.wait(for: "member.name=\(first)", "the command could not be run")
                    #expect(try await stage.waitUntilSettled("web") == first)
                    await stage.sandbox.control.removeFaults()
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    _ = await process.log.wait(for: "member.name=\(first)", "exit code 4: it is status(500)")
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        @Test func aWatchThatIsCutAndForgottenIsMadeGood() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    await stage.sandbox.control.add(Fault(.drop, verb: "watch", count: 2))
                    await stage.sandbox.control.cutWatches()
                    try await stage.sandbox.deletePod("web-2", gracePeriod: 0)
                    await stage.sandbox.compact()
                    try await stage.waitForPods(of: "web", count: 3)
                    try await stage.waitUntilSettled("web")
                    try await stage.sandbox.deletePod(first)
                    try await stage.waitUntilSettled("web", otherThan: first)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func aServerRestoredFromABackupIsFollowed() async throws {
            var options = Sandbox.Options()
            options.bookmarkInterval = .milliseconds(500)
            try await Stage.run(options) { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let first = try await stage.waitUntilSettled("web")
                    try await stage.sandbox.perform(.restartServer(resetsRevisions: true))
                    try await stage.sandbox.deletePod("web-2")
                    try await stage.waitForPods(of: "web", count: 3)
                    try await stage.waitUntilSettled("web")
                    await stage.sandbox.applications.set(.status(500), pod: first, namespace: "default")
                    let second = try await stage.waitUntilSettled("web", otherThan: first)
                    try await stage.sandbox.waitForEndpoints([second], of: "web")
                }
                let audit = await stage.audit("web")
                #expect(audit.violations.isEmpty && audit.moves == 1)
            }
        }

        /// What cannot succeed is asked for ever more seldom, and goes on once it can.
        @Test(arguments: [400, 403, 422]) func aRefusalThatLastsIsNotRepeatedAtOnce(code: Int) async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                let refusal = Fault(.refuse(code: code, retryAfter: nil), verb: "create", kind: .leases)
                await stage.sandbox.control.add(refusal)
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { _ in
                    let times = await stage.sandbox.control.requests("create", of: .leases, count: 7).map(\.time)
                    try #require(times.count >= 7)
                    // The pods that are seen for the first time may begin the count anew; at least half of 0.2...1.6 s.
                    #expect(times[6] - times[0] >= .seconds(1.5), "\(times)")
                    await stage.sandbox.control.removeFaults()
                    try await stage.waitUntilSettled("web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        @Test func idleItAsksForNothingButItsWatches() async throws {
            var options = Sandbox.Options()
            options.bookmarkInterval = .milliseconds(200)
            try await Stage.run(options) { stage in
                try await stage.place("web")
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "healthy")
                    }
                    try await stage.sandbox.wait(for: "the last Event") { store in
                        await store.list(.events, namespace: "default").contains { $0["reason"] == "FailedOver" }
                    }
                    try await stage.waitForEndOfFirstMove("web")
                    // Of Leases and slices the first list may come late: nothing waits for them.
                    for kind: Kind in [.services, .pods, .leases, .endpointSlices] {
                        _ = await stage.sandbox.control.requests("watch", of: kind, count: 1)
                    }
                    let before = await stage.sandbox.control.log.count
                    // Five more probes, at one in 0.6 s.
                    var probes = await stage.sandbox.applications.requests(pod: holder, namespace: "default")
                        .makeAsyncIterator()
                    for _ in 0..<5 { await probes.next() }
                    let later = await stage.sandbox.control.log.dropFirst(before)
                    #expect(later.allSatisfy { $0.verb == "watch" }, "\(later.map { "\($0.verb) \($0.kind.plural)" })")
                }
            }
        }
    }
}
