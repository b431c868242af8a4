import FailoverCore

extension GroupConfiguration {
    /// Decodes a group that the checkers accepted, `defaults` merged in; nil if a required value is missing after all.
    init?(_ reader: NodeReader) {
        guard let name = reader["name"].string, let service = reader["service"].string,
            let probe = ProbeConfiguration(reader["probe"])
        else { return nil }
        let mode = reader["mode"].choice(Mode.self) ?? .label
        self.init(
            name: name,
            namespace: reader["namespace"].string,
            service: service,
            selector: reader["selector"].isPresent ? LabelSelector(reader["selector"]) : nil,
            mode: mode,
            // In mode EndpointSlice nobody writes a label, whatever `defaults` say.
            roleLabel: mode == .label ? RoleLabel(reader["roleLabel"]) : RoleLabel(),
            probe: probe,
            passiveProbe: ProbeConfiguration(reader["passiveProbe"]),
            requireReady: reader["requireReady"].bool ?? false,
            priorities: reader["priorities"].items.compactMap(PriorityRule.init),
            failover: FailoverConfiguration(reader["failover"], hasPassiveProbe: reader["passiveProbe"].isPresent),
            hooks: HookConfiguration(reader["hooks"]),
            isPaused: reader["paused"].bool ?? false
        )
    }
}

extension LabelSelector {
    fileprivate init(_ reader: NodeReader) {
        self.init(
            matchLabels: reader["matchLabels"].labels,
            matchExpressions: reader["matchExpressions"].items.compactMap { item in
                guard let key = item["key"].string, let symbol = item["operator"].choice(Operator.self)
                else { return nil }
                return Expression(key: key, operator: symbol, values: item["values"].strings)
            }
        )
    }
}

extension RoleLabel {
    fileprivate init(_ reader: NodeReader) {
        let standard = RoleLabel()
        self.init(
            key: reader["key"].string ?? standard.key,
            active: reader["active"].string ?? standard.active,
            passive: reader["passive"].isPresent ? reader["passive"].string : standard.passive
        )
    }
}

extension PriorityRule {
    fileprivate init?(_ reader: NodeReader) {
        guard let priority = reader["priority"].int else { return nil }
        let match = reader["pod"].string.map(Match.pod) ?? .labels(reader["matchLabels"].labels)
        self.init(match: match, priority: priority)
    }
}

extension FailoverConfiguration {
    fileprivate init(_ reader: NodeReader, hasPassiveProbe: Bool) {
        self.init()
        if hasPassiveProbe { activation = Self.standardActivation }
        order = reader["order"].choice(GroupPolicy.SwitchOrder.self) ?? order
        whenNoneHealthy = reader["whenNoneHealthy"].choice(GroupPolicy.WhenNoneHealthy.self) ?? whenNoneHealthy
        delay = reader["delaySeconds"].duration ?? delay
        preempt = reader["preempt"].bool ?? preempt
        preemptDelay = reader["preemptDelaySeconds"].duration ?? preemptDelay
        cooldown = reader["cooldownSeconds"].duration ?? cooldown
        activation = reader["activationSeconds"].duration ?? activation
        flap.maxSwitches = reader["flap"]["maxSwitches"].int ?? flap.maxSwitches
        flap.window = reader["flap"]["windowSeconds"].duration ?? flap.window
        flap.hold = reader["flap"]["holdSeconds"].duration ?? flap.hold
        onNodeDrain = reader["onNodeDrain"].choice(NodeDrain.self) ?? onNodeDrain
    }
}

extension HookConfiguration {
    fileprivate init(_ reader: NodeReader) {
        self.init(onPromote: Hook(reader["onPromote"]), onDemote: Hook(reader["onDemote"]))
    }
}

extension HookConfiguration.Hook {
    fileprivate init?(_ reader: NodeReader) {
        let timeout = reader["timeoutSeconds"].duration ?? Self.standardTimeout
        if let url = reader["httpPost"]["url"].string {
            self.init(action: .httpPost(url), timeout: timeout)
        } else if reader["exec"].isPresent {
            let exec = reader["exec"]
            self.init(
                action: .exec(command: exec["command"].strings, container: exec["container"].string),
                timeout: timeout
            )
        } else {
            return nil
        }
    }
}
