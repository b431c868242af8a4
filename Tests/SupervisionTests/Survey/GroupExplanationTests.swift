import FailoverCore
import Foundation
import StandbyConfiguration
import Testing

@testable import KubernetesClient
@testable import Supervision

/// How long failovers take, what would happen now, and why a pod is or is not next.
@Suite struct GroupExplanationTests {
    private static func settings(_ probe: String, failover: String? = "{}") throws -> GroupSettings {
        let failover = failover.map { ", failover: \($0)" } ?? ""
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups: [{name: web, service: web, probe: {tcpSocket: {port: 80}, \(probe)}\(failover)}]
            """
        let configuration = try #require(ConfigurationReading(Array(text.utf8)).configuration)
        return GroupSettings(configuration.groups[0])
    }

    @Test(arguments: [
        ("periodSeconds: 2, fastPeriodSeconds: 1, timeoutSeconds: 1, failureThreshold: 3", "{}", 4.1, 6.1, 3.1, 4.1),
        ("periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 3", "{}", 12.1, 22.1, 7.1, 14.1),
        ("periodSeconds: 0.5, timeoutSeconds: 0.2, failureThreshold: 1", "{}", 0.6, 1, 0.35, 0.55),
        ("periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3", "{delaySeconds: 4}", 8.1, 10.1, 7.1, 8.1),
        // Between five failures every candidate has answered.
        ("periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 5", "{}", 6.1, 7.1, 5.1, 6.1),
        (
            "periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3",
            "{delaySeconds: 1, secondOpinion: {from: [Replica], patienceSeconds: 5}}", 9.1, 11.1, 4.1, 5.1
        ),
    ])
    func timesFollowFromTheSettings(
        probe: String,
        failover: String,
        answering: Double,
        hanging: Double,
        typical: Double,
        typicalHanging: Double
    ) throws {
        let settings = try Self.settings(probe, failover: failover)
        #expect(settings.worstSeconds == .init(answering: answering, hanging: hanging))
        #expect(settings.typicalSeconds == .init(answering: typical, hanging: typicalHanging))
    }

    /// What a promotion waits for is in the worst case, as far as it has an end.
    @Test(arguments: [
        ("candidate: {score: {httpGet: {port: 1}, timeoutSeconds: 10}}", 10.0, [String]()),
        ("hooks: {onDemote: {exec: {command: [a]}, required: true, timeoutSeconds: 20, onTimeout: Promote}}", 63, []),
        ("hooks: {onDemote: {exec: {command: [a]}, timeoutSeconds: 20}}", 0, []),
        ("hooks: {onDemote: {exec: {command: [a]}, required: true}}", 0, ["hooks.onDemote"]),
        ("failover: {promotionGate: {method: DeletePod, waitSeconds: 60}}", 0, ["failover.promotionGate"]),
        ("failover: {promotionGate: {method: DeletePod, waitSeconds: 60, onTimeout: Promote}}", 60, []),
    ])
    func theWorstCaseHasWhatAPromotionWaitsFor(field: String, seconds: Double, endless: [String]) throws {
        let plain = "periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3"
        let settings = try Self.settings("\(plain)}, \(field), selector: {matchLabels: {a: b}", failover: nil)
        let without = try Self.settings(plain)
        #expect(settings.boundedWaitSeconds == seconds && settings.endlessWaits == endless)
        #expect(settings.worstSeconds.answering == without.worstSeconds.answering + seconds)
        #expect(settings.worstSeconds.hanging == without.worstSeconds.hanging + seconds)
        #expect(settings.worstDeletionSeconds == GroupSettings.switchSeconds + seconds)
        let words = try Self.explanation(Self.status(), settings).ifActiveFailed ?? ""
        #expect(words.contains("as \(endless.first ?? "") may hold it without end") == !endless.isEmpty, "\(words)")
        #expect(words.contains("at once if it is deleted") == (seconds == 0), "\(words)")
    }

    private static func status(_ conditions: [String] = ["Available"], next: String? = "b") -> GroupStatus {
        func member(
            _ name: String,
            _ health: String,
            refusal: String? = nil,
            isReady: Bool = true,
            priority: Int = 100
        )
            -> GroupStatus.Member
        {
            GroupStatus.Member(
                name: name,
                uid: name,
                role: name == "a" ? "active" : "passive",
                health: health,
                isCandidate: refusal == nil,
                refusal: refusal,
                isReady: isReady,
                priority: priority
            )
        }
        return GroupStatus(
            name: "web",
            namespace: "shop",
            service: "web",
            mode: "Label",
            standing: .leading,
            state: "the state",
            conditions: conditions,
            active: ["a"],
            next: next,
            members: [
                member("a", "healthy"), member("b", "healthy", priority: 200), member("c", "healthy"),
                member("d", "unhealthy"), member("e", "unknown"), member("f", "healthy", refusal: "it is fenced"),
                member("g", "healthy", isReady: false, priority: 300), member("h", "healthy", priority: 200),
            ]
        )
    }

    private static func explanation(_ status: GroupStatus?, _ settings: GroupSettings?) throws -> GroupExplanation {
        let lease = Data(#"{"metadata": {"name": "kube-standby-web", "namespace": "shop"}}"#.utf8)
        let record = try #require(RecordedGroup(try JSONDecoder().decode(Lease.self, from: lease)))
        let view = status.map { GroupView($0, nil) } ?? GroupView(record, pods: nil)
        return GroupExplanation(view, status, settings: settings, kubelet: [])
    }

    @Test func everyOtherPodHasItsReason() throws {
        let verdicts = try Self.explanation(Self.status(), nil).verdicts
        #expect(
            verdicts.map { "\($0.pod) \($0.isNext): \($0.why)" } == [
                "b true: the best of the healthy candidates", "c false: priority 100, and b has 200",
                "d false: its probes fail", "e false: its probes have given no verdict yet", "f false: it is fenced",
                "g false: not Ready, and b is",
                "h false: as good as b, which comes first by revision, node, zone, ordinal or age",
            ]
        )
    }

    /// Of equal candidates those near the groups of `sync`, and not near those of `apartFrom`.
    @Test func theGroupsNearbyAreAReason() throws {
        var status = Self.status(next: "h")
        let index = try #require(status.members.firstIndex { $0.name == "b" })
        status.members[index].company = ["on the node of db (apartFrom)"]
        status.following = .init(group: "log", node: "n2", waitsFor: "the cooldown")
        let explanation = try Self.explanation(status, nil)
        #expect(explanation.follows == "follows log to node n2; waits for the cooldown")
        let why = explanation.verdicts.first { $0.pod == "b" }?.why
        #expect(why == "on the node of db (apartFrom), and h is near none of them; revision, node and zone come before")
    }

    @Test(arguments: [
        (
            [], "b",
            "b would take over: within 4.1 s if a answers with failures, within 6.1 s if it hangs, at once if it is deleted"
        ),
        ([], nil, "a would stay active, for nobody healthy could take over"),
        (["Paused"], "b", "nothing by itself, for the group is paused: the state"),
        (["Holding", "Flapping"], "b", "nothing before the hold ends, for the role moved too often: the state"),
        (["SelfDoubt"], "b", "nothing because of probes, while the supervisor doubts its own: the state"),
    ])
    func saysWhatWouldHappen(conditions: [String], next: String?, words: String) throws {
        let settings = try Self.settings("periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3")
        #expect(try Self.explanation(Self.status(conditions, next: next), settings).ifActiveFailed == words)
    }

    /// Whoever answers in a supervisor's place may answer anything.
    @Test(arguments: [1e300, -1e300, .infinity, .nan, 9.3e18]) func numbersOfAnySizeAreTold(seconds: Double) throws {
        var settings = try Self.settings("periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 3")
        settings.worstSeconds = .init(answering: seconds, hanging: seconds)
        settings.failureThreshold = .min
        settings.fastPeriodSeconds = seconds
        let words = try Self.explanation(Self.status(), settings).ifActiveFailed
        #expect(words?.contains("within \(seconds) s if a answers") == true, "\(words ?? "")")
        #expect(settings.furtherFailures == 0)
    }

    @Test func whatNoSupervisorSaysIsLeftOut() throws {
        let explanation = try Self.explanation(nil, nil)
        #expect(explanation.ifActiveFailed == nil && explanation.verdicts.isEmpty)
    }

    @Test func theKubeletsToleranceCountsWhatIsLeftOut() throws {
        let text = """
            {"metadata": {"name": "a"}, "spec": {"containers": [
              {"name": "app", "readinessProbe": {"periodSeconds": 5, "failureThreshold": 2, "timeoutSeconds": 3},
               "livenessProbe": {"httpGet": {"port": 80}}}, {"name": "sidecar"}]}}
            """
        let probes = try JSONDecoder().decode(KubeletProbes.self, from: Data(text.utf8))
        #expect(
            probes.tolerances.map { "\($0.container) \($0.probe) \($0.seconds)" } == [
                "app readiness 13", "app liveness 31",
            ]
        )
    }
}
