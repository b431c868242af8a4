import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// A group whose leader asks, and one whose standby answers: what each writes on the Lease, and what comes of it.
@Suite(.timeLimit(.minutes(5))) struct GroupOpinionTests {
    private static let asking = ", failover: {secondOpinion: {from: [Replica]}}"

    /// A group that is asked about `web-0`.
    private static func leading(standbys: Int = 1, _ more: String = asking) throws -> GroupStage {
        let stage = GroupStage(try Samples.group("web", service: "web", more), standbys: standbys)
        try stage.place(["active", "passive"])
        return stage
    }

    private static func opinions(_ stage: GroupStage) -> StoredOpinions {
        StoredOpinions(stage.cluster.objects.leases["kube-standby-web"])
    }

    /// A standby answers what is asked now.
    private static func answer(_ health: String, by replica: String = "r", on stage: GroupStage) throws {
        let question = try #require(opinions(stage).question)
        let answer = StoredOpinions.Answer(question: question.id, uid: question.uid, health: health, ageSeconds: 0)
        stage.changeLease { lease in
            lease = StoredOpinions.answer(answer, of: StoredOpinions.name(of: replica), on: lease) ?? lease
        }
    }

    // MARK: The leader

    @Test func asksOnTheLeaseAndMovesWhenAStandbyAgrees() async throws {
        let stage = try Self.leading()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            #expect(stage.log.lines(with: "move begins").isEmpty)
            let question = try #require(Self.opinions(stage).question)
            #expect(question.pod == "web-0" && question.uid == "uid-web-0" && question.id == "me-1/1")
            try Self.answer("unhealthy", on: stage)
            await stage.log.wait(for: "write record web-1@2", count: 2)
        }
        #expect(stage.actives == ["web-1"])
    }

    /// The last write of the record takes away what is settled, and no other is made for that.
    @Test func theQuestionAndItsAnswersGoWithTheNextRecord() async throws {
        let stage = try Self.leading()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            try Self.answer("unhealthy", on: stage)
            await stage.log.wait(for: "move complete")
            await stage.log.wait(for: "write record web-1@2", count: 2)
        }
        let annotations = stage.cluster.objects.leases["kube-standby-web"]?.metadata.annotations ?? [:]
        #expect(!annotations.keys.contains { $0.contains("opinion") }, "\(annotations.keys)")
        #expect(stage.log.lines(with: "write record").count == 3)
    }

    @Test func holdsWhenAStandbyDisagreesAndMovesWhenItChangesItsMind() async throws {
        let stage = try Self.leading()
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            try Self.answer("healthy", on: stage)
            await stage.log.wait(for: "too few others say so")
            #expect(stage.actives == ["web-0"])
            try Self.answer("unhealthy", on: stage)
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
        #expect(stage.log.lines(with: "no longer: the active pod web-0 fails here").count == 1)
    }

    @Test(arguments: ["Move", "Hold"]) func silenceEndsWithThePatience(onSilence: String) async throws {
        let more = ", failover: {secondOpinion: {from: [Replica], patienceSeconds: 7, onSilence: \(onSilence)}}"
        let stage = try Self.leading(more)
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
        let stage = try Self.leading(", failover: {secondOpinion: {from: [Kubelet]}}")
        stage.changePod("web-0") { $0.spec?.containers?[0].readinessProbe = .init() }
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "too few others say so")
            stage.changePod("web-0") { $0.status?.conditions?[0].status = "False" }
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"] && stage.log.lines(with: "ask of").isEmpty)
    }

    /// Fifteen answers change the Lease under the intent, and hold it up for no longer than it takes to read it again.
    @Test func answersBesideTheIntentDoNotHoldItUp() async throws {
        let stage = try Self.leading(standbys: 15)
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "ask of web-0")
            stage.cluster.plan(.hold, on: "write record web-1@2 intended")
            try Self.answer("unhealthy", on: stage)
            await stage.log.wait(for: "held: ")
            for number in 0..<14 { try Self.answer("unhealthy", by: "r-\(number)", on: stage) }
            stage.cluster.release("write record")
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
        #expect(stage.log.lines(with: "intended").count <= 4)
    }

    /// A question that waited for the lead until it was settled is not asked.
    @Test func nothingIsAskedThatIsSettledByNow() async throws {
        let authority = WriteAuthority(until: nil)
        let group = try Samples.group("web", service: "web", Self.asking)
        let stage = GroupStage(group, authority: authority, standbys: 1)
        try stage.place(["active", "passive"])
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
            #expect(Self.opinions(stage).question?.id == "me-1/2")
        }
        #expect(stage.log.lines(with: "ask of web-0").count == 1)
    }

    // MARK: A standby

    private static func standby(isDryRun: Bool = false) throws -> GroupStage {
        let group = try Samples.group("web", service: "web", asking)
        let stage = GroupStage(group, isDryRun: isDryRun, standing: .standby, authority: .none)
        try stage.place(["active", "passive"])
        let holder = GroupRecord.Holder(name: "web-0", id: .init("uid-web-0"))
        stage.placeLease(GroupRecord(holder: holder, epoch: Epoch(1), origin: .adopted, writer: "other", reason: ""))
        return stage
    }

    /// The leader asks.
    private static func ask(_ id: String, _ pod: String = "web-0", on stage: GroupStage) {
        let question = StoredOpinions.Question(
            id: id,
            pod: pod,
            uid: "uid-\(pod)",
            since: MicroTime(microseconds: 0)
        )
        stage.changeLease { $0 = StoredOpinions.ask(question, on: $0) }
    }

    @Test func aStandbyAnswersOnceAndAgainWhenItsVerdictChanges() async throws {
        let stage = try Self.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            Self.ask("other/1", on: stage)
            await stage.log.wait(for: "answer healthy")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "answer unhealthy")
            Self.ask("other/2", on: stage)
            await stage.log.wait(for: "answer unhealthy", count: 2)
        }
        let opinions = Self.opinions(stage)
        #expect(opinions.answers.map(\.key) == [StoredOpinions.name(of: "me-1")])
        #expect(opinions.heard.map(\.question) == ["other/2"] && opinions.heard.map(\.health) == [.unhealthy])
        #expect(
            stage.log.lines.filter { $0.contains("answer") || $0.contains("write") } == [
                "web: answer healthy", "web: answer unhealthy", "web: answer unhealthy",
            ]
        )
        #expect(stage.record?.writer == "other" && stage.record?.epoch == Epoch(1) && stage.actives == ["web-0"])
    }

    @Test func anAnswerThatCouldNotBeWrittenIsGivenAgain() async throws {
        let stage = try Self.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            stage.cluster.plan(.failure, on: "answer")
            Self.ask("other/1", on: stage)
            await stage.log.wait(for: "answer healthy", count: 2)
        }
        #expect(Self.opinions(stage).heard.map(\.health) == [.healthy])
    }

    @Test func aStandbyIsSilentOnWhatItDoesNotKnowAndInADryRun() async throws {
        let stage = try Self.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            Self.ask("other/1", "nobody", on: stage)
            Self.ask("other/2", on: stage)
            await stage.log.wait(for: "answer healthy")
        }
        #expect(stage.log.lines(with: "answer").count == 1)
        let dry = try Self.standby(isDryRun: true)
        try await dry.run { stage in
            await stage.log.wait(for: "read record")
            Self.ask("other/1", on: stage)
            stage.probes.set(.unhealthy, "web-0")
        }
        #expect(dry.log.lines(with: "answer").isEmpty)
    }

    /// One that is cut off itself, so that every pod fails for it, agrees with nobody.
    @Test func aStandbyThatDoubtsItsProbesDoesNotSayThatAPodFails() async throws {
        let stage = try Self.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            Self.ask("other/1", on: stage)
            await stage.log.wait(for: "answer healthy")
            let doubt = Suspension(until: stage.clock.now + Suspension.duration, reason: .massFailure)
            stage.supervisor.post(.doubt(doubt))
            stage.probes.set(.unhealthy, "web-0")
            // A later question is answered, so that everything before it was heard.
            Self.ask("other/2", "web-1", on: stage)
            await stage.log.wait(for: "answer healthy", count: 2)
            stage.clock.advance(by: Suspension.duration)
            Self.ask("other/3", on: stage)
            await stage.log.wait(for: "answer unhealthy")
        }
        let answers = stage.log.lines(with: "answer")
        #expect(answers == ["web: answer healthy", "web: answer healthy", "web: answer unhealthy"])
    }

    /// A supervisor that takes over asks for itself: what was asked and answered before is nothing to it.
    @Test func whoTakesOverAsksAnew() async throws {
        let stage = try Self.standby()
        try await stage.run { stage in
            await stage.log.wait(for: "read record")
            Self.ask("other/1", on: stage)
            await stage.log.wait(for: "answer healthy")
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "answer unhealthy")
            stage.gate.use(WriteAuthority(until: nil))
            stage.supervisor.post(.standing(.leading))
            await stage.log.wait(for: "ask of web-0")
            #expect(Self.opinions(stage).question?.id == "me-1/1" && Self.opinions(stage).answers.isEmpty)
            try Self.answer("unhealthy", on: stage)
            await stage.log.wait(for: "move complete")
        }
        #expect(stage.actives == ["web-1"])
    }

    // MARK: Both

    /// A leader and its standby on one Lease, each with probes of its own: the leader is cut off from the pod, then the pod fails.
    @Test func aLeaderThatIsCutOffIsContradictedUntilThePodFails() async throws {
        let stage = try Self.leading()
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
        #expect(stage.actives == ["web-1"] && Self.opinions(stage) == StoredOpinions())
        #expect(stage.log.lines(with: "ask of").count == 1 && stage.log.lines(with: "answer").count == 2)
    }
}
