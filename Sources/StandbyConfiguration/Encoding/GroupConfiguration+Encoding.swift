import FailoverCore

extension SupervisorConfiguration {
    /// The configuration with every default filled in, as the file would write it.
    package var effective: ConfigurationValue {
        .mapping([
            .init("apiVersion", .string(ObjectSchema.apiVersion)),
            .init("kind", .string(ObjectSchema.kind)),
            .init("groups", .list(groups.map(\.effective))),
        ])
    }
}

extension GroupConfiguration {
    /// The group with every default filled in; what only the cluster knows is left out.
    package var effective: ConfigurationValue {
        let isLabelMode = mode == .label
        return .fields([
            ("name", .string(name)),
            ("namespace", namespace.map(ConfigurationValue.string)),
            ("service", .string(service)),
            ("selector", selector?.effective),
            ("mode", .string(mode.rawValue)),
            ("roleLabel", isLabelMode ? roleLabel.effective : nil),
            ("probe", probe.effective),
            ("passiveProbe", passiveProbe?.effective),
            ("requireReady", .bool(requireReady)),
            ("priorities", .list(priorities.map(\.effective))),
            ("failover", failover.effective),
            ("hooks", hooks.effective),
            ("paused", .bool(isPaused)),
        ])
    }
}

extension ConfigurationValue {
    /// A mapping of the fields that have a value.
    static func fields(_ fields: [(String, ConfigurationValue?)]) -> ConfigurationValue {
        .mapping(fields.compactMap { name, value in value.map { Entry(name, $0) } })
    }

    /// A mapping of labels, by key.
    static func labels(_ labels: [String: String]) -> ConfigurationValue {
        .mapping(labels.sorted { $0.key < $1.key }.map { Entry($0.key, .string($0.value)) })
    }

    /// A list of texts.
    static func strings(_ strings: [String]) -> ConfigurationValue { .list(strings.map(ConfigurationValue.string)) }
}

extension LabelSelector {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("matchLabels", .labels(matchLabels)),
            ("matchExpressions", .list(matchExpressions.map(\.effective))),
        ])
    }
}

extension LabelSelector.Expression {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("key", .string(key)),
            ("operator", .string(`operator`.rawValue)),
            ("values", values.isEmpty ? nil : .strings(values)),
        ])
    }
}

extension RoleLabel {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("key", .string(key)),
            ("active", .string(active)),
            ("passive", passive.map(ConfigurationValue.string) ?? .null),
        ])
    }
}

extension PriorityRule {
    fileprivate var effective: ConfigurationValue {
        switch match {
        case .pod(let name): .fields([("pod", .string(name)), ("priority", .integer(priority))])
        case .labels(let labels): .fields([("matchLabels", .labels(labels)), ("priority", .integer(priority))])
        }
    }
}

extension FailoverConfiguration {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("order", .string(order.rawValue)),
            ("delaySeconds", .seconds(delay)),
            ("whenNoneHealthy", .string(whenNoneHealthy.rawValue)),
            ("preempt", .bool(preempt)),
            ("preemptDelaySeconds", .seconds(preemptDelay)),
            ("cooldownSeconds", .seconds(cooldown)),
            ("activationSeconds", .seconds(activation)),
            ("flap", flap.effective),
            ("onNodeDrain", .string(onNodeDrain.rawValue)),
        ])
    }
}

extension FailoverConfiguration.Flap {
    fileprivate var effective: ConfigurationValue {
        .fields([
            ("maxSwitches", .integer(maxSwitches)),
            ("windowSeconds", .seconds(window)),
            ("holdSeconds", .seconds(hold)),
        ])
    }
}

extension HookConfiguration {
    fileprivate var effective: ConfigurationValue? {
        let hooks = [("onPromote", onPromote?.effective), ("onDemote", onDemote?.effective)]
        return hooks.allSatisfy { $0.1 == nil } ? nil : .fields(hooks)
    }
}

extension HookConfiguration.Hook {
    fileprivate var effective: ConfigurationValue {
        switch action {
        case .exec(let command, let container):
            .fields([
                (
                    "exec",
                    .fields([("command", .strings(command)), ("container", container.map(ConfigurationValue.string))])
                ),
                ("timeoutSeconds", .seconds(timeout)),
            ])
        case .httpPost(let url):
            .fields([("httpPost", .fields([("url", .string(url))])), ("timeoutSeconds", .seconds(timeout))])
        }
    }
}
