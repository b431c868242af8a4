import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// What a group does when the API server does not do as it is asked.
@Suite(.timeLimit(.minutes(5))) struct FailedRequestTests {
    /// A group whose pod `web-0` fails once it is on record, and whose request with these words then meets a fault.
    private func failover(
        _ fault: FakeCluster.Fault,
        on request: String,
        times: Int = 1,
        _ body: @escaping @Sendable (GroupStage) async -> Void
    ) async throws -> GroupStage {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.plan(fault, on: request, times: times)
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "move begins")
            await body(stage)
        }
        return stage
    }

    /// Lets backoffs pass until a line is there.
    private static func passBackoffs(_ stage: GroupStage, until text: String) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var count = 1
                while !Task.isCancelled, stage.log.lines(with: text).isEmpty {
                    guard await stage.clock.sleepBegan(count) else { return }
                    stage.clock.advance(by: .seconds(1))
                    count += 1
                }
            }
            await stage.log.wait(for: text)
            group.cancelAll()
        }
    }

    /// One that comes to nothing once is made good, whichever it is and however it fails.
    @Test(
        arguments: ["write record web-1@2", "list", "web-2=passive@2", "web-0=passive@2", "web-1=active@2"],
        [FakeCluster.Fault.failure, .conflict, .lostAnswer]
    )
    func aMoveSurvivesAFault(request: String, fault: FakeCluster.Fault) async throws {
        let stage = try await failover(fault, on: request) { stage in
            await Self.passBackoffs(stage, until: "move complete")
        }
        #expect(stage.actives == ["web-1"] && stage.record?.holder?.name == "web-1", "\(stage.story)")
    }

    /// A move that cannot be announced is begun at every attempt, and told of once.
    @Test func aMoveThatIsBegunAgainAndAgainIsToldOfOnce() async throws {
        let stage = try await failover(.failure, on: "write record web-1@2", times: 5) { stage in
            await Self.passBackoffs(stage, until: "move complete")
        }
        #expect(stage.story.filter { $0.contains("write record web-1@2") }.count > 1, "\(stage.story)")
        #expect(stage.log.lines(with: "move begins").count == 1, "\(stage.log.lines(with: "move begins"))")
    }

    @Test func anotherSupervisorsRecordIsReadBeforeAnythingElse() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.stopWatching()
            stage.changeLease { $0.metadata.annotations?[RecordMapping.Annotation.reason] = "theirs" }
            stage.probes.set(.unhealthy, "web-0")
            await stage.log.wait(for: "read record", count: 2)
            await stage.log.wait(for: "write record web-1@2", count: 3)
        }
        let requests = stage.story.filter { $0.hasPrefix("web: read record") || $0.hasPrefix("web: write record") }
        #expect(
            requests == [
                "web: read record", "web: write record web-0@1 adopted",
                "web: write record web-1@2 intended", "web: read record", "web: write record web-1@2 intended",
                "web: write record web-1@2 intended",
            ]
        )
    }

    @Test func aRecordThatIsDeletedIsWrittenAnew() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.cluster.change { $0.leases = [:] }
            await stage.log.wait(for: "active member is on record", count: 2)
        }
        #expect(stage.record?.holder?.name == "web-0" && stage.actives == ["web-0"])
    }

    @Test func withoutARecordNothingIsWritten() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        stage.cluster.plan(.failure, on: "read record", times: 5)
        try await stage.run { stage in
            await Self.passBackoffs(stage, until: "active member is on record")
        }
        let requests = stage.story.filter { !$0.contains("operation failed") }
        #expect(requests.prefix(6) == Array(repeating: "web: read record", count: 6)[...])
        #expect(stage.actives == ["web-0"] && stage.log.lines(with: "operation failed").count >= 1)
    }

    /// 50 ms, 100 ms, 200 ms, …, each between half and all of it.
    @Test func waitsLongerFromFailureToFailure() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active"])
        stage.cluster.plan(.failure, on: "read record", times: 4)
        try await stage.run { stage in
            for (attempt, longest) in [50, 100, 200, 400].enumerated() {
                await stage.clock.sleepBegins(count: attempt + 1)
                let wait = stage.clock.sleeps.first ?? .zero
                #expect(wait <= .milliseconds(longest) && wait >= .milliseconds(longest / 2), "\(wait)")
                stage.clock.advance(by: wait)
            }
            await stage.log.wait(for: "active member is on record")
        }
    }

    /// A right that is missing is asked for ever more seldom, and at once when what it rests on changes.
    @Test func aRefusalIsTriedAgainAtOnceWhenSomethingChanges() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        stage.cluster.plan(.refusal, on: "write record", times: 1)
        try await stage.run { stage in
            await stage.log.wait(for: "operation failed")
            await stage.clock.sleepBegins()
            stage.changePod("web-1") { $0.metadata.labels?["other"] = "label" }
            await stage.log.wait(for: "active member is on record")
        }
        #expect(stage.log.lines(with: "write record").count == 2)
    }

    /// Nobody may write the pod that is to be promoted: another one is.
    @Test func aDeniedPromotionGoesToAnother() async throws {
        let stage = try await failover(.refusal, on: "web-1=active", times: 50) { stage in
            await Self.passBackoffs(stage, until: "move complete")
        }
        #expect(stage.actives == ["web-2"] && stage.record?.holder?.name == "web-2", "\(stage.story)")
    }

    @Test func aDeniedDemotionIsWaitedForAndSaysSo() async throws {
        let stage = try await failover(.refusal, on: "web-0=passive", times: 3) { stage in
            await stage.log.wait(for: "switch waits for a pod that cannot be written")
            #expect(stage.actives == ["web-0"])
            await Self.passBackoffs(stage, until: "move complete")
        }
        #expect(stage.actives == ["web-1"])
        #expect(stage.log.lines(with: "switch waits").count == 1)
    }

    /// The pod was recreated between the decision and the write: its successor is another member.
    @Test func aPodThatWasRecreatedIsNotWrittenByItsOldIdentity() async throws {
        let stage = try await failover(.hold, on: "web-1=active") { stage in
            await stage.log.wait(for: "held: ")
            stage.changePod("web-1") { $0.metadata.uid = "uid-new" }
            stage.cluster.release("web-1=active")
            await Self.passBackoffs(stage, until: "move complete")
        }
        #expect(stage.actives.count == 1, "\(stage.story)")
        #expect(stage.log.lines(with: "web-1=active@2").first != nil)
        let web1 = stage.cluster.objects.pods["web-1"]
        #expect(web1?.metadata.uid == "uid-new")
    }

    /// A planned move is tried first; whoever may not be written costs no outage.
    @Test func aSwitchoverToAPodThatNobodyMayWriteIsTakenBack() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            await stage.log.wait(for: "member.health=healthy", count: 2)
            stage.cluster.plan(.refusal, on: "try web-1")
            stage.changeLease {
                $0.metadata.annotations?[RecordMapping.Annotation.request] =
                    #"{"id":"o1","action":"Switchover","pod":"web-1"}"#
            }
            await stage.log.wait(for: "move withdrawn")
            await stage.log.wait(for: "request refused")
        }
        #expect(stage.actives == ["web-0"] && stage.record?.request == nil)
        #expect(stage.record?.answers.map(\.outcome) == [.refused])
        #expect(stage.log.lines(with: "web-0=passive").isEmpty)
    }

    /// The process stood still: what it is to know by now is heard before it decides.
    @Test func aTimerThatFiresLateWaitsForTheNews() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active"])
        stage.cluster.plan(.failure, on: "read record")
        try await stage.run { stage in
            await stage.clock.sleepBegins()
            stage.clock.advance(by: .seconds(10))
            await stage.clock.sleepBegins("sleep of \(Duration.seconds(1))")
            #expect(stage.log.lines(with: "read record").count == 1)
            stage.clock.advance(by: .seconds(1))
            await stage.log.wait(for: "active member is on record")
        }
        #expect(stage.log.lines(with: "read record").count == 2)
    }
}
