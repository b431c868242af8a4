import Foundation
import KubernetesClient
import StandbyConfiguration
import Testing

@testable import FailoverCore
@testable import Supervision

/// Which pods a Service means, and why a group cannot use it.
@Suite struct ServiceCheckTests {
    private static func check(
        _ selector: String?,
        _ more: String = ""
    ) throws -> ServiceCheck {
        let group = try Samples.group("web", service: "web", more)
        let service = try selector.map { try Samples.service("web", selector: $0) }
        return ServiceCheck(service, of: group, namespace: "shop")
    }

    @Test(arguments: [
        (#"{"app":"web","role":"active"}"#, "", LabelSelector(matchLabels: ["app": "web"])),
        (
            #"{"app":"web","tier":"x","role":"active"}"#, ", selector: {matchLabels: {app: narrow}}",
            LabelSelector(matchLabels: ["app": "web", "tier": "x"])
        ),
        (
            #"{"role":"active"}"#, ", selector: {matchLabels: {app: web}}", LabelSelector(matchLabels: ["app": "web"])
        ),
        (
            #"{"app":"web","state":"up"}"#, ", roleLabel: {key: state, active: up}",
            LabelSelector(matchLabels: ["app": "web"])
        ),
    ]) func membersAreWhatItSelectsWithoutTheRole(selector: String, more: String, members: LabelSelector) throws {
        #expect(try Self.check(selector, more) == .usable(members, uid: "uid-web"))
    }

    @Test(
        arguments: [
            (nil, ClusterFinding.serviceMissing("web", namespace: "shop")),
            ("{}", .serviceWithoutSelector("web", namespace: "shop", label: "role: active")),
            (
                #"{"app":"web"}"#,
                .selectorLacksRole("web", namespace: "shop", key: "role", active: "active", found: nil)
            ),
            (
                #"{"app":"web","role":"passive"}"#,
                .selectorLacksRole("web", namespace: "shop", key: "role", active: "active", found: "passive")
            ),
            (#"{"role":"active"}"#, .noSelector("web")),
        ] as [(String?, ClusterFinding)]
    ) func saysWhyItCannotBeUsed(selector: String?, finding: ClusterFinding) throws {
        #expect(try Self.check(selector) == .unusable(finding))
    }

    @Test(
        arguments: [
            ("{}", nil), (#"{"app":"web"}"#, .serviceWithSelector("web", namespace: "shop")),
            (nil, .serviceMissing("web", namespace: "shop")),
        ] as [(String?, ClusterFinding?)]
    ) func aServiceOfModeEndpointSliceHasNoSelector(selector: String?, finding: ClusterFinding?) throws {
        let check = try Self.check(selector, ", mode: EndpointSlice, selector: {matchLabels: {app: db}}")
        let members = LabelSelector(matchLabels: ["app": "db"])
        #expect(check == finding.map { .unusable($0) } ?? .usable(members, uid: "uid-web"))
    }

    /// Kubernetes writes no endpoints for it, and no proxy reads them.
    @Test(arguments: ["", ", mode: EndpointSlice, selector: {matchLabels: {app: web}}"])
    func aServiceThatIsANameCannotBeUsed(more: String) throws {
        let text =
            #"{"metadata":{"name":"web"},"spec":{"selector":{"app":"web","role":"active"},"type":"ExternalName"}}"#
        let service: Service = try SliceStage.decode(text)
        let group = try Samples.group("web", service: "web", more)
        #expect(ServiceCheck(service, of: group, namespace: "shop") == .unusable(.externalName("web")))
    }

    /// Both labels are taken while one is changed for the other, and neither counts as the members'.
    @Test func aLabelThatIsBeingChangedIsAcceptedToo() throws {
        let group = try Samples.group("web", service: "web", ", roleLabel: {key: tier, active: primary}")
        var labelling = RoleLabelling(RoleLabel())
        labelling.labelChanged(to: group.roleLabel)
        for selector in [#"{"app":"web","role":"active"}"#, #"{"app":"web","tier":"primary"}"#] {
            let service = try Samples.service("web", selector: selector)
            #expect(
                ServiceCheck(service, of: group, namespace: "shop", labelling: labelling)
                    == .usable(LabelSelector(matchLabels: ["app": "web"]), uid: "uid-web")
            )
        }
        let other = try Samples.service("web", selector: #"{"app":"web","role":"passive"}"#)
        guard case .unusable = ServiceCheck(other, of: group, namespace: "shop", labelling: labelling) else {
            Issue.record("took a Service that routes by neither")
            return
        }
    }
}

@Suite struct CommandExpansionTests {
    /// As the kubelet does it.
    @Test(arguments: [
        ("$(A)", "1"), ("a$(A)b$(B)c", "a1b$(A)c"), ("$$(A)", "$(A)"), ("$$$(A)", "$1"), ("$(NO)", "$(NO)"),
        ("$A", "$A"), ("$", "$"), ("$$", "$"), ("$(", "$("), ("$(A", "$(A"), ("()", "()"), ("", ""), ("$()", "$()"),
        ("$(A)$(A)", "11"), ("$(E)", ""), ("ä$(A)", "ä1"), ("$($(A))", "$($(A))"),
    ]) func replacesWhatHasAValue(word: String, expanded: String) {
        #expect(CommandExpansion.expand(word, ["A": "1", "B": "$(A)", "E": ""]) == expanded)
    }

    private static func command(_ exec: String, asked: inout Int) throws -> [String] {
        let group = try Samples.group("web", service: "web", ", probe: {exec: \(exec)}")
        var count = 0
        let handler = CommandExpansion.expanded(group.probe.handler) { _ in
            count += 1
            return ["A": "1"]
        }
        asked = count
        guard case .exec(let probe) = handler else { return [] }
        return probe.command
    }

    @Test func looksForValuesOnlyWhereTheyAreNeeded() throws {
        var asked = 0
        #expect(try Self.command("{command: [test, $(A), b]}", asked: &asked) == ["test", "1", "b"] && asked == 1)
        #expect(try Self.command("{command: [test, a]}", asked: &asked) == ["test", "a"] && asked == 0)
        let beside = "{runIn: Supervisor, command: [/bin/test, $(A)]}"
        #expect(try Self.command(beside, asked: &asked) == ["/bin/test", "$(A)"] && asked == 0)
    }
}

@Suite struct ObjectNameTests {
    @Test(arguments: ["a", "0", "web-0", "a.b", "a--b", String(repeating: "a", count: 253)])
    func takesNames(text: String) { #expect(ObjectName.isValid(text)) }

    @Test(arguments: [
        "", "-a", "a-", ".a", "a.", "A", "a_b", "a/b", "a b", "a\n", "ä", "a\u{0}", String(repeating: "a", count: 254),
    ]) func refusesWhatIsNone(text: String) { #expect(!ObjectName.isValid(text)) }
}

@Suite struct PolicyMappingTests {
    private static func policy(
        _ more: String,
        isObserving: Bool = false,
        _ spec: String = "{}"
    ) throws -> GroupPolicy {
        let text = #"{"metadata":{"name":"web"},"spec":\#(spec)}"#
        return GroupPolicy(
            try Samples.group("web", service: "web", more),
            isObserving: isObserving,
            service: try JSONDecoder().decode(Service.self, from: Data(text.utf8))
        )
    }

    /// A proxy sends a node's own traffic to a pod that drains there, where none beside it is ready.
    @Test(arguments: [
        ("{}", 10), (#"{"externalTrafficPolicy":"Local"}"#, 0), (#"{"internalTrafficPolicy":"Local"}"#, 0),
        (#"{"externalTrafficPolicy":"Cluster"}"#, 10),
    ]) func nobodyDrainsWhereTrafficStaysOnItsNode(spec: String, seconds: Int) throws {
        let mode = ", mode: EndpointSlice, selector: {matchLabels: {app: web}}, drainSeconds: 10, " + Self.probe
        #expect(try Self.policy(mode, spec).drain == .seconds(seconds))
    }

    private static let probe =
        "probe: {tcpSocket: {port: 80}, periodSeconds: 4, timeoutSeconds: 2, failureThreshold: 3}"

    /// Not Ready counts after threshold times period, where a pod that is not Ready has no endpoint.
    @Test func notReadyCountsWhereItMeansNoEndpoint() throws {
        #expect(try Self.policy(", " + Self.probe).notReadyLimit == .seconds(12))
        #expect(try Self.policy(", " + Self.probe, #"{"publishNotReadyAddresses":true}"#).notReadyLimit == nil)
    }

    /// The slower of two probes decides how long a verdict takes.
    @Test func theVerdictWindowIsThatOfTheSlowerProbe() throws {
        let slow = "passiveProbe: {tcpSocket: {port: 80}, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 5}"
        let (one, both) = (try Self.policy(", " + Self.probe), try Self.policy(", \(Self.probe), \(slow)"))
        #expect(one.verdictWindow == .seconds(14) && both.verdictWindow == .seconds(105))
    }

    @Test func preemptsOnlyIfItIsAskedFor() throws {
        #expect(try Self.policy("").preemption == nil)
        let policy = try Self.policy(", failover: {preempt: true, preemptDelaySeconds: 30, cooldownSeconds: 60}")
        #expect(policy.preemption == Preemption(delay: .seconds(30), cooldown: .seconds(60)))
    }

    @Test(arguments: [
        ("", true), (", roleLabel: {key: role, active: active, passive: null}", false),
    ]) func labelsPassiveMembersIfThereIsAValueForThem(more: String, labels: Bool) throws {
        #expect(try Self.policy(more).labelsPassiveMembers == labels)
    }

    @Test func aPauseAndADryRunAreTwoThings() throws {
        let paused = try Self.policy(", paused: true")
        #expect(paused.isPaused && !paused.isObserving)
        let observing = try Self.policy("", isObserving: true)
        #expect(!observing.isPaused && observing.isObserving)
    }
}
