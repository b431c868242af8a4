import FailoverCore
import Testing

@testable import StandbyConfiguration

@Suite struct DecodingTests {
    @Test(arguments: [
        ("", Duration.zero), (", passiveProbe: {tcpSocket: {port: 80}}", .seconds(30)),
        (", passiveProbe: {tcpSocket: {port: 80}}, failover: {activationSeconds: 2.5}", .seconds(2.5)),
        (", failover: {activationSeconds: 60}", .seconds(60)),
    ])
    func aGroupWithAPassiveProbeLeavesThePromotedPodTime(more: String, activation: Duration) throws {
        let text = """
            {apiVersion: kube-standby.io/v1, kind: StandbyConfiguration,
             groups: [{name: web, service: web, probe: {httpGet: {port: http}}\(more)}]}
            """
        let group = try #require(ConfigurationReading(Array(text.utf8)).configuration?.groups.first)
        #expect(group.failover.activation == activation)
    }

    @Test func fillsInEveryDefault() throws {
        let group = try #require(Fixture.read(Fixture.minimal).configuration?.groups.first)
        #expect(group.namespace == nil && group.selector == nil && group.mode == .label)
        #expect(group.roleLabel == RoleLabel(key: "role", active: "active", passive: "passive"))
        #expect(group.priorities.isEmpty && !group.requireReady && !group.isPaused && group.passiveProbe == nil)
        #expect(group.failover == FailoverConfiguration())
        #expect(group.failover.flap.maxSwitches == 3 && group.failover.cooldown == .seconds(30))
        let timing = group.probe.timing
        #expect(timing.period == .seconds(2) && timing.fastPeriod == .seconds(1) && timing.timeout == .seconds(1))
        #expect(timing.thresholds == HealthThresholds(failure: 3, success: 2) && timing.initialDelay == .zero)
        guard case .httpGet(let probe) = group.probe.handler else {
            Issue.record("no httpGet")
            return
        }
        #expect(probe.path == "/" && probe.scheme == .http && probe.method == .get && !probe.keepAlive)
        #expect(probe.expectedStatus == [StatusRange(200...399)] && !probe.tls.isVerified)
    }

