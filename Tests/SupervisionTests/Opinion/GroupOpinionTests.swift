import KubernetesClient
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group whose leader asks: what it writes on the Lease, and what comes of the answers.
@Suite(.timeLimit(.minutes(5))) struct GroupOpinionTests {
    @Test func asksOnTheLeaseAndMovesWhenAStandbyAgrees() async throws {
        let stage = try GroupStage.leading()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            #expect(stage.log.lines(with: "move begins").isEmpty)
            let question = try #require(stage.opinions.question)
            #expect(question.pod == "web-0" && question.uid == "uid-web-0" && question.id == "me-1/1")
            try stage.answer("unhealthy")
            await stage.log.wait(for: "write record web-1@2", count: 2)
        }
        #expect(stage.actives == ["web-1"])
    }

    /// The last write of the record takes away what is settled, and no other is made for that.
    @Test func theQuestionAndItsAnswersGoWithTheNextRecord() async throws {
        let stage = try GroupStage.leading()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            try stage.answer("unhealthy")
            await stage.log.wait(for: "move complete")
            await stage.log.wait(for: "write record web-1@2", count: 2)
        }
        let annotations = stage.cluster.objects.leases["kube-standby-web"]?.metadata.annotations ?? [:]
        #expect(!annotations.keys.contains { $0.contains("opinion") }, "\(annotations.keys)")
        #expect(stage.log.lines(with: "write record").count == 3)
    }

    @Test func holdsWhenAStandbyDisagreesAndMovesWhenItChangesItsMind() async throws {
        let stage = try GroupStage.leading()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            try stage.answer("healthy")
            await stage.log.wait(for: "too few others say so")
            #expect(stage.actives == ["web-0"])
            try stage.answer("unhealthy")
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
        #expect(stage.log.lines(with: "no longer: the active pod web-0 fails here").count == 1)
    }

    @Test(arguments: ["Move", "Hold"]) func silenceEndsWithThePatience(onSilence: String) async throws {
        let more = ", failover: {secondOpinion: {from: [Replica], patienceSeconds: 7, onSilence: \(onSilence)}}"
        let stage = try GroupStage.leading(more)
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            await stage.clock.sleepBegins("sleep of 7.0 seconds")
            stage.clock.advance(by: .seconds(7))
            await stage.log.wait(for: onSilence == "Move" ? "move complete" : "too few others answer")
        }
        #expect(stage.actives == [onSilence == "Move" ? "web-1" : "web-0"])
    }

    /// The kubelet says what it says in the pod; nobody is asked, and nothing is written for it.
    @Test func theKubeletIsNotAsked() async throws {
        let stage = try GroupStage.leading(", failover: {secondOpinion: {from: [Kubelet]}}")
        stage.changePod("web-0") { $0.spec?.containers?[0].readinessProbe = .init() }
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "too few others say so")
            stage.changePod("web-0") { $0.status?.isReady = false }
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"] && stage.log.lines(with: "ask of").isEmpty)
    }

    /// Fifteen answers change the Lease under the intent, and hold it up for no longer than it takes to read it again.
    @Test func answersBesideTheIntentDoNotHoldItUp() async throws {
        let stage = try GroupStage.leading(standbys: 15)
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            stage.cluster.plan(.hold, on: "write record web-1@2 intended")
            try stage.answer("unhealthy")
            await stage.log.wait(for: "held: ")
            for number in 0..<14 { try stage.answer("unhealthy", by: "r-\(number)") }
            stage.cluster.release("write record")
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
        #expect(stage.log.lines(with: "intended").count <= 4)
    }

    /// A question that waited for the lead until it was settled is not asked.
    @Test func nothingIsAskedThatIsSettledByNow() async throws {
        let authority = WriteAuthority(until: nil)
        let stage = try GroupStage.leading(authority: authority)
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            authority.end(at: stage.clock.now)
            for health in [Health.unhealthy, .healthy] {
                stage.probes.set(health, "web-0")
                await stage.log.wait(for: "member.name=web-0 member.health=\(health.rawValue)")
            }
            await stage.log.wait(for: "member.health=healthy", count: 3)
            stage.gate.use(WriteAuthority(until: nil))
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            #expect(stage.opinions.question?.id == "me-1/2")
        }
        #expect(stage.log.lines(with: "ask of web-0").count == 1)
    }

    /// A leader and its standby on one Lease, each with probes of its own: the leader is cut off from the pod, then the pod fails.
    @Test func aLeaderThatIsCutOffIsContradictedUntilThePodFails() async throws {
        let stage = try GroupStage.leading()
        let probes = FakeProbes(clock: stage.clock, log: stage.log)
        let standby = GroupSupervisor(
            stage.configuration,
            namespace: "default",
            claimant: .init(group: "web", run: 2),
            identity: "you",
            isDryRun: false,
            standing: .standby,
            surroundings: GroupStage.surroundings(
                stage.cluster,
                probes,
                ClaimRegistry(),
                WriteGate(),
                stage.clock,
                stage.log,
                stage.configuration
            )
        )
        try await stage.run { stage in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await standby.run() }
                await stage.log.wait(for: "active member is on record")
                stage.probes.set(.unhealthy, "web-0")
                await stage.log.wait(for: "answer healthy")
                await stage.log.wait(for: "too few others say so")
                #expect(stage.actives == ["web-0"])
                probes.set(.unhealthy, "web-0")
                await stage.log.wait(for: "answer unhealthy")
                await stage.log.wait(for: "write record web-1@2", count: 2)
                standby.post(.shutdown(isRemoved: false, grace: .zero))
                try await group.waitForAll()
            }
        }
        #expect(stage.actives == ["web-1"] && stage.opinions == StoredOpinions())
        #expect(stage.log.lines(with: "ask of").count == 1 && stage.log.lines(with: "answer").count == 2)
    }
}
