import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// The fake finds what it is there to find: each mistake of a supervisor fails the test that makes it.
@Suite(.timeLimit(.minutes(5))) struct FakeGroupAPITests {
    /// A cluster with two pods, the door to it, and a record that names `web-1` at epoch 2.
    private struct Stage: Sendable {
        let group: GroupStage
        let api: FakeGroupAPI

        init(holder: String = "web-1") async throws {
            let configuration = try Samples.group()
            group = GroupStage(configuration)
            try group.place(["active", "passive"])
            api = FakeGroupAPI(configuration, namespace: "default", on: group.cluster)
            await api.select(LabelSelector(matchLabels: ["app": "web"]))
            group.placeLease(
                GroupRecord(
                    holder: .init(name: holder, id: .init("uid-\(holder)")),
                    epoch: Epoch(2),
                    origin: .intended,
                    writer: "me",
                    reason: ""
                )
            )
        }

        /// A write of a role on a pod as it is stored now.
        func write(
            _ name: String,
            _ role: Role,
            epoch: Int = 2,
            _ change: (inout Member) -> Void = { _ in }
        ) throws -> RoleWrite {
            let pod = try #require(group.cluster.objects.pods[name])
            var member = try #require(PodMapping(group: group.configuration).member(pod))
            change(&member)
            return RoleWrite(member: member, role: role, epoch: Epoch(epoch), urgency: .move)
        }
    }

    @Test func whatTheProtocolAllowsIsNoIssue() async throws {
        let stage = try await Stage()
        guard case .written(let old) = await stage.api.writeRole(try stage.write("web-0", .passive)),
            case .written(let new) = await stage.api.writeRole(try stage.write("web-1", .active))
        else {
            Issue.record("not written")
            return
        }
        #expect(old.role == .passive && new.role == .active && new.epoch == Epoch(2) && new.version > old.version)
        #expect(stage.group.actives == ["web-1"])
    }

    @Test func aSecondActivePodIsAnIssue() async throws {
        let stage = try await Stage()
        let write = try stage.write("web-1", .active)
        await withKnownIssue {
            _ = await stage.api.writeRole(write)
        } matching: {
            $0.comments.contains { "\($0)".contains("a second active") }
        }
    }

    @Test(arguments: [("web-0", 2), ("web-1", 3), ("web-1", 1)])
    func aPromotionThatTheRecordDoesNotAnnounceIsAnIssue(name: String, epoch: Int) async throws {
        let stage = try await Stage()
        stage.group.changePod("web-0") { $0.metadata.labels?["role"] = "passive" }
        let write = try stage.write(name, .active, epoch: epoch)
        await withKnownIssue {
            _ = await stage.api.writeRole(write)
        } matching: {
            $0.comments.contains { "\($0)".contains("promoted without an intent") }
        }
    }

    @Test func aWriteWithoutIdentityOrVersionIsAnIssue() async throws {
        let stage = try await Stage()
        for write in [
            try stage.write("web-0", .passive) { $0.id = .init("") },
            try stage.write("web-0", .passive) { $0.version = .init("") },
        ] {
            await withKnownIssue {
                _ = await stage.api.writeRole(write)
            } matching: {
                $0.comments.contains { "\($0)".contains("without the pod's uid and version") }
            }
        }
        #expect(stage.group.actives == ["web-0"])
    }

    @Test func anEpochThatGoesBackIsAnIssue() async throws {
        let stage = try await Stage()
        let write = try stage.write("web-0", .passive) { $0.epoch = Epoch(9) }
        await withKnownIssue {
            _ = await stage.api.writeRole(write)
        } matching: {
            $0.comments.contains { "\($0)".contains("an epoch goes back") }
        }
    }

    @Test func aRequestAfterTheEndIsAnIssue() async throws {
        let stage = try await Stage()
        stage.group.cluster.groupEnded("web")
        await withKnownIssue {
            _ = await stage.api.readRecord()
        } matching: {
            $0.comments.contains { "\($0)".contains("asked for after the end") }
        }
    }

    /// As the API server: by uid and version, or not at all.
    @Test func whatIsNotAsItWasIsNotWritten() async throws {
        let stage = try await Stage()
        let stale = try stage.write("web-0", .passive)
        stage.group.changePod("web-0") { $0.metadata.labels?["other"] = "label" }
        #expect(await stage.api.writeRole(stale) == .conflict)
        let other = try stage.write("web-0", .passive) { $0.id = .init("another") }
        #expect(await stage.api.writeRole(other) == .gone)
        let missing = try stage.write("web-0", .passive) { $0.name = "web-7" }
        #expect(await stage.api.writeRole(missing) == .gone && stage.group.actives == ["web-0"])
        guard case .found(let stored) = await stage.api.readRecord() else {
            Issue.record("no record")
            return
        }
        #expect(await stage.api.writeRecord(stored.record, replacing: nil, asking: nil, urgency: .move) == .conflict)
    }
}
