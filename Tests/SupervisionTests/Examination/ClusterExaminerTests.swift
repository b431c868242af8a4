import Foundation
import KubernetesClient
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import Supervision

/// Whether a configuration fits a cluster: what is found, where in the file it is told, and what could not be looked at.
@Suite(.timeLimit(.minutes(5))) struct ClusterExaminerTests {
    /// Examines groups on a cluster with these manifests.
    private func examine(
        _ groups: String...,
        on manifests: String,
        user: String? = nil,
        faults: [Fault] = []
    ) async throws -> (findings: [String], isComplete: Bool) {
        let head = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n"
        let reading = ConfigurationReading(Array((head + groups.map { "- \($0)\n" }.joined()).utf8))
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        return try await Sandbox.run { sandbox in
            try await sandbox.apply(manifests)
            for fault in faults { await sandbox.control.add(fault) }
            let client = await sandbox.client(loop)
            let examiner = ClusterExaminer(client: client, namespace: "default", user: user)
            let found = await examiner.findings(of: reading)
            let words = found.diagnostics.map { "\($0.severity) \($0.path): \($0.message)" }
            return (words, found.isComplete)
        }
    }

    private static let service = """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {selector: {app: web, role: active}, ports: [{port: 80}]}
        ---

        """

    private static func pod(
        _ name: String,
        labels: String = "app: web",
        ports: String = "{name: http, containerPort: 80}"
    ) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: \(name), labels: {\(labels)}}
        spec: {schedulerName: nobody, containers: [{name: app, image: b, ports: [\(ports)]}]}
        ---

        """
    }

    private static let two = service + pod("web-0") + pod("web-1")

    @Test func findsNothingOnAClusterThatFits() async throws {
        let (findings, isComplete) = try await examine(Samples.text(), on: Self.two)
        #expect(findings == [] && isComplete)
    }

    @Test func tellsOfAServiceThatIsNotThere() async throws {
        let (findings, isComplete) = try await examine(Samples.text(), on: Self.pod("web-0"))
        #expect(findings == [#"error groups[0].service: Service "web" does not exist in namespace "default""#])
        #expect(isComplete)
    }

    @Test func tellsHowManyMembersAreTooFew() async throws {
        let none = try await examine(Samples.text(), on: Self.service)
        #expect(none.findings.count == 1 && none.findings[0].hasPrefix("error groups[0].service: "), "\(none)")
        let one = try await examine(Samples.text(), on: Self.service + Self.pod("web-0"))
        #expect(one.findings.count == 1 && one.findings[0].hasPrefix("warning groups[0].service: "), "\(one)")
        let narrowed = Samples.text("web", service: "web", ", selector: {matchLabels: {tier: none}}")
        let narrow = try await examine(narrowed, on: Self.two)
        #expect(narrow.findings.count == 1 && narrow.findings[0].hasPrefix("error groups[0].selector: "), "\(narrow)")
    }

    @Test(arguments: [("Kubelet", false, 1), ("Kubelet", true, 0), ("Replica", false, 0)])
    func tellsOfAKubeletThatHasNoOpinion(source: String, isProbed: Bool, count: Int) async throws {
        let group = Samples.text("web", service: "web", ", failover: {secondOpinion: {from: [\(source)]}}")
        let probe = "ports: [{name: http, containerPort: 80}], readinessProbe: {tcpSocket: {port: http}}"
        let probed = Self.two.replacing("ports: [{name: http, containerPort: 80}]", with: probe)
        let (findings, _) = try await examine(group, on: isProbed ? probed : Self.two)
        let words = "warning groups[0].failover.secondOpinion.from: pod \"web-0\" has no readinessProbe"
        #expect(findings.count == count && findings.allSatisfy { $0.hasPrefix(words) }, "\(findings)")
    }

    @Test(
        arguments: [
            ("{tcpSocket: {port: http}}", nil), ("{tcpSocket: {port: 9}}", nil),
            ("{tcpSocket: {port: admin}}", "groups[0].probe.tcpSocket.port"),
            ("{httpGet: {port: admin}}", "groups[0].probe.httpGet.port"),
            ("{exec: {command: [test], container: none}}", "groups[0].probe.exec.container"),
        ] as [(String, String?)]
    ) func tellsWhereAProbeDoesNotFindItsPort(probe: String, path: String?) async throws {
        let group = Samples.text("web", service: "web", ", probe: \(probe)")
        let (findings, _) = try await examine(group, on: Self.two)
        #expect(findings.map { $0.split(separator: ":")[0] } == (path.map { ["error \($0)"] } ?? []), "\(findings)")
    }

    @Test(
        arguments: [
            ("passiveProbe: {tcpSocket: {port: admin}}", "groups[0].passiveProbe.tcpSocket.port"),
            ("candidate: {score: {httpGet: {port: http}}}", nil),
            ("candidate: {score: {httpGet: {port: admin}}}", "groups[0].candidate.score.httpGet.port"),
            (
                "candidate: {score: {exec: {command: [x], container: none}}}",
                "groups[0].candidate.score.exec.container"
            ),
        ] as [(String, String?)]
    ) func tellsWhatElseAMemberCannotBeAsked(field: String, path: String?) async throws {
        let (findings, _) = try await examine(Samples.text("web", service: "web", ", \(field)"), on: Self.two)
        #expect(findings.map { $0.split(separator: ":")[0] } == (path.map { ["error \($0)"] } ?? []), "\(findings)")
    }

    @Test(arguments: [("app", nil), ("drain", "error groups[0].hooks.onDemote.exec.container")])
    func namesTheHookWhoseContainerIsNotThere(container: String, path: String?) async throws {
        let hooks = ", hooks: {onDemote: {exec: {command: [x], container: \(container)}}}"
        let (findings, _) = try await examine(Samples.text("web", service: "web", hooks), on: Self.two)
        #expect(findings.map { $0.split(separator: ":")[0] } == (path.map { [Substring($0)] } ?? []), "\(findings)")
        #expect(findings.allSatisfy { $0.contains("its containers are app") })
    }

    @Test func aPodBelongsToTheFirstOfTwoGroups() async throws {
        let other = Self.service.replacing("name: web", with: "name: other")
        let (findings, _) = try await examine(
            Samples.text(),
            Samples.text("other", service: "other"),
            on: Self.two + other
        )
        #expect(findings.count == 1 && findings[0].hasPrefix("error groups[1].service: "), "\(findings)")
        #expect(findings[0].contains("web-0") && findings[0].contains(#""web""#))
    }

    /// What cannot be looked at is told, and is no all-clear.
    @Test(arguments: [Kind.services, .pods]) func whatIsNotReadIsNotFine(kind: Kind) async throws {
        let fault = Fault(.refuse(code: 403, retryAfter: nil), verb: "list", kind: kind)
        let (findings, isComplete) = try await examine(Samples.text(), on: Self.two, faults: [fault])
        #expect(
            findings.contains { $0.hasPrefix("error groups[0].namespace: ") || $0.contains("namespace") },
            "\(findings)"
        )
        #expect(!isComplete)
    }

    @Test func tellsEachRightThatAUserLacks() async throws {
        let (findings, isComplete) = try await examine(Samples.text(), on: Self.two, user: "nobody")
        #expect(isComplete && findings.count >= 8, "\(findings)")
        #expect(findings.contains { $0.contains("patch") && $0.contains("pods") })
        #expect(findings.contains { $0.contains("update") && $0.contains("leases") })
    }

    /// A Role that gives these rights and no other, and its binding.
    private static func role(_ rights: [AccessRight]) -> String {
        let rules = rights.map { right in
            let names = right.name.map { ", resourceNames: [\($0)]" } ?? ""
            return
                "- {apiGroups: [\"\(right.apiGroup)\"], resources: [\"\(right.resource)\"], verbs: [\(right.verb)]\(names)}\n"
        }
        return """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata: {name: few}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: few}
            subjects: [{kind: ServiceAccount, name: few, namespace: default}]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata: {name: few}
            rules:
            \(rules.joined())
            """
    }

    /// Whichever right is taken away is missed, and nothing else; what is decoration is only warned of.
    @Test func missesEachRightOfModeEndpointSlice() async throws {
        let configuration = try Samples.configuration(Self.ofSlices)
        let needed = RequiredAccess(configuration, namespace: "default").rights
        #expect(needed.count == 22, "\(needed.map(\.right))")
        let text = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n- \(Self.ofSlices)\n"
        let reading = ConfigurationReading(Array(text.utf8))
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            try await sandbox.apply(Self.bare + Self.pod("web-0") + Self.pod("web-1"))
            let client = await sandbox.client(loop)
            for (rule, missing) in needed {
                try await sandbox.apply(Self.role(needed.map(\.right).filter { $0 != missing }))
                let user = "system:serviceaccount:default:few"
                let examiner = ClusterExaminer(client: client, namespace: "default", user: user)
                let found = await examiner.findings(of: reading).diagnostics
                #expect(found.count == 1 && found[0].severity == (rule.isOptional ? .warning : .error), "\(found)")
                #expect(
                    found.allSatisfy { "\($0.message)".contains("the right to \(missing) is missing") },
                    "\(missing)"
                )
            }
        }
    }

    // MARK: Endpoints

    private static let ofSlices = Samples.text("web", ", mode: EndpointSlice, selector: {matchLabels: {app: web}}")
    private static let bare = service.replacing("selector: {app: web, role: active}, ", with: "")

    private static func slice(_ name: String, family: String = "IPv4") -> String {
        """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: \(name), labels: {kubernetes.io/service-name: web}}
        addressType: \(family)
        endpoints: [{addresses: [10.9.9.9]}]
        ---

        """
    }

    @Test func namesSlicesThatAreInTheWay() async throws {
        let (findings, isComplete) = try await examine(
            Self.ofSlices,
            on: Self.bare + Self.pod("web-0") + Self.pod("web-1") + Self.slice("left")
                + Self.slice("web-kube-standby-ipv4")
        )
        #expect(isComplete && findings.count == 1, "\(findings)")
        #expect(
            findings.allSatisfy {
                $0.hasPrefix("error groups[0].service: ") && $0.contains("kubectl delete endpointslice left -n default")
            }
        )
    }

    @Test func aSelectorIsToldWithTheCommandThatTakesItAway() async throws {
        let (findings, _) = try await examine(Self.ofSlices, on: Self.two)
        #expect(findings.count == 1, "\(findings)")
        #expect(
            findings.allSatisfy {
                $0.contains("kubectl patch service web -n default -p '{\"spec\":{\"selector\":null}}'")
            }
        )
    }

    @Test func inModeLabelNamesTheSliceThatIsLeftOfTheOtherMode() async throws {
        let (findings, _) = try await examine(Samples.text(), on: Self.two + Self.slice("web-kube-standby-ipv4"))
        #expect(findings.count == 1, "\(findings)")
        #expect(findings.allSatisfy { $0.contains("kubectl delete endpointslice web-kube-standby-ipv4 -n default") })
    }

    /// Decoration, too, is a label that only one group can write.
    @Test(arguments: [("", 1), (", roleLabel: null", 0), (", roleLabel: {key: other}", 0)])
    func aPodHasOneLabelOfAKey(label: String, count: Int) async throws {
        let (findings, _) = try await examine(
            Samples.text(
                "own",
                ", selector: {matchLabels: {app: web}, matchExpressions: [{key: a, operator: DoesNotExist}]}"
            ),
            Samples.text("web", service: "bare", ", mode: EndpointSlice, selector: {matchLabels: {app: web}}" + label),
            on: Self.two + Self.bare.replacing("name: web", with: "name: bare")
        )
        #expect(findings.count { $0.contains("is a member of group \"own\", too") } == count, "\(findings)")
    }

    /// They are not needed to supervise: whoever may not look at them is told, and learns the rest.
    @Test func whatMayNotBeLookedAtOfEndpointsIsAWarning() async throws {
        let fault = Fault(.refuse(code: 403, retryAfter: nil), verb: "list", kind: .endpointSlices)
        let (findings, isComplete) = try await examine(
            Self.ofSlices,
            on: Self.bare + Self.pod("web-0"),
            faults: [fault]
        )
        #expect(isComplete && findings.count == 2, "\(findings)")
        #expect(
            findings.contains {
                $0.hasPrefix("warning")
                    && $0.contains("the EndpointSlices of namespace \"default\" could not be checked")
            }
        )
        #expect(findings.contains { $0.hasPrefix("warning") && $0.contains("is the only member") })
    }
}
