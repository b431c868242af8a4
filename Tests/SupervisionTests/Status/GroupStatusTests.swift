import FailoverCore
import Foundation
import StandbyConfiguration
import Testing

@testable import KubernetesClient
@testable import Supervision

/// What `/api/v1/groups` and metrics show of a group.
@Suite(.timeLimit(.minutes(5))) struct GroupStatusTests {
    private let noon = Date(timeIntervalSince1970: 1_700_000_000)

    @Test func showsRolesHealthAndWhoIsNext() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.set(.healthy, "web-0")
            stage.probes.set(.healthy, "web-1")
            await stage.log.wait(for: "web-1 member.health=healthy")
            let status = await stage.supervisor.status(wallTime: noon)
            #expect(status.name == "web" && status.namespace == "default" && status.mode == "Label")
            #expect(status.standing == .leading && status.state == "ok" && status.conditions == ["Available"])
            #expect(status.active == ["web-0"] && status.next == "web-1" && status.epoch == 1)
            #expect(status.members.map(\.health) == ["healthy", "healthy"])
            #expect(status.members.allSatisfy { $0.isCandidate && $0.healthSince != nil })
        }
    }

    /// A pod that has finished is asked nothing more, so that nothing says any more that its probes give no result.
    @Test func showsSinceWhenProbesGiveNoResultAsLongAsThereAreProbes() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active", "passive"])
        try await stage.run { stage in
            await stage.log.wait(for: "active member is on record")
            stage.probes.giveNoResult("web-1", because: "no file descriptor")
            var shown: GroupStatus.Member?
            repeat {
                await Task.yield()
                shown = await stage.supervisor.status(wallTime: noon).members.last
            } while shown?.noResult == nil
            #expect(shown?.name == "web-1" && shown?.noResult == "no file descriptor" && shown?.noResultSince != nil)
            stage.changePod("web-1") { $0.status?.phase = "Failed" }
            while await stage.supervisor.status(wallTime: noon).members.last?.noResult != nil { await Task.yield() }
            #expect(await stage.supervisor.status(wallTime: noon).members.last?.noResultSince == nil)
        }
    }

    @Test func showsSinceWhenAPodIsActive() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place([nil, nil])
        try await stage.run { stage in
            await stage.log.wait(for: "move complete")
            let since = await stage.supervisor.status(wallTime: noon).activeSince
            #expect(since == MicroTime(microseconds: stage.record?.history.last?.startedAt ?? 0))
        }
    }

    /// From the moment at which it stands on the Lease until it does no more, led here or not.
    @Test(arguments: [GroupStanding.leading, .standby]) func showsASwitchoverForLater(
        standing: GroupStanding
    ) async throws {
        let stage = GroupStage(try Samples.group(), standing: standing)
        try stage.place(["active", "passive"])
        var record = GroupRecord(holder: nil, epoch: Epoch(1), origin: .adopted, writer: "me", reason: "")
        record.holder = .init(name: "web-0", id: .init("uid-web-0"))
        stage.placeLease(record)
        try await stage.run { stage in
            var request = StoredRequest(id: "s", action: .switchover)
            let now = Date()
            (request.pod, request.by) = ("web-1", "jane")
            (request.at, request.due) = (MicroTime(now), MicroTime(now.addingTimeInterval(3600)))
            #expect(await stage.supervisor.status().scheduled == nil)
            let text = String(decoding: try JSONEncoder().encode(request), as: UTF8.self)
            for expected in [request, nil] {
                stage.changeLease {
                    $0.metadata.annotations?["kube-standby.io/scheduled"] = expected.map { _ in text }
                }
                while await stage.supervisor.status().scheduled != expected { await Task.yield() }
            }
        }
    }

    /// Where nobody can answer it stays on the Lease, and what comes after it is shown when it will be refused.
    @Test func showsNoSwitchoverThatWillBeRefused() async throws {
        let stage = GroupStage(try Samples.group(), isDryRun: true)
        try stage.place(["active", "passive"])
        var record = GroupRecord(holder: nil, epoch: Epoch(1), origin: .adopted, writer: "me", reason: "")
        record.holder = .init(name: "web-0", id: .init("uid-web-0"))
        stage.placeLease(record)
        try await stage.run { stage in
            let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
            let requests = [3600.0, 7200].map { seconds in
                var request = StoredRequest(id: "\(seconds)", action: .switchover)
                (request.at, request.due) = (MicroTime(now), MicroTime(now.addingTimeInterval(seconds)))
                return request
            }
            let texts = try requests.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
            stage.changeLease {
                $0.metadata.annotations?["kube-standby.io/scheduled"] = texts[1]
                $0.metadata.annotations?["kube-standby.io/request"] = texts[0]
            }
            while await stage.supervisor.scheduled.isEmpty { await Task.yield() }
            for (seconds, shown) in [(0.0, 0), (4200, 0), (4201, 1), (7800, 1), (7801, nil)] {
                let status = await stage.supervisor.status(wallTime: now.addingTimeInterval(seconds))
                #expect(status.scheduled == shown.map { requests[$0] }, "after \(seconds) s")
            }
        }
    }

    @Test func saysWhyAGroupWaits() async throws {
        let stage = GroupStage(try Samples.group())
        try stage.place(["active"], service: false)
        try await stage.run { stage in
            await stage.log.wait(for: "web: group waits")
            let status = await stage.supervisor.status(wallTime: noon)
            #expect(status.state.hasPrefix("waiting: "))
            #expect(status.holds(.waiting) && !status.holds(.available))
        }
    }

    /// The names are part of the interface.
    @Test func isWrittenAsJSON() throws {
        let later = #"{"id":"s","action":"Switchover","due":"2023-11-15T02:00:00Z"}"#
        let status = GroupStatus(
            name: "web",
            namespace: "shop",
            service: "web",
            mode: "Label",
            standing: .inDoubt,
            state: "ok",
            conditions: ["Available"],
            epoch: 3,
            active: ["web-0"],
            activeSince: MicroTime(noon),
            next: nil,
            moves: ["Fenced": 2],
            unavailableSeconds: 1.5,
            switch: .init(to: "web-1", cause: "Switchover", epoch: 4, startedAt: MicroTime(noon), step: "sealing"),
            scheduled: StoredRequest(annotation: later),
            members: [
                .init(name: "web-0", uid: "u", health: "unknown", isCandidate: true, isReady: true, priority: 100)
            ]
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(status), as: UTF8.self)
        #expect(
            text == """
                {"active":["web-0"],"activeSince":"2023-11-14T22:13:20.000000Z","conditions":["Available"],"epoch":3,\
                "members":[{"health":"unknown","isCandidate":true,"isReady":true,"name":"web-0","priority":100,\
                "uid":"u"}],"mode":"Label","moves":{"Fenced":2},"name":"web","namespace":"shop","scheduled":{"action":"Switchover",\
                "due":"2023-11-15T02:00:00.000000Z","id":"s"},"service":"web","standing":"InDoubt",\
                "state":"ok","switch":{"cause":"Switchover","epoch":4,"startedAt":"2023-11-14T22:13:20.000000Z",\
                "step":"sealing","to":"web-1"},"unavailableSeconds":1.5}
                """
        )
    }
}
