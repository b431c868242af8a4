import FailoverCore
import Foundation
import Testing

@testable import KubernetesClient
@testable import Supervision

/// What is made of Leases and pods without a supervisor, and which supervisors would know more.
@Suite struct SurveyTests {
    private static func lease(_ json: String) throws -> Lease {
        try JSONDecoder().decode(Lease.self, from: Data(json.utf8))
    }

    private static func group(_ annotations: String = "", holder: String = "web-0") throws -> RecordedGroup? {
        RecordedGroup(
            try lease(
                """
                {"metadata": {"name": "kube-standby-web", "namespace": "shop", "annotations": {\(annotations)}},
                 "spec": {"holderIdentity": "\(holder)", "leaseTransitions": 7, "acquireTime": "2026-01-02T03:04:05.000000Z"}}
                """
            )
        )
    }

    private static func pod(
        _ name: String,
        _ labels: String = #""role": "active""#,
        isReady: Bool = true,
        annotations: String = ""
    ) throws -> Pod {
        let text = """
            {"metadata": {"name": "\(name)", "namespace": "shop", "labels": {\(labels)}, "annotations": {\(annotations)}},
             "spec": {"nodeName": "n1"},
             "status": {"conditions": [{"type": "Ready", "status": "\(isReady ? "True" : "False")"}]}}
            """
        return try JSONDecoder().decode(Pod.self, from: Data(text.utf8))
    }

    private static func refusal(_ code: Int) -> KubernetesError {
        let request = RequestDescription(verb: "get", resource: Pod.resource, namespace: "shop", name: "laptop")
        return KubernetesError(request, .status(code: code, nil, retryAfter: .zero))
    }

    private static func shard(_ number: Int, of count: Int, holder: String, prefix: String = "ks") throws -> Lease {
        try lease(
            """
            {"metadata": {"name": "\(prefix).shard-\(number)-of-\(count)", "namespace": "ops",
              "labels": {"kube-standby.io/lease": "shard", "kube-standby.io/lease-name": "\(prefix)"}},
             "spec": {"holderIdentity": "\(holder)"}}
            """
        )
    }

    @Test func aLeaseTellsOfItsGroup() throws {
        let group = try #require(try Self.group(#""kube-standby.io/fenced": "b,a", "kube-standby.io/paused": "true""#))
        #expect(group.name == "web" && group.namespace == "shop" && group.holder == "web-0" && group.epoch == 7)
        #expect(group.isPaused && group.pausedSince == nil && group.fenced == ["a", "b"] && group.moves.isEmpty)
        #expect(RecordedGroup(try Self.shard(0, of: 1, holder: "x_1")) == nil)
    }

