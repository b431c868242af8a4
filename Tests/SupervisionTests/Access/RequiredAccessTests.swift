import StandbyConfiguration
import Testing

@testable import Supervision

@Suite struct RequiredAccessTests {
    private static func rules(_ groups: String) throws -> RequiredAccess {
        let text = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups
        return RequiredAccess(try #require(ConfigurationReading(Array(text.utf8)).configuration), namespace: "ops")
    }

    private static func words(_ rules: [AccessRule]?) -> Set<String> {
        Set((rules ?? []).flatMap { rule in rule.verbs.map { "\($0) \(rule.resource)" } })
    }

    @Test func namesTheLeasesOfEachNamespace() throws {
        let access = try Self.rules(
            """
            - {name: a, service: a, probe: {tcpSocket: {port: 1}}}
            - {name: b, service: b, namespace: shop, probe: {tcpSocket: {port: 1}}}
            """
        )
        #expect(access.rules.keys.sorted() == ["ops", "shop"] && access.clusterRules.isEmpty)
        #expect(access.rules["shop"]?.flatMap(\.names) == ["kube-standby-b"])
        #expect(
            Self.words(access.rules["ops"]) == [
                "get pods", "list pods", "watch pods", "patch pods", "get services", "list services", "watch services",
                "create leases", "list leases", "watch leases", "get leases", "update leases", "create events",
                "list endpointslices", "watch endpointslices",
            ]
        )
    }

    @Test func givesMoreOnlyToThoseWhoNeedIt() throws {
        let exec = try Self.rules("- {name: a, service: a, probe: {exec: {command: [x]}}}")
        #expect(Self.words(exec.rules["ops"]).isSuperset(of: ["get pods/exec", "create pods/exec"]))
        let beside = try Self.rules("- {name: a, service: a, probe: {exec: {command: [x], runIn: Supervisor}}}")
        #expect(!Self.words(beside.rules["ops"]).contains("create pods/exec"))
        let score =
            "- {name: a, service: a, probe: {tcpSocket: {port: 1}}, candidate: {score: {exec: {command: [x]MORE}}}}"
        let asked = try Self.rules(score.replacing("MORE", with: ""))
        #expect(Self.words(asked.rules["ops"]).isSuperset(of: ["get pods/exec", "create pods/exec"]))
        let askedBeside = try Self.rules(score.replacing("MORE", with: ", runIn: Supervisor"))
        #expect(!Self.words(askedBeside.rules["ops"]).contains("create pods/exec"))
        let gated = try Self.rules(
            """
            - {name: a, service: a, probe: {tcpSocket: {port: 1}}, failover: {promotionGate: {method: DeletePod}}}
            - {name: b, service: b, namespace: shop, probe: {tcpSocket: {port: 1}}}
            - name: c
              service: c
              namespace: bank
              probe: {tcpSocket: {port: 1}}
              passiveProbe: {tcpSocket: {port: 2}}
              failover: {promotionGate: {method: Passive}}
            """
        )
        let deleting = gated.rules.filter { Self.words($0.value).contains("delete pods") }
        #expect(deleting.keys.sorted() == ["ops"])
        for cause in ["Taint", "Cordon"] {
            let drain = try Self.rules(
                "- {name: a, service: a, probe: {tcpSocket: {port: 1}}, failover: {onNodeDrain: \(cause)}}"
            )
            #expect(Self.words(drain.clusterRules) == ["list nodes", "watch nodes"])
            // Groups are supervised without it, too.
            #expect(drain.clusterRules.map(\.isOptional) == [true])
        }
        let b = "- {name: b, service: b, selector: {matchLabels: {app: b}}, probe: {tcpSocket: {port: 1}}}"
        for field in ["sync", "apartFrom"] {
            let a =
                "- {name: a, service: a, selector: {matchLabels: {app: a}}, probe: {tcpSocket: {port: 1}}, \(field): [b]}"
            let named = try Self.rules(a + "\n" + b)
            #expect(Self.words(named.clusterRules) == ["list nodes", "watch nodes"])
            #expect(named.clusterRules.map(\.isOptional) == [true])
        }
    }

    // MARK: Endpoints

    private static let slices =
        "- {name: a, service: b, mode: EndpointSlice, selector: {matchLabels: {app: b}}, probe: {tcpSocket: {port: 1}} MORE}"

    private static func slices(_ more: String = "", beside groups: String = "") throws -> [AccessRule] {
        try #require(try rules(slices.replacing("MORE", with: more) + "\n" + groups).rules["ops"])
    }

    /// Nothing restricts a creation to a name; whatever can be restricted is.
    @Test func slicesOfOneServiceAreWrittenAndNoOthers() throws {
        let rules = try Self.slices().filter { $0.resource == "endpointslices" }
        #expect(rules.map(\.verbs) == [["create", "list", "watch"], ["get", "patch"], ["delete"]])
        let names = ["b-kube-standby-ipv4", "b-kube-standby-ipv6"]
        #expect(rules.map(\.names) == [[], names, names])
        #expect(rules.map(\.isOptional) == [false, false, true])
    }

    @Test(
        arguments: [
            ("", "", true), (", roleLabel: {key: example.com/role}", "", true), (", roleLabel: null", "", nil),
            (", roleLabel: null", "- {name: c, service: c, probe: {tcpSocket: {port: 1}}}", false),
            ("", "- {name: c, service: c, probe: {tcpSocket: {port: 1}}}", false),
        ] as [(String, String, Bool?)]
    ) func podsAreWrittenOnlyForLabelsAndOptionallyForDecoration(more: String, others: String, isOptional: Bool?) throws
    {
        let rules = try Self.slices(more, beside: others).filter { $0.resource == "pods" && $0.verbs.contains("patch") }
        #expect(rules.map(\.isOptional) == (isOptional.map { [$0] } ?? []))
    }

    /// They are looked at by everybody, written by few, and done without where the right is missing.
    @Test func onlyToLookAtEndpointsIsOptional() throws {
        let labels = try Self.rules("- {name: a, service: a, probe: {tcpSocket: {port: 1}}}")
        #expect(labels.rules["ops"]?.filter(\.isOptional).map(\.resource) == ["endpointslices"])
        #expect(
            try !Self.slices().contains { $0.resource == "endpointslices" && $0.isOptional && $0.verbs != ["delete"] }
        )
    }

    @Test(arguments: [
        ("onDemote: {exec: {command: [x]}}", true), ("onPromote: {exec: {command: [x]}}", true),
        ("onDemote: {exec: {command: [x]}, required: true}", true), ("onDemote: {httpPost: {url: 'http://x'}}", false),
    ]) func hooksInPodsNeedExecToo(hooks: String, needs: Bool) throws {
        let hook = try Self.rules("- {name: a, service: a, probe: {tcpSocket: {port: 1}}, hooks: {\(hooks)}}")
        #expect(Self.words(hook.rules["ops"]).contains("create pods/exec") == needs)
    }
}
