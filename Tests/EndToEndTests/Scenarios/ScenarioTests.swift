import Foundation
import Glibc
import Sandbox
import TestedCluster
import Testing

extension WorkloadTests {
    /// What the supervisor must survive, one by one, with the real binary; what the decisions of the core alone answer is in its
    /// own tests, what the API's faults bring in `APIFaultTests` and `RestartTests`.
    @Suite struct ScenarioTests {
        /// 1.
        @Test func anOldActivePodThatComesBackIsDemotedAndTheOneOnRecordStays() async throws {
            try await Stage.withWeb { stage, arguments in
                let (holder, _) = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.waitUntilSettled("web")
                }
                // While nobody looks a pod turns up that is labelled as it was once.
                try await stage.label("web-2", role: "active")
                _ = try await SupervisorProcess.run(arguments) { _ in
                    try await stage.expect("web", toSettleOn: holder)
                }
            }
        }

        /// 3.
        @Test func standbysThatServeOnlyWhenActiveArePromotedByTheirPassiveProbe() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                for pod in ["web-1", "web-2"] {
                    await stage.sandbox.applications.set(.status(503), pod: pod, namespace: "default")
                }
                let group = Manifests.group(
                    "web",
                    "passiveProbe: {tcpSocket: {port: http}, periodSeconds: 2, fastPeriodSeconds: 0.2, timeoutSeconds: 1.9, successThreshold: 1}"
                )
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    try await stage.expect("web", toSettleOn: "web-0")
                    try await stage.sandbox.deletePod("web-0")
                    let next = try await stage.waitUntilSettled("web", otherThan: "web-0")
                    await stage.sandbox.applications.set(.healthy, pod: next, namespace: "default")
                    try await stage.sandbox.waitForEndpoints([next], of: "web")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// 4.
        @Test func aSupervisorThatWasStoppedMovesNothingOnStaleKnowledge() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                // One failure is enough, and every probe that is under way has timed out when the process goes on.
                let group = Manifests.group("web").replacing("failureThreshold: 3", with: "failureThreshold: 1")
                    .replacing("timeoutSeconds: 1.9", with: "timeoutSeconds: 4")
                let arguments = try await stage.arguments(groups: [group])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=healthy")
                    }
                    process.send(SIGSTOP)
                    // Frozen for longer than the stall that counts: the time is the thing that is tested.
                    try await Task.sleep(for: .seconds(5))
                    process.send(SIGCONT)
                    _ = await process.log.wait(for: "probes are doubted", "stood still")
                    var probes = await stage.sandbox.applications.requests(pod: holder, namespace: "default")
                        .makeAsyncIterator()
                    for _ in 0..<5 { await probes.next() }
                    try await stage.expect("web", toSettleOn: holder)
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        /// 4.
        @Test func whenHalfOfAllTargetsFailTogetherNothingMovesForAWhile() async throws {
            var options = Sandbox.Options()
            options.nodes = 3
            try await Stage.run(options) { stage in
                for name in ["a", "b", "c"] { try await stage.place(name, replicas: 2) }
                // The first to fail is unhealthy when the last, which may be probed a whole period later, has begun to fail, too.
                let probe = Manifests.quickProbe.replacing("failureThreshold: 3", with: "failureThreshold: 25")
                    .replacing("timeoutSeconds: 1.9", with: "timeoutSeconds: 4")
                let groups = ["a", "b", "c"].map { Manifests.group($0, probe: probe) }
                let arguments = try await stage.arguments(groups: groups)
                _ = try await SupervisorProcess.run(arguments) { process in
                    for name in ["a", "b", "c"] {
                        try await stage.expect(name, toSettleOn: "\(name)-0")
                        _ = await process.log.wait(for: "member.name=\(name)-1", "member.health=healthy")
                    }
                    // All active pods and one more, on more than one node: more likely it is us.
                    for pod in ["a-0", "b-0", "c-0", "c-1"] {
                        await stage.sandbox.applications.set(.status(500), pod: pod, namespace: "default")
                    }
                    _ = await process.log.wait(for: "probes are doubted", "began to fail together")
                    for pod in ["a-0", "b-0", "c-0"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=unhealthy")
                    }
                    _ = await process.log.wait(for: "automatic moves are suspended", "group.name=a")
                    for pod in ["a-0", "b-0", "c-0", "c-1"] {
                        await stage.sandbox.applications.set(.healthy, pod: pod, namespace: "default")
                    }
                    _ = await process.log.wait(for: "no longer: automatic moves are suspended", "group.name=a")
                }
                for name in ["a", "b", "c"] { #expect(await stage.audit(name).moves == 0) }
            }
        }

        /// 6.
        @Test func twoSupervisorsOfOneGroupNeverMakeTwoActive() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { _ in
                    _ = try await SupervisorProcess.run(arguments) { _ in
                        var holder = try await stage.waitUntilSettled("web")
                        for _ in 0..<3 {
                            await stage.sandbox.applications.set(.status(500), pod: holder, namespace: "default")
                            let next = try await stage.waitUntilSettled("web", otherThan: holder)
                            await stage.sandbox.applications.set(.healthy, pod: holder, namespace: "default")
                            holder = next
                        }
                    }
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// 9.
        @Test func applicationsThatFlapAreLeftAloneAfterSoManyMovesAndItSaysSo() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                let flap = "failover: {flap: {maxSwitches: 2, windowSeconds: 600, holdSeconds: 600}}"
                let arguments = try await stage.arguments(groups: [Manifests.group("web", flap)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    for (active, next) in [("web-0", "web-1"), ("web-1", "web-0")] {
                        _ = await process.log.wait(for: "member.name=\(next)", "member.health=healthy")
                        try await stage.expect("web", toSettleOn: active)
                        await stage.sandbox.applications.set(.status(500), pod: active, namespace: "default")
                        try await stage.waitUntilSettled("web", otherThan: active)
                        let seen = await process.log.lines.count
                        await stage.sandbox.applications.set(.healthy, pod: active, namespace: "default")
                        _ = await process.log.wait(after: seen, for: "member.name=\(active)", "member.health=healthy")
                    }
                    await stage.sandbox.applications.set(.status(500), pod: "web-0", namespace: "default")
                    _ = await process.log.wait(for: "flapping")
                    try await stage.sandbox.wait(for: "the Event") { store in
                        await store.list(.events, namespace: "default").contains { $0["reason"] == "Flapping" }
                    }
                    try await stage.expect("web", toSettleOn: "web-0")
                    // An operator ends the hold.
                    let resumed = try await stage.request(["resume", "web"])
                    #expect(resumed.code == 0, "\(resumed.text)")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                }
                #expect(await stage.audit("web").moves == 3)
            }
        }

        /// 10.
        @Test func theRoleReturnsToTheHigherPriorityAfterItsDelayOnly() async throws {
            try await Stage.run { stage in
                try await stage.place("web", replicas: 2)
                let more =
                    "priorities: [{pod: web-1, priority: 200}]\n"
                    + "  failover: {preempt: true, preemptDelaySeconds: 2, cooldownSeconds: 1}"
                let arguments = try await stage.arguments(groups: [Manifests.group("web", more)])
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-1")
                    _ = await process.log.wait(for: "member.name=web-0", "member.health=healthy")
                    await stage.sandbox.applications.set(.status(500), pod: "web-1", namespace: "default")
                    try await stage.expect("web", otherThan: "web-1", toSettleOn: "web-0")
                    await stage.sandbox.applications.set(.healthy, pod: "web-1", namespace: "default")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-1")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// 13.
        @Test func aPodThatWasEvictedIsGoneWhateverItsObjectSays() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    // Before it has heard of its own promotion the supervisor would say that nobody was active.
                    _ = await process.log.wait(for: "move complete", "to=\(holder)")
                    for pod in ["web-1", "web-2"] { _ = await process.log.wait(for: "member.name=\(pod)", "healthy") }
                    let key = ObjectKey(.pods, namespace: "default", name: holder)
                    try await stage.sandbox.store.modify(key) { (old) throws(APIFailure) in
                        var new = old
                        new["status"]["phase"] = "Failed"
                        return new
                    }
                    try await stage.waitUntilSettled("web", otherThan: holder)
                    _ = await process.log.wait(for: "move complete", "gone")
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }

        /// 16.
        @Test func anotherHealthyPodLabelledByHandTakesOver() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.expect("web", toSettleOn: "web-0")
                    _ = await process.log.wait(for: "member.name=web-2", "member.health=healthy")
                    try await stage.label("web-2", role: "active")
                    try await stage.expect("web", otherThan: "web-0", toSettleOn: "web-2")
                    _ = await process.log.wait(for: "move complete", "by hand")
                }
            }
        }

        /// 16.
        @Test func labelsThatSomebodyKeepsTakingAreRepairedTenTimesAMinuteAndItSaysSo() async throws {
            try await Stage.withWeb { stage, arguments in
                _ = try await SupervisorProcess.run(arguments) { process in
                    try await stage.waitUntilSettled("web")
                    for _ in 0..<10 {
                        try await stage.label("web-2", role: nil)
                        try await stage.waitUntilSettled("web")
                    }
                    try await stage.label("web-2", role: nil)
                    _ = await process.log.wait(for: "somebody else writes the role labels")
                    try await stage.sandbox.wait(for: "the Event") { store in
                        await store.list(.events, namespace: "default").contains { $0["reason"] == "LabelDrift" }
                    }
                }
                #expect(await stage.audit("web").moves == 0)
            }
        }

        /// 17.
        @Test func oneNodeThatTakesManyActivePodsDownIsNoReasonForDoubt() async throws {
            var options = Sandbox.Options()
            options.nodes = 2
            try await Stage.run(options) { stage in
                let names = (0..<12).map { "g\($0)" }
                for name in names { try await stage.placeOnTwoNodes(name) }
                let arguments = try await stage.arguments(groups: names.map { Manifests.group($0) })
                _ = try await SupervisorProcess.run(arguments) { process in
                    for name in names {
                        try await stage.expect(name, toSettleOn: "\(name)-a")
                        _ = await process.log.wait(for: "member.name=\(name)-b", "member.health=healthy")
                    }
                    try await stage.sandbox.perform(.failNode("sandbox-node-1", .dead))
                    for name in names { try await stage.waitUntilSettled(name, otherThan: "\(name)-a") }
                    // A supervisor that stood still doubts its probes for that.
                    let doubts = await process.log.lines.filter { $0.contains("began to fail together") }
                    #expect(doubts.isEmpty, "\(doubts)")
                }
                for name in names { #expect(await stage.audit(name).violations.isEmpty) }
            }
        }

        /// 18.
        @Test func membersThatWereNeverReachedAreChosenOnceByRankAndNotMoved() async throws {
            try await Stage.run { stage in
                try await stage.place("web")
                for pod in ["web-0", "web-1", "web-2"] {
                    await stage.sandbox.applications.set(.refusing, pod: pod, namespace: "default")
                }
                let arguments = try await stage.arguments(groups: [Manifests.group("web")])
                _ = try await SupervisorProcess.run(arguments) { process in
                    let holder = try await stage.waitUntilSettled("web")
                    for pod in ["web-0", "web-1", "web-2"] {
                        _ = await process.log.wait(for: "member.name=\(pod)", "member.health=unhealthy", "refused")
                    }
                    _ = await process.log.wait(for: "no healthy candidate")
                    try await stage.expect("web", toSettleOn: holder)
                }
                #expect(await stage.audit("web").violations.isEmpty)
            }
        }
    }
}
