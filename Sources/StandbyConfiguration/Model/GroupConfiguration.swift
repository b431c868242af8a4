package import Coordination
import FailoverCore

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
    /// The name of the Service that clients use.
    package var service: String
    /// Which of the Service's pods are candidates; nil: all of them.
    package var selector: LabelSelector?
    /// How the role is made known.
    package var mode: Mode = .label
    /// The label that is written on pods; nil, in mode EndpointSlice only: none is.
    ///
    /// In that mode it is decoration, with the usual values.
    package var writtenLabel: RoleLabel? = RoleLabel()
    /// How members are probed.
    @Boxed package var probe: ProbeConfiguration
    /// The probe of members that are not active; nil: `probe`.
    @Boxed package var passiveProbe: ProbeConfiguration? = nil
    package var requireReady = false
    /// How long a demoted endpoint stays, serving and terminating, 0...3600 s; in mode EndpointSlice only.
    package var drain: Duration = .zero
    /// First match wins.
    package var priorities: [PriorityRule] = []
    /// What candidates are asked when one is to be chosen.
    @Boxed package var candidate = CandidateConfiguration()
    /// When and how the role moves.
    @Boxed package var failover = FailoverConfiguration()
    /// What is run when a move has changed a pod's role.
    @Boxed package var hooks = HookConfiguration()
    /// Groups of the file that move together with this one; who is named need not name it back.
    package var sync: [String] = []
    /// Groups of the file whose active pods are better on other nodes; who is named need not name it back.
    package var apartFrom: [String] = []
    /// Whether to observe and report only.
    package var isPaused = false

    /// The label that carries the role; the usual one if none is written.
    package var roleLabel: RoleLabel {
        get { writtenLabel ?? RoleLabel() }
        set { writtenLabel = newValue }
    }

    /// Whether the group has to know of the cluster's nodes: which are drained, or in which zone they are.
    package var needsNodes: Bool { failover.onNodeDrain != .ignore || !sync.isEmpty || !apartFrom.isEmpty }

    /// Whether a probe, a score or a hook of the group runs a command through the API server.
    package var runsCommandsInPods: Bool {
        let handlers = [probe.handler, passiveProbe?.handler, candidate.score?.handler]
        let probes = handlers.contains { handler in
            if case .exec(let exec) = handler { exec.place == .pod } else { false }
        }
        let hooks = hooks.all.contains { if case .exec = $0.hook.action { true } else { false } }
        return probes || hooks
    }
}

extension GroupConfiguration {
    /// The key of the field that says how the role is made known.
    static let modeKey = "mode"
    /// The keys of the fields that name other groups.
    static let (syncKey, apartFromKey) = ("sync", "apartFrom")

    /// In mode Label there is a label; in mode EndpointSlice its values are the usual ones.
    private static func meant(_ group: inout GroupConfiguration) {
        switch group.mode {
        case .label: group.writtenLabel = group.roleLabel
        case .endpointSlice: group.writtenLabel = group.writtenLabel.map { RoleLabel(key: $0.key) }
        }
    }

    /// In mode EndpointSlice a label has nothing but its key.
    private static func printed(_ value: ConfigurationValue, of group: GroupConfiguration) -> ConfigurationValue {
        guard group.mode == .endpointSlice, case .mapping(let entries) = value else { return value }
        return .mapping(entries.filter { $0.key == RoleLabel.keyField })
    }

    /// The fields of a group.
    static let fields = FieldTable("group", GroupConfiguration(name: "", service: "", probe: .blank), isMerged: true) {
        Field.required("name", \.name, .string(.dnsLabel)).notInDefaults
            .says("The group's name, unique in the file; its Lease is kube-standby-NAME")
        Field.optional("namespace", \.namespace, .string(.dnsLabel)).notInDefaults
            .says("The namespace of Service and pods; default: the supervisor's own")
        Field.required("service", \.service, .string(.dnsLabel)).notInDefaults.says("The Service that clients use")
        Field.optional("selector", \.selector, .object(LabelSelector.fields)).notInDefaults
            .says("Which of the Service's pods may be chosen; the others stay passive; default: all of them")
        Field.defaulted(modeKey, \.mode, .choice)
            .says("How the role is made known: by a label, or by the EndpointSlice of a Service without a selector")
        Field.defaulted("roleLabel", \.writtenLabel, .nullable(.object(RoleLabel.fields)))
            .nullable { $0(modeKey).string == Mode.endpointSlice.rawValue }
            .meaning(meant, printed: printed)
            .says(
                "The label that carries the role; in mode EndpointSlice decoration, with nothing but a key; null: none there"
            )
        Field.required("probe", \.probe, .object(ProbeConfiguration.fields))
            .says("How members are probed; here or in defaults")
        Field.optional("passiveProbe", \.passiveProbe, .object(ProbeConfiguration.fields))
            .says("How members that are not active are probed; default: as probe says")
        Field.defaulted("requireReady", \.requireReady, .bool).says("Whether a candidate must also be Ready")
        Field.defaulted("priorities", \.priorities, .list(.object(PriorityRule.fields)))
            .says("Who is preferred; the first entry that matches a pod counts, a pod that none matches has 100")
        Field.defaulted("candidate", \.candidate, .object(CandidateConfiguration.fields))
            .says("What candidates are asked when one is to be chosen")
        Field.derived("failover", \.failover, .object(FailoverConfiguration.fields)) {
            FailoverConfiguration(hasPassiveProbe: $0.passiveProbe != nil)
        }
        .says("When and how the role moves")
        Field.defaulted("drainSeconds", \.drain, .seconds(0...3600)).only { $0.mode == .endpointSlice }
            .says(
                "In mode EndpointSlice: how long a demoted endpoint stays, as serving and terminating; 0: it is removed"
            )
        Field.defaulted("hooks", \.hooks, .object(HookConfiguration.fields))
            .says("What is run when a move has changed a pod's role; delays no failover unless it is required")
        Field.defaulted(syncKey, \.sync, .list(.string(.dnsLabel))).notInDefaults
            .says(
                "Groups of this file that follow when this one moves, once, to its node or zone, and the other way round"
            )
        Field.defaulted(apartFromKey, \.apartFrom, .list(.string(.dnsLabel))).notInDefaults
            .says(
                "Groups of this file whose active pods are better on other nodes; a preference, never a reason to move"
            )
        Field.defaulted("paused", \.isPaused, .bool).notInDefaults
            .says("Whether to observe and report only, and move nothing")
    }
}

/// The label that carries the role, and its two values.
package struct RoleLabel: Sendable, Hashable {
    /// With a prefix, nobody else means it.
    package var key: String
    /// The value on the active pod.
    package var active: String
    /// Nil: a passive pod has no such label.
    package var passive: String?

    /// Another label than the usual one, or another value.
    package init(key: String = "role", active: String = "active", passive: String? = "passive") {
        self.key = key
        self.active = active
        self.passive = passive
    }
}

extension RoleLabel {
    /// The key of the field that says the label's key.
    static let keyField = "key"

    /// The fields of a role label.
    static let fields = FieldTable("roleLabel", RoleLabel(), isMerged: true) {
        Field.defaulted(keyField, \.key, .string(.labelKey))
            .says("The label's key; the Service's selector must contain it")
        Field.defaulted("active", \.active, .string(.labelValue)).says("Its value on the active pod")
        Field.defaulted("passive", \.passive, .nullable(.string(.labelValue)))
            .says("Its value on every other pod; null: they have no such label")
    }
}
