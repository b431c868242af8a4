import Testing
import YAMLDocument

@testable import StandbyConfiguration

/// Each mistake beside its exact message.
@Suite struct DiagnosticsTests {
    private static let probe = "probe: {httpGet: {port: 8080}}"

    @Test(arguments: [
        (
            "selectr: {}",
            "groups[0]: unknown key \"selectr\"; did you mean \"selector\"?; allowed are name, namespace,"
                + " service, selector, mode, roleLabel, probe, passiveProbe, requireReady, priorities, failover, hooks, paused"
        ),
        ("mode: Lable", "groups[0].mode: found \"Lable\", allowed is Label or EndpointSlice; did you mean \"Label\"?"),
        ("paused: yes", "groups[0].paused: found \"yes\", allowed is true or false"),
        ("requireReady: \"true\"", "groups[0].requireReady: found \"true\", allowed is true or false"),
        (
            "namespace: Shop",
            "groups[0].namespace: found \"Shop\", allowed is a DNS label: a-z, 0-9 and \"-\", at most 63, a letter or digit"
                + " at both ends"
        ),
        (
            "failover: {delaySeconds: 3601}",
            "groups[0].failover.delaySeconds: found 3601, allowed is a number of seconds 0…3600"
        ),
        ("failover: []", "groups[0].failover: found a list, allowed is a mapping"),
        (
            "priorities: [{pod: a, priority: 1001}]",
            "groups[0].priorities[0].priority: found 1001, allowed is a whole number 0…1000"
        ),
        ("priorities: [{priority: 1}]", "groups[0].priorities[0]: says no pods: give \"pod\" or \"matchLabels\""),
        ("priorities: [{pod: a}]", "groups[0].priorities[0]: required key \"priority\" is missing"),
        (
            "roleLabel: {passive: active}",
            "groups[0].roleLabel.passive: is \"active\" like roleLabel.active; the two must differ"
        ),
        (
            "selector: {matchLabels: {role: active}}",
            "groups[0].selector.matchLabels.role: selects by the role label \"role\"; the selector must hold for both roles"
        ),
        (
            "selector: {matchExpressions: [{key: a, operator: In}]}",
            "groups[0].selector.matchExpressions[0].operator: operator In needs at least one entry in \"values\""
        ),
        (
            "hooks: {onPromote: {}}",
            "groups[0].hooks.onPromote: has no handler; give exactly one of exec, httpPost"
        ),
    ])
    func saysWhatIsWrongAndWhatWouldBeRight(field: String, message: String) {
        #expect(Fixture.error(Fixture.group(Self.probe, field)) == message)
    }

    @Test(arguments: [
        ("{}", "groups[0].probe: has no handler; give exactly one of httpGet, tcpSocket, grpc, exec"),
        (
            "{httpGet: {port: 1}, tcpSocket: {port: 2}}",
            "groups[0].probe: has 2 handlers (httpGet, tcpSocket); give exactly one of httpGet, tcpSocket, grpc, exec"
        ),
        ("{httpGet: {}}", "groups[0].probe.httpGet: required key \"port\" is missing"),
        (
            "{httpGet: {port: 0}}",
            "groups[0].probe.httpGet.port: found 0, allowed is a port number 1…65535 or the name of a container port"
        ),
        ("{grpc: {port: http}}", "groups[0].probe.grpc.port: found \"http\", allowed is a port number 1…65535"),
        (
            "{httpGet: {port: 1, expectedStatus: [\"2xx\"]}}",
            "groups[0].probe.httpGet.expectedStatus[0]: found \"2xx\", allowed is a status code 100…599 or a range like"
                + " \"200-399\""
        ),
        (
            "{httpGet: {port: 1, expectedBody: \"(\"}}",
            "groups[0].probe.httpGet.expectedBody: found \"(\", allowed is a regular expression"
        ),
        (
            "{httpGet: {port: http, host: db}}",
            "groups[0].probe.httpGet.port: is the port name \"http\", but host is not the pod; give the port's number"
        ),
        (
            "{exec: {command: []}}",
            "groups[0].probe.exec.command: found an empty list, allowed is a list of at least one entry"
        ),
        (
            "{exec: {command: [a], runIn: Supervisor, container: c}}",
            "groups[0].probe.exec.container: has no use with runIn: Supervisor, which runs beside the supervisor; remove it"
        ),
        (
            "{tcpSocket: {port: 1}, timeoutSeconds: 3}",
            "groups[0].probe.timeoutSeconds: is above periodSeconds: a probe must end before the next begins"
        ),
        (
            "{tcpSocket: {port: 1}, fastPeriodSeconds: 3}",
            "groups[0].probe.fastPeriodSeconds: is above periodSeconds: the fast period is at most the period"
        ),
    ])
    func checksProbes(probe: String, message: String) {
        #expect(Fixture.error(Fixture.group("probe: \(probe)")) == message)
    }