    @Test func withoutASupervisorTheLeaseAndThePodsSpeak() throws {
        let mark = #""epoch.kube-standby.io/web": "7""#
        let passive = try Self.pod("web-1", #""role": "passive""#, annotations: mark)
        let pods = [passive, try Self.pod("web-0"), try Self.pod("other")]
        let view = GroupView(try #require(try Self.group()), pods: pods)
        #expect(view.active == ["web-0"] && view.isServed && !view.isSupervised)
        #expect(view.state == "as recorded; no supervisor tells its health")
        #expect(view.members.map(\.name) == ["web-0", "web-1"] && view.members.map(\.role) == ["active", "passive"])
        #expect(view.healthy == nil && view.next == nil && view.members[1].epoch == 7)
    }

    /// A Service that selects by the role label has no endpoint then, whatever the Lease says.
    @Test(arguments: [
        (#""role": "passive""#, false), (#""app": "web""#, false), ("", false),
        (#""role": "passive", "tier": "active""#, false), (#""role": "db", "team.io/web": "active""#, true),
        (#""team.io/web": "active""#, true),
    ])
    func theRecordedPodMustCarryAnActiveLabel(labels: String, isServed: Bool) throws {
        let view = GroupView(try #require(try Self.group()), pods: [try Self.pod("web-0", labels)])
        let isPassive = labels.contains("passive")
        #expect(view.isServed == isServed && view.active == (isPassive ? [] : ["web-0"]))
        #expect((view.activeSince == nil) == isPassive, "nobody is active since a time")
        let words =
            isServed
            ? "as recorded; no supervisor tells its health" : "web-0, who is to be active, carries no active label"
        #expect(view.state == words && (view.members[0].role == "active") == isServed)
    }

    /// Two groups may have roles over the same pods, each under a label of its own.
    @Test(arguments: [
        (["passive", "active"], ["active", "passive"], "ok"), (["active", "passive"], ["passive", "active"], "ok"),
        // A label that all pods have alike, or one pod alone, is no role.
        (["passive", "passive"], ["active", "active"], "none"), (["passive", "passive"], ["active", ""], "none"),
    ])
    func theLabelIsTheOneThatCallsTheRecordedPodAloneActive(usual: [String], other: [String], expected: String) throws {
        let mark = #""epoch.kube-standby.io/web": "7""#
        let pods = try (0...1).map {
            let more = other[$0].isEmpty ? "" : #", "team.io/writer": "\#(other[$0])""#
            return try Self.pod("web-\($0)", #""role": "\#(usual[$0])"\#(more)"#, annotations: mark)
        }
        let view = GroupView(try #require(try Self.group()), pods: pods)
        #expect(view.isServed == (expected == "ok"))
        #expect(view.members.map(\.role) == (expected == "ok" ? ["active", "passive"] : ["passive", "passive"]))
    }

    @Test func aPauseIsToldWithWhatIsWrong() throws {
        let record = try #require(try Self.group(#""kube-standby.io/paused": "true""#))
        let served = GroupView(record, pods: [try Self.pod("web-0")])
        #expect(served.isServed && served.state == "paused; no supervisor tells its health")
        let unready = GroupView(record, pods: [try Self.pod("web-0", isReady: false)])
        #expect(!unready.isServed && unready.state == "paused; the active pod is not Ready")
    }

    @Test func aSupervisorThatIsNoPodIsToldApart() {
        var place = SupervisorPods.Place(namespace: "shop", pod: "laptop", isGuess: true)
        let absent = place.silence(Self.refusal(404))
        #expect(absent.hasPrefix("the supervisor laptop is no pod of namespace shop; one that runs by hand"))
        #expect(absent.contains("its own --listen address") && absent.contains("--supervisor-namespace says where"))
        let silent = Self.refusal(503)
        #expect(place.silence(silent) == "\(silent); --supervisor-namespace says where supervisors run")
        place.isGuess = false
        #expect(place.silence(silent) == "\(silent)")
    }

    @Test func whoIsGoneOrNotReadyServesNobody() throws {
        let record = try #require(try Self.group())
        let gone = GroupView(record, pods: [])
        #expect(gone.active.isEmpty && !gone.isServed && gone.state == "web-0 is gone")
        let unready = GroupView(record, pods: [try Self.pod("web-0", isReady: false)])
        #expect(!unready.isServed && unready.state == "the active pod is not Ready")
        let nobody = GroupView(try #require(try Self.group(holder: "")), pods: nil)
        #expect(!nobody.isServed && nobody.state == "no active pod")
        // Pods that may not be read are no reason to say that nobody serves.
        #expect(GroupView(record, pods: nil).isServed)
    }

    @Test func whatIsAskedIsTold() throws {
        let request =
            #""kube-standby.io/request": "{\"id\":\"1\",\"action\":\"Switchover\",\"pod\":\"web-1\",\"by\":\"ann\"}""#
        let view = GroupView(try #require(try Self.group(request)), pods: nil)
        let words = "as recorded; no supervisor tells its health"
        #expect(view.state == "\(words); asked: Switchover web-1 by ann at an unknown time")
    }

    @Test func holdersOfShardsAreAskedEachOnce() throws {
        let leases = [
            try Self.shard(0, of: 2, holder: "a_1"), try Self.shard(1, of: 2, holder: "b_2"),
            try Self.shard(0, of: 1, holder: "a_1", prefix: "two"),
            try Self.shard(0, of: 1, holder: "", prefix: "three"),
        ]
        let pods = SupervisorPods(leases)
        #expect(pods.all.map(\.pod) == ["a", "b"] && pods.all.allSatisfy { $0.namespace == "ops" })
        let names = (0..<8).map { "g\($0)" }
        // Of the first supervisor one of the two, and the only one of the second.
        #expect(names.allSatisfy { pods.leading($0, in: "shop").contains { $0.pod == "a" } })
        #expect(Set(names.map { pods.leading($0, in: "shop").count }) == [1, 2])
    }

    /// Others' Leases, and those of another number of shards that nobody holds any more, say nothing.
    @Test func aShardThatNobodyHoldsIsNamed() throws {
        let leases = [
            try Self.shard(0, of: 3, holder: "a_1"), try Self.shard(2, of: 3, holder: ""),
            try Self.shard(1, of: 3, holder: ""), try Self.shard(0, of: 2, holder: ""),
            try Self.shard(0, of: 3, holder: "", prefix: "two"),
        ]
        let vacancies = SupervisorPods(leases).vacancies
        #expect(vacancies.map(\.lease) == ["ks.shard-1-of-3", "ks.shard-2-of-3"])
        #expect(vacancies.allSatisfy { $0.namespace == "ops" })
        #expect(SupervisorPods(Array(leases.dropFirst())).vacancies.isEmpty)
    }

    @Test(arguments: [("pod_1-2", "pod"), ("a_b_1", nil), ("pod", nil), ("_1", nil), ("Pod_1", nil)])
    func anIdentityBeginsWithThePodsName(identity: String, pod: String?) {
        #expect(SupervisorPods.pod(of: identity) == pod)
    }
}