    @Test func readsEveryField() throws {
        let reading = Fixture.group(
            "namespace: shop",
            "selector: {matchLabels: {app: x}, matchExpressions: [{key: t, operator: In, values: [a, b]}]}",
            "roleLabel: {key: example.com/role, active: primary, passive: null}",
            "probe: {httpGet: {path: /h, port: http, scheme: HTTPS, httpHeaders: [{name: X, value: y}],"
                + " expectedStatus: [200, \"300-302\"], method: HEAD, keepAlive: true,"
                + " tls: {verify: true, caFile: /ca, serverName: n}}, initialDelaySeconds: 5, periodSeconds: 0.5,"
                + " fastPeriodSeconds: 0.25, timeoutSeconds: 0.2, failureThreshold: 4, successThreshold: 1}",
            "passiveProbe: {tcpSocket: {port: 81}}",
            "requireReady: true",
            "priorities: [{pod: web-0, priority: 200}, {matchLabels: {z: \"1\"}, priority: 0}]",
            "failover: {order: PromoteFirst, delaySeconds: 1.5, whenNoneHealthy: DemoteActive, cooldownSeconds: 1,"
                + " flap: {maxSwitches: 0, windowSeconds: 5, holdSeconds: 6}}",
            "paused: true"
        )
        let group = try #require(reading.configuration?.groups.first, "\(reading.errors.map(\.text))")
        #expect(group.namespace == "shop" && group.requireReady && group.isPaused)
        #expect(group.selector?.description == "app=x,t in (a,b)")
        #expect(group.roleLabel == RoleLabel(key: "example.com/role", active: "primary", passive: nil))
        #expect(group.priorities.priority(name: "web-0", labels: [:]) == 200)
        #expect(group.priorities.priority(name: "web-1", labels: ["z": "1"]) == 0)
        #expect(group.priorities.priority(name: "web-1", labels: [:]) == 100)
        #expect(group.failover.order == .promoteFirst && group.failover.delay == .milliseconds(1500))
        #expect(group.failover.whenNoneHealthy == .demoteActive && group.failover.flap.maxSwitches == 0)
        #expect(group.probe.timing.period == .milliseconds(500) && group.probe.timing.thresholds.failure == 4)
        guard case .httpGet(let probe) = group.probe.handler, case .tcpSocket(let passive) = group.passiveProbe?.handler
        else {
            Issue.record("other handlers")
            return
        }
        #expect(
            probe.port == .named("http") && probe.expectedStatus == [StatusRange(200...200), StatusRange(300...302)]
        )
        #expect(probe.tls.isVerified && probe.tls.serverName == "n" && probe.keepAlive && probe.method == .head)
        #expect(passive.port == .number(81))
    }

    @Test func mergesDefaultsFieldByFieldAndHandlersWhole() throws {
        let defaults =
            "{probe: {httpGet: {port: 80}, periodSeconds: 7, failureThreshold: 9}, failover: {delaySeconds: 3}}"
        let reading = Fixture.group(
            "probe: {tcpSocket: {port: 90}, periodSeconds: 4}",
            "failover: {order: PromoteFirst}",
            defaults: defaults
        )
        let group = try #require(reading.configuration?.groups.first)
        guard case .tcpSocket = group.probe.handler else {
            Issue.record("handler not replaced")
            return
        }
        #expect(group.probe.timing.period == .seconds(4) && group.probe.timing.thresholds.failure == 9)
        #expect(group.failover.delay == .seconds(3) && group.failover.order == .promoteFirst)
    }

    /// What is required for all is required of the group that only has a command of its own.
    @Test func mergesHooksFieldByFieldAndTheirActionsWhole() throws {
        let reading = Fixture.group(
            "hooks: {onDemote: {httpPost: {url: \"https://example.com\"}}, onPromote: {timeoutSeconds: 7}}",
            defaults: "{probe: {tcpSocket: {port: 1}}, hooks: {onPromote: {exec: {command: [up]}}, "
                + "onDemote: {exec: {command: [drain]}, required: true, timeoutSeconds: 20, onTimeout: Promote}}}"
        )
        let hooks = try #require(reading.configuration?.groups.first?.hooks)
        guard case .httpPost = hooks.onDemote?.hook.action, case .exec(let up) = hooks.onPromote?.action else {
            Issue.record("other actions")
            return
        }
        #expect(hooks.onDemote?.isRequired == true && hooks.onDemote?.onTimeout == .promote)
        #expect(hooks.onDemote?.hook.timeout == .seconds(20))
        #expect(up.command == ["up"] && hooks.onPromote?.timeout == .seconds(7))
    }

    @Test func takesTheWholeProbeFromDefaults() throws {
        let reading = Fixture.group("paused: false", defaults: "{probe: {exec: {command: [ok], runIn: Supervisor}}}")
        let group = try #require(reading.configuration?.groups.first)
        #expect(group.probe.handler == .exec(ExecProbe(command: ["ok"], place: .supervisor)))
    }

    @Test func acceptsNoGroups() {
        let reading = Fixture.read("apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups: []\n")
        #expect(reading.configuration == SupervisorConfiguration(groups: []))
    }

    @Test(arguments: [
        (LabelSelector.Operator.isIn, ["a"], ["k": "a"], true), (.isIn, ["a"], [:], false),
        (.isNotIn, ["a"], ["k": "a"], false), (.isNotIn, ["a"], [:], true), (.exists, [], ["k": "x"], true),
        (.exists, [], [:], false), (.doesNotExist, [], [:], true), (.doesNotExist, [], ["k": "x"], false),
    ])
    func selectsByExpressions(
        symbol: LabelSelector.Operator,
        values: [String],
        labels: [String: String],
        expected: Bool
    ) {
        let selector = LabelSelector(matchExpressions: [.init(key: "k", operator: symbol, values: values)])
        #expect(selector.matches(labels) == expected)
    }
}
