/// One active/passive group, with every default filled in.
package struct GroupConfiguration: Sendable, Hashable {
    /// How the role is made known to Kubernetes.
    package enum Mode: String, Sendable, Hashable, CaseIterable {
        /// By a label that the Service's selector contains.
        case label = "Label"
        /// By the EndpointSlice of a Service without a selector.
        case endpointSlice = "EndpointSlice"
    }

    /// Unique in the file; names the Lease, metrics and Events.
    package var name: String
    /// Nil: the supervisor's own.
    package var namespace: String?
    package var service: String
    /// Which of the Service's pods are candidates; nil: all of them.
    package var selector: LabelSelector?
    package var mode: Mode
    package var roleLabel: RoleLabel
    @Boxed package var probe: ProbeConfiguration
    /// The probe of members that are not active; nil: `probe`.
    @Boxed package var passiveProbe: ProbeConfiguration?
    package var requireReady: Bool
    /// First match wins.
    package var priorities: [PriorityRule]
    @Boxed package var failover: FailoverConfiguration
    @Boxed package var hooks: HookConfiguration
    package var isPaused: Bool

    /// Whether a probe or a hook of the group runs a command through the API server.
    package var runsCommandsInPods: Bool {
        let probes = [probe, passiveProbe].contains { probe in
            if case .exec(let exec) = probe?.handler { exec.place == .pod } else { false }
        }
        let hooks = [hooks.onPromote, hooks.onDemote].contains { hook in
            if case .exec = hook?.action { true } else { false }
        }
        return probes || hooks
    }
}
