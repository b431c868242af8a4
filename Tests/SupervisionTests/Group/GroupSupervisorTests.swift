import Foundation
import Probing
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import KubernetesClient
@testable import Supervision

/// One group from its start on: what it asks of the API server and what it tells, in order.
@Suite(.timeLimit(.minutes(5))) struct GroupSupervisorTests {
    @Test func adoptsTheActivePodAndWritesNoLabel() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { await $0.log.wait(for: "active member is on record") }
        #expect(
            stage.story == [
                "web: read record", "web: write record web-0@1 adopted",
                "web: active member is on record member.name=web-0", "web: probes end", "web: ended",
            ]
        )
        #expect(stage.record?.holder == .init(name: "web-0", id: .init("uid-web-0")) && stage.actives == ["web-0"])
    }

    @Test func promotesOneWhereNobodyIsActiveAndLabelsTheOthers() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place([nil, nil, nil])
        try await stage.run { await $0.log.wait(for: "move complete") }
        #expect(stage.actives == ["web-0"])
        #expect(stage.record?.origin == .intended && stage.record?.epoch == Epoch(1))
        let writes = stage.log.lines.filter { $0.contains("=passive@") || $0.contains("=active@") }
        #expect(Set(writes.dropLast()) == ["web: web-1=passive@1", "web: web-2=passive@1"])
        #expect(writes.last == "web: web-0=active@1")
    }

    @Test func failsOverFromAnUnhealthyPod() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "write record web-1@2", count: 2)
        }
        #expect(
            stage.story.dropFirst(3) == [
                "web: move begins to=web-1 cause=the active pod is unhealthy", "web: write record web-1@2 intended",
                "web: list", "web: web-0=passive@2", "web: web-1=active@2", "web: member demoted member.name=web-0",
                "web: member promoted member.name=web-1",
                "web: move complete to=web-1 cause=the active pod is unhealthy", "web: write record web-1@2 intended",
                "web: probes end", "web: ended",
            ]
        )
        #expect(stage.actives == ["web-1"])
    }

    @Test func adoptsWhatAnotherSupervisorLeftAndFinishesWhatItBegan() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["passive", "passive"])
        var record = GroupRecord(
            holder: .init(name: "web-1", id: .init("uid-web-1")),
            epoch: Epoch(7),
            origin: .intended,
            writer: "another",
            reason: ""
        )
        let announced = Announcements.Entry(epoch: Epoch(7), target: .init("uid-web-1"))
        record.announced = Announcements(since: Epoch(6), entries: [announced])
        stage.placeLease(record)
        try await stage.run { await $0.log.wait(for: "move complete") }
        #expect(stage.actives == ["web-1"] && stage.record?.epoch == Epoch(8))
        #expect(stage.record?.writer == "me-1")
    }

    /// Before its pods are known a group could decide nothing, and thousands of reads would hold up their list.
    @Test func readsNothingBeforeThePodsAreListed() async throws {
        let stage = GroupStage(try Samples.group())
        stage.cluster.stopWatching()
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            // It waits without a task.
            while await !stage.supervisor.isAtRest { await Task.yield() }
            #expect(stage.log.lines.isEmpty)
            stage.cluster.show()
            await stage.log.wait(for: "active member is on record")
        }
        #expect(stage.story.first == "web: read record")
    }

    @Test func inADryRunNothingIsWritten() async throws {
        let stage = GroupStage(try Samples.group(), isDryRun: true)
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "member.health=healthy", count: 2)
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move withheld")
        }
        #expect(stage.story.first == "web: read record" && stage.log.lines(with: "@").isEmpty)
        #expect(stage.record == nil && stage.actives == ["web-0"])
    }

    // MARK: The Service

    @Test(arguments: [
        (nil, "does not exist"), ("{}", "has no selector"),
        (#"{"app":"web"}"#, "lacks role"), (#"{"app":"web","role":"primary"}"#, "has role: primary"),
    ]) func waitsForAServiceThatItCanUse(selector: String?, words: String) async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"], service: false)
        try await stage.run { stage in
            if let selector {
                let service = try Samples.service("web", selector: selector)
                stage.cluster.change { $0.services["web"] = service }
            }
            await stage.log.wait(for: words)
            let service = try Samples.service("web")
            stage.cluster.change { $0.services["web"] = service }
            await stage.log.wait(for: "active member is on record")
        }
        #expect(stage.actives == ["web-0"])
        #expect(stage.log.lines(with: "group resumes").count == 1)
    }

    @Test func withoutItsServiceItMovesNothing() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.change { $0.services = [:] }
            await stage.log.wait(for: "group waits")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "member.health=unhealthy")
        }
        #expect(stage.actives == ["web-0"] && stage.log.lines(with: "=active@").isEmpty)
    }

    /// A Service that goes in the middle of a switch: the pods are kept until it is finished, and no longer.
    @Test func withoutItsServiceItLetsItsPodsGoWhenTheSwitchIsFinished() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.plan(.hold, on: "web-1=active")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "held: web: web-1=active")
            stage.cluster.change { $0.services["web"] = nil }
            await stage.log.wait(for: "group waits")
            let other = RoleClaims.Claimant(group: "shop", run: 9)
            let wish = RoleClaims.Wish(
                scopes: [.init(namespace: "default", key: "role")],
                pods: [Member.ID("uid-web-1")]
            )
            let (freed, free) = AsyncStream.makeStream(of: Void.self)
            let verdict = await stage.claims.claim(wish, for: other) { free.finish() }
            #expect(verdict == .contested(pod: Member.ID("uid-web-1"), by: "web"))
            stage.cluster.release("web-1=active")
            for await _ in freed {}
            #expect(await stage.claims.claim(wish, for: other) {} == .granted)
        }
        #expect(stage.actives == ["web-1"])
    }

    @Test func tellsOnceThatTheAPIServerIsAway() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            let error = KubernetesError(
                RequestDescription(verb: "list", resource: Pod.resource),
                .undecodable("it is away")
            )
            stage.cluster.pods.tell(.failing(error))
            stage.cluster.services.tell(.failing(error))
            await stage.log.wait(for: "group waits")
            stage.cluster.pods.tell(.recovered)
            stage.cluster.services.tell(.recovered)
            await stage.log.wait(for: "group resumes")
        }
        #expect(stage.log.lines(with: "group waits").count == 1)
        #expect(stage.log.lines(with: "group resumes").count == 1)
    }

    // MARK: What cannot be read

    @Test func tellsOnceOfEachThingThatItLeavesOutOfAccount() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        stage.changePod("web-1") { $0.metadata.annotations = [PodMapping.priorityAnnotation: "high"] }
        try await stage.run { stage in
            await stage.log.wait(for: "left out of account")
            stage.changePod("web-1") { $0.metadata.labels?["other"] = "label" }
            stage.changePod("web-1") { $0.metadata.annotations = nil }
            stage.changePod("web-0") { $0.metadata.annotations = [PodMapping.priorityAnnotation: "low"] }
            await stage.log.wait(for: "pod web-0: annotation")
        }
        #expect(stage.log.lines(with: "left out of account").count == 2)
    }

    /// Whoever may annotate pods could fill the log with an outrageous number of them.
    @Test func tellsOfTwentyThingsAtOnceAtMost() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(Array(repeating: "passive", count: 30))
        stage.cluster.stopWatching()
        for number in 0..<30 {
            stage.changePod("web-\(number)") { $0.metadata.annotations = [PodMapping.priorityAnnotation: "x"] }
        }
        stage.cluster.show()
        try await stage.run { await $0.log.wait(for: "member.health=healthy", count: 30) }
        #expect(stage.log.lines(with: "left out of account").count == 20)
    }

    @Test func tellsOfAnEpochThatNoSwitchLedTo() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        stage.changePod("web-1") { $0.metadata.annotations = ["epoch.kube-standby.io/web": "900000000"] }
        try await stage.run { stage in
            await stage.log.wait(for: "far above the record's")
            await stage.log.wait(for: "active member is on record")
        }
        #expect(stage.record?.epoch == Epoch(1))
    }

    // MARK: Labels

    @Test func setsRightALabelThatSomebodyTookFromAPassivePod() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.changePod("web-1") { $0.metadata.labels?["role"] = nil }
            await stage.log.wait(for: "member is passive")
        }
        #expect(stage.cluster.objects.pods["web-1"]?.metadata.labels?["role"] == "passive")
        #expect(stage.actives == ["web-0"] && stage.record?.holder?.name == "web-0")
    }

    @Test(arguments: [nil, "passive", "other"])
    func givesTheActivePodItsLabelBack(role: String?) async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.changePod("web-0") { $0.metadata.labels?["role"] = role }
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-0"] && stage.record?.epoch == Epoch(2))
        #expect(stage.log.lines(with: "move complete").allSatisfy { $0.contains("took the role") })
    }

    @Test func leavesTheRecordedOneActiveOfTwo() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-1")
            await stage.log.wait(for: "member.health=unhealthy")
            stage.changePod("web-1") { $0.metadata.labels?["role"] = "active" }
            await stage.log.wait(for: "member is passive member.name=web-1")
        }
        #expect(stage.actives == ["web-0"])
        #expect(stage.log.lines(with: "web: active together: web-0, web-1").count == 1)
    }

    // MARK: Probes

    @Test func probesWhatHasAnAddressOnly() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive", "passive"])
        stage.changePod("web-1") { $0.status?.podIP = nil }
        stage.changePod("web-2") { $0.status?.phase = "Failed" }
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            #expect(Set(stage.probes.targets(of: "web").keys) == ["web-0"])
            stage.changePod("web-1") { $0.status?.podIP = "10.0.0.9" }
            await stage.log.wait(for: "member.name=web-1 member.health=healthy")
            #expect(stage.probes.targets(of: "web")["web-1"]?.address == "10.0.0.9")
        }
        #expect(stage.probes.targets(of: "web").isEmpty)
    }

    @Test func whileProbesAreDoubtedNothingMovesForThem() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            let now = stage.clock.now
            stage.probes.doubt(Suspension(until: now + Suspension.duration, reason: .massFailure))
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "automatic moves are suspended")
            #expect(stage.actives == ["web-0"])
            await stage.clock.sleepBegins("sleep of \(Suspension.duration)")
            stage.clock.advance(by: Suspension.duration)
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"] && stage.log.lines(with: "no longer: automatic moves").count == 1)
    }
}
