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
        let drain = try Self.rules(
            "- {name: a, service: a, probe: {tcpSocket: {port: 1}}, failover: {onNodeDrain: Switch}}"
        )
        #expect(Self.words(drain.clusterRules) == ["get nodes", "list nodes", "watch nodes"])
        let slices = try Self.rules("- {name: a, service: a, mode: EndpointSlice, probe: {tcpSocket: {port: 1}}}")
        #expect(Self.words(slices.rules["ops"]).contains("update endpointslices"))
        #expect(!Self.words(slices.rules["ops"]).contains("patch pods"))
    }

    /// They are looked at by everybody, written by few, and done without where the right is missing.
    @Test func onlyToLookAtEndpointsIsOptional() throws {
        let labels = try Self.rules("- {name: a, service: a, probe: {tcpSocket: {port: 1}}}")
        #expect(labels.rules["ops"]?.filter(\.isOptional).map(\.resource) == ["endpointslices"])
        let slices = try Self.rules("- {name: a, service: a, mode: EndpointSlice, probe: {tcpSocket: {port: 1}}}")
        #expect(slices.rules["ops"]?.contains(where: \.isOptional) == false)
    }

    @Test func hooksInPodsNeedExecToo() throws {
        let hook = try Self.rules(
            "- {name: a, service: a, probe: {tcpSocket: {port: 1}}, hooks: {onDemote: {exec: {command: [x]}}}}"
        )
        #expect(Self.words(hook.rules["ops"]).contains("create pods/exec"))
    }
}
