import FailoverCore
import Foundation
import KubernetesClient
import Probing
import StandbyConfiguration
import Testing

@testable import Supervision

@Suite struct MappingTests {
    private static func group(_ more: String = "") throws -> GroupConfiguration {
        let text = """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
            - {name: web, service: web, probe: {httpGet: {port: http}, initialDelaySeconds: 30} \(more)}
            """
        return try #require(ConfigurationReading(Array(text.utf8)).configuration?.groups.first)
    }

    private func pod(_ json: String) throws -> Pod {
        try JSONDecoder().decode(Pod.self, from: Data(json.utf8))
    }

    private static let metadata = #""name":"web-1","uid":"u","resourceVersion":"5""#

    /// The core and the client, which know nothing of each other, request versions the same.
    @Test func theCoreAndTheClientAgreeWhichVersionIsOlder() {
        let versions = [
            "", "0", "9", "10", "99", "100", "18446744073709551616", "a", "zz", "1a", "-1", "01", "\u{0661}",
        ]
        for left in versions {
            for right in versions {
                let isOlder = ResourceVersion.isOlder(left, than: right)
                #expect((ObjectVersion(left) < ObjectVersion(right)) == isOlder, "\"\(left)\" and \"\(right)\"")
            }
        }
    }

    @Test(arguments: [
        (#"{"role":"active"}"#, Role.active as Role?), (#"{"role":"passive"}"#, .passive), (#"{"role":"odd"}"#, nil),
        ("{}", nil),
    ])
    func readsTheRole(labels: String, role: Role?) throws {
        let member = PodMapping(group: try Self.group()).member(
            try pod(#"{"metadata":{\#(Self.metadata),"labels":\#(labels)}}"#)
        )
        #expect(member?.role == role)
    }

    @Test(
        arguments: [
            ("true", "active", "1000", Member.DeletionCost.told), ("true", "active", "0", .due),
            ("true", "active", "1e3", .due),
            ("true", "passive", "0", .told), ("true", "passive", nil, .due), ("true", "odd", nil, .unasked),
            ("false", "active", nil, .unasked), ("false", "passive", "1000", .unasked),
        ] as [(String, String, String?, Member.DeletionCost)]
    )
    func readsWhatDeletionCosts(asked: String, role: String, cost: String?, told: Member.DeletionCost) throws {
        let mapping = PodMapping(group: try Self.group(", failover: {podDeletionCost: \(asked)}"))
        let annotations = cost.map { #""controller.kubernetes.io/pod-deletion-cost":"\#($0)""# } ?? ""
        let json = #"{"metadata":{\#(Self.metadata),"labels":{"role":"\#(role)"},"annotations":{\#(annotations)}}}"#
        #expect(mapping.member(try pod(json))?.deletionCost == told)
    }

    @Test func writesWhatDeletionCostsWithTheRoleOnlyIfItIsAsked() throws {
        let key = "controller.kubernetes.io/pod-deletion-cost"
        let asked = PodMapping(group: try Self.group(", failover: {podDeletionCost: true}"))
        #expect(asked.annotations(for: .active, at: Epoch(3)) == ["epoch.kube-standby.io/web": "3", key: "1000"])
        #expect(asked.annotations(for: .passive, at: Epoch(3)) == ["epoch.kube-standby.io/web": "3", key: "0"])
        let silent = PodMapping(group: try Self.group())
        #expect(silent.annotations(for: .active, at: Epoch(3)) == ["epoch.kube-standby.io/web": "3"])
    }

    @Test func readsTheAbsenceOfTheLabelAsPassiveWhereThatIsTheRole() throws {
        let group = try Self.group(", roleLabel: {passive: null}")
        #expect(PodMapping(group: group).member(try pod(#"{"metadata":{\#(Self.metadata)}}"#))?.role == .passive)
    }

    @Test func readsLifeReadinessEpochPriorityAndOrdinal() throws {
        let group = try Self.group(", priorities: [{pod: web-1, priority: 7}]")
        let json = """
            {"metadata":{\(Self.metadata),"deletionTimestamp":"2026-01-01T00:00:00Z","annotations":
            {"kube-standby.io/epoch":"4","kube-standby.io/exclude":"true"},"ownerReferences":[{"apiVersion":"apps/v1",
            "kind":"StatefulSet","name":"web","uid":"s"}]},"status":{"phase":"Running","podIP":"10.0.0.1",
            "conditions":[{"type":"Ready","status":"True"}]}}
            """
        let member = try #require(PodMapping(group: group).member(try pod(json)))
        #expect(member.lifecycle == .terminating && member.epoch == Epoch(4) && member.isExcluded && member.isReady)
        #expect(member.priority == 7 && member.ordinal == 1 && member.hasAddress)
        let failed = try pod(#"{"metadata":{\#(Self.metadata)},"status":{"phase":"Failed"}}"#)
        #expect(PodMapping(group: group).member(failed)?.lifecycle == .finished)
    }

    /// Only what the kubelet says of each container counts, and only where somebody asks.
    @Test(arguments: [
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, "Running", [true, true], true),
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, "Running", [true, false], false),
        // A sidecar, whose status is missing.
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, "Running", [true], false),
        (#""labels":{}"#, "Failed", [true, true], true),
        // Made so because its node is gone.
        (#""labels":{}"#, "Failed", [false, false], false),
        // Between two runs of its containers.
        (#""labels":{}"#, "Running", [true, true], false),
    ])
    func hasStoppedIfEachContainerWasSeenTerminated(
        metadata: String,
        phase: String,
        terminated: [Bool],
        hasStopped: Bool
    ) throws {
        let states = terminated.map { $0 ? #"{"terminated":{"exitCode":0}}"# : #"{"running":{}}"# }
        let statuses = zip(["app", "proxy"], states).map { #"{"name":"\#($0)","state":\#($1)}"# }
        let json = """
            {"metadata":{\(Self.metadata),\(metadata)},"spec":{"nodeName":"n","containers":[{"name":"app"}],
            "initContainers":[{"name":"proxy","restartPolicy":"Always"},{"name":"once"}]},"status":{"phase":"\(phase)",
            "podIP":"10.0.0.1","containerStatuses":[\(statuses[0])],"initContainerStatuses":[
            \(statuses.dropFirst().joined())]}}
            """
        for field in [
            "failover: {promotionGate: {method: DeletePod}}",
            "hooks: {onDemote: {exec: {command: [flush]}, required: true}}",
        ] {
            let waiting = PodMapping(group: try Self.group(", \(field)"))
            #expect(waiting.member(try pod(json))?.hasStopped == hasStopped)
            #expect(waiting.stopped([try pod(json)]).count == (hasStopped ? 1 : 0))
        }
        let plain = PodMapping(group: try Self.group())
        #expect(plain.member(try pod(json))?.hasStopped == false)
        #expect(plain.stopped([try pod(json)]).isEmpty)
    }

    /// Groups may share pods, so each has an epoch of its own; what an older version wrote for any of them is a lower bound.
    @Test(arguments: [
        (#"{"epoch.kube-standby.io/web":"4"}"#, Epoch(4) as Epoch?), (#"{"epoch.kube-standby.io/db":"9"}"#, nil),
        (#"{"epoch.kube-standby.io/web":"4","kube-standby.io/epoch":"7"}"#, Epoch(7)),
        (#"{"epoch.kube-standby.io/web":"8","kube-standby.io/epoch":"7"}"#, Epoch(8)),
    ])
    func readsTheGroupsOwnEpoch(annotations: String, epoch: Epoch?) throws {
        let member = PodMapping(group: try Self.group()).member(
            try pod(#"{"metadata":{\#(Self.metadata),"annotations":\#(annotations)}}"#)
        )
        #expect(member?.epoch == epoch)
    }

    @Test func countsTheInitialDelayFromTheContainersStart() throws {
        let json = """
            {"metadata":{\(Self.metadata)},"status":{"podIP":"10.0.0.1","containerStatuses":[{"name":"a","restartCount":1,
            "state":{"running":{"startedAt":"2026-01-01T00:00:00Z"}}}]}}
            """
        let now = Date(timeIntervalSince1970: TimeInterval((MicroTime("2026-01-01T00:00:10Z")?.seconds) ?? 0))
        let target = PodMapping(group: try Self.group()).target(try pod(json), now: now)
        #expect(target?.initialWait == .seconds(20) && target?.incarnation == "a/1/")
    }

    @Test(arguments: [
        (nil, "does not exist"), ("{}", "has no selector"), (#"{"app":"x"}"#, "lacks role"),
        (#"{"app":"x","role":"a"}"#, "has role: a"),
        (#"{"role":"active"}"#, "selects by nothing but the role label"),
    ])
    func refusesServicesThatCannotBeSwitched(selector: String?, reason: String) throws {
        let service = try selector.map {
            try JSONDecoder().decode(
                Service.self,
                from: Data(#"{"metadata":{"name":"web"},"spec":{"selector":\#($0)}}"#.utf8)
            )
        }
        guard case .unusable(let words) = ServiceCheck(service, of: try Self.group(), namespace: "n") else {
            Issue.record("usable")
            return
        }
        #expect("\(words)".contains(reason), "\(words)")
    }

    @Test func takesTheServicesSelectorWithoutTheRole() throws {
        let json = #"{"metadata":{"name":"web","uid":"s"},"spec":{"selector":{"app":"x","role":"active"}}}"#
        let service = try JSONDecoder().decode(Service.self, from: Data(json.utf8))
        #expect(
            ServiceCheck(service, of: try Self.group(), namespace: "n")
                == .usable(LabelSelector(matchLabels: ["app": "x"]), uid: "s")
        )
    }

    // MARK: What nobody honest writes

    @Test(arguments: ["9223372036854775807", "2147483647", "-1", "1073741825", "٣", "1e3", ""])
    func readsNoEpochThatNoSwitchCanHaveMade(text: String) throws {
        let mapping = PodMapping(group: try Self.group())
        let odd = try pod(#"{"metadata":{\#(Self.metadata),"annotations":{"epoch.kube-standby.io/web":"\#(text)"}}}"#)
        #expect(mapping.member(odd)?.epoch == nil)
        #expect(mapping.oddities(odd).contains { $0.contains("an epoch is an integer") })
    }

    @Test(arguments: [
        ("10.0.0.1", true), ("fd00::9", true), ("evil.example.com", false), ("10.0.0.1/x", false),
        ("1.2.3.4:80@h", false),
        ("", false), ("999.1.1.1", false),
    ])
    func probesAddressesOnly(text: String, isAddress: Bool) throws {
        let mapping = PodMapping(group: try Self.group())
        let found = try pod(#"{"metadata":{\#(Self.metadata)},"status":{"podIP":"\#(text)"}}"#)
        #expect(mapping.member(found)?.hasAddress == isAddress)
        #expect((mapping.target(found, now: Date()) != nil) == isAddress)
        #expect(mapping.oddities(found).isEmpty == (isAddress || text.isEmpty))
    }

    @Test(arguments: [
        ("true", true, true), ("True", true, true), ("false", false, true), ("yes", false, false), ("", false, false),
    ])
    func saysWhatIsNeitherYesNorNo(text: String, isExcluded: Bool, isExpected: Bool) throws {
        let mapping = PodMapping(group: try Self.group())
        let found = try pod(#"{"metadata":{\#(Self.metadata),"annotations":{"kube-standby.io/exclude":"\#(text)"}}}"#)
        #expect(mapping.member(found)?.isExcluded == isExcluded)
        #expect(mapping.oddities(found).isEmpty == isExpected)
    }

    @Test(arguments: ["..", "../secrets", "a/b", "A", "a?b", "", "a b", "a\u{0}"])
    func takesNothingForAPodThatCannotBeOne(name: String) throws {
        var odd = try pod(#"{"metadata":{"uid":"u","resourceVersion":"5"}}"#)
        odd.metadata.name = name
        #expect(PodMapping(group: try Self.group()).member(odd) == nil)
    }

    @Test(arguments: ["2999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "soon"])
    func waitsNoLongerThanTheInitialDelay(start: String) throws {
        let json = """
            {"metadata":{\(Self.metadata)},"status":{"podIP":"10.0.0.1","containerStatuses":[{"name":"a","restartCount":-5,
            "state":{"running":{"startedAt":"\(start)"}}}]}}
            """
        let wait = PodMapping(group: try Self.group()).target(try pod(json), now: Date())?.initialWait
        #expect(wait.map { $0 >= .zero && $0 <= .seconds(30) } == true)
    }

    @Test(arguments: ["0", "-1", "65536", "2147483648", "1e300", "null", "\"x\""])
    func knowsNoPortThatIsNone(number: String) throws {
        let json = """
            {"metadata":{\(Self.metadata)},"spec":{"containers":[{"name":"a","ports":[{"name":"http","containerPort":\(number)}]}]},
            "status":{"podIP":"10.0.0.1"}}
            """
        #expect(PodMapping(group: try Self.group()).target(try pod(json), now: Date())?.ports.isEmpty == true)
    }
}