    @Test func findsEveryMistakeInOneRunAndInFileOrder() {
        let reading = Fixture.read(
            """
            apiVersion: kube-standby.io/v2
            kind: StandbyConfiguration
            groups:
            - name: Web
              service: web
              probe: {httpGet: {port: 0}, periodSeconds: 0.01}
            - name: b
              service: web
              namespce: x
              probe: {tcpSocket: {port: 1}}
            - service: web
            """
        )
        #expect(reading.configuration == nil)
        #expect(reading.errors.map(\.mark.line) == [1, 4, 6, 6, 8, 9, 11, 11, 11])
    }

    @Test func refusesTwoGroupsOfOneNameOrService() {
        let reading = Fixture.read(Fixture.minimal + "- {name: web, service: web, probe: {tcpSocket: {port: 1}}}\n")
        #expect(
            reading.errors.map(\.text) == [
                "groups[1].name: group \"web\" exists already, at line 4; names are unique",
                "groups[1].service: Service \"web\" has a group already, at line 5; a Service belongs to one group",
            ]
        )
    }

    @Test func namesTheAliasThroughWhichAMistakeCame() {
        let reading = Fixture.read(
            """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            groups:
            - {name: a, service: a, probe: &p {tcpSocket: {port: 99999}}}
            - {name: b, service: b, probe: *p}
            """
        )
        #expect(reading.errors.count == 1)
        #expect(reading.errors.first?.mark.line == 4)
    }

    @Test func reportsAMistakeInDefaultsOnce() {
        let reading = Fixture.read(
            """
            apiVersion: kube-standby.io/v1
            kind: StandbyConfiguration
            defaults: {probe: {tcpSocket: {port: 1}, timeoutSeconds: 30}}
            groups:
            - {name: a, service: a}
            - {name: b, service: b}
            """
        )
        #expect(reading.errors.map(\.mark.line) == [3])
    }

    @Test(arguments: [
        ("probe: {tcpSocket: {port: 1}, timeoutSeconds: 2}", "groups[0].probe.timeoutSeconds: equals periodSeconds"),
        ("probe: {grpc: {port: 1}}", "groups[0].probe.grpc: grpc is not available in this version"),
        ("probe: {exec: {command: [a]}}", "groups[0].probe.exec: exec in the pod is not available in this version"),
    ])
    func warnsWithoutRefusing(field: String, beginning: String) {
        let reading = Fixture.group(field)
        #expect(reading.configuration != nil)
        #expect(reading.diagnostics.first?.severity == .warning)
        #expect(reading.diagnostics.first?.text.hasPrefix(beginning) == true)
    }

    @Test func warnsOfAPriorityThatNeverMatches() {
        let reading = Fixture.group(
            Self.probe,
            "priorities: [{matchLabels: {a: b}, priority: 1}, {matchLabels: {a: b, c: d}, priority: 2}]"
        )
        #expect(
            reading.diagnostics.map(\.text) == [
                "groups[0].priorities[1]: never matches: priorities[0] matches the same pods before it"
            ]
        )
    }

    @Test func printsTheLineAndACaret() {
        let source = "apiVersion: kube-standby.io/v1\nkind: Standby\ngroups: []\n"
        let text = DiagnosticText(file: "c.yaml", source: Array(source.utf8))
        let lines = Fixture.read(source).diagnostics.map(text.render)
        #expect(
            lines == [
                "c.yaml:2:7: error: kind: found \"Standby\", allowed is StandbyConfiguration\n  kind: Standby\n        ^"
            ]
        )
    }

    @Test func saysWhereTheYAMLIsBroken() {
        #expect(Fixture.read("a: [\n").errors.first?.text.hasPrefix("not valid YAML: ") == true)
    }

    @Test(arguments: [("probe", "prob", 1), ("service", "serivce", 1), ("abc", "xyz", 3), ("", "ab", 2)])
    func measuresTheDistanceOfWords(left: String, right: String, expected: Int) {
        #expect(Suggestion.distance(left, right) == expected)
    }
}
