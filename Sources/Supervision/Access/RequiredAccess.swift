import FailoverCore
package import StandbyConfiguration

/// The least rights with which a configuration can be supervised.
///
/// Whoever adds a request to the API server adds its right here; a test compares them with what the supervisor asks for.
package struct RequiredAccess: Sendable {
    /// By namespace.
    package private(set) var rules: [String: [AccessRule]] = [:]
    /// Those that no Role of a namespace can give.
    package private(set) var clusterRules: [AccessRule] = []

    /// `namespace`: the supervisor's own, which is that of groups that name none; `electing`: whether replicas share the groups
    /// out by Leases there.
    package init(_ configuration: SupervisorConfiguration, namespace: String, electing: Bool = false) {
        let groups = Dictionary(grouping: configuration.groups) { $0.namespace ?? namespace }
        rules = groups.mapValues(Self.rules)
        // Those of reloads are written on the supervisor's own pod.
        if rules[namespace] == nil { rules[namespace] = [Self.ownEvents] }
        if electing { rules[namespace, default: []].append(Self.election) }
        // Nodes have no namespace.
        if configuration.groups.contains(where: \.needsNodes) {
            clusterRules = [Self.nodes]
        }
    }

    /// Nothing but a story is lost without them.
    private static let ownEvents = AccessRule(
        apiGroup: "events.k8s.io",
        resource: "events",
        verbs: ["create"],
        isOptional: true
    )

    /// Without it groups are supervised as if they did not ask.
    private static let nodes = AccessRule(
        apiGroup: "",
        resource: "nodes",
        verbs: ["list", "watch"],
        isOptional: true
    )

    /// The Lease of a replica has its identity in its name, which nobody knows before.
    private static let election = AccessRule(
        apiGroup: "coordination.k8s.io",
        resource: "leases",
        verbs: ["get", "list", "watch", "create", "update", "delete"]
    )

    private static func rules(of groups: [GroupConfiguration]) -> [AccessRule] {
        let hasLabels = groups.contains { $0.mode == .label }
        let deletes = groups.contains { $0.failover.promotionGate?.method == .deletePod }
        var rules = [
            AccessRule(
                apiGroup: "",
                resource: "pods",
                verbs: ["get", "list", "watch"] + (hasLabels ? ["patch"] : []) + (deletes ? ["delete"] : [])
            ),
            AccessRule(apiGroup: "", resource: "services", verbs: ["get", "list", "watch"]),
            // RBAC cannot restrict a creation to a name, nor a list.
            AccessRule(apiGroup: "coordination.k8s.io", resource: "leases", verbs: ["create", "list", "watch"]),
            AccessRule(
                apiGroup: "coordination.k8s.io",
                resource: "leases",
                names: groups.map { RecordMapping.name(of: $0.name) },
                verbs: ["get", "update"]
            ),
            AccessRule(apiGroup: "events.k8s.io", resource: "events", verbs: ["create"]),
        ]
        if groups.contains(where: \.runsCommandsInPods) {
            // Since 1.35 the upgrade to a WebSocket needs create, too.
            rules.append(AccessRule(apiGroup: "", resource: "pods/exec", verbs: ["get", "create"]))
        }
        if !hasLabels, groups.contains(where: { $0.writtenLabel != nil }) {
            // Decoration: the role moves without it.
            rules.append(AccessRule(apiGroup: "", resource: "pods", verbs: ["patch"], isOptional: true))
        }
        return rules + slices(of: groups.filter { $0.mode == .endpointSlice })
    }

    /// In mode Label slices are only looked at: a move waits until they show the demotion, and tells when they show the promotion.
    ///
    /// `groups`: those of mode EndpointSlice.
    private static func slices(of groups: [GroupConfiguration]) -> [AccessRule] {
        func rule(_ names: [String] = [], _ verbs: String..., isOptional: Bool = false) -> AccessRule {
            AccessRule(
                apiGroup: "discovery.k8s.io",
                resource: "endpointslices",
                names: names,
                verbs: verbs,
                isOptional: isOptional
            )
        }
        if groups.isEmpty { return [rule([], "list", "watch", isOptional: true)] }
        let names = groups.flatMap { group in AddressFamily.allCases.map { $0.sliceName(of: group.service) } }
        // Where OwnerReferencesPermissionEnforcement is on, whoever names the Service as owner must be able to delete the slice.
        return [
            rule([], "create", "list", "watch"), rule(names, "get", "patch"), rule(names, "delete", isOptional: true),
        ]
    }

    /// Every right, namespaces in order.
    package var rights: [(rule: AccessRule, right: AccessRight)] {
        let namespaced = rules.sorted { $0.key < $1.key }.flatMap { namespace, rules in
            rules.flatMap { rule in rule.rights(namespace: namespace).map { (rule, $0) } }
        }
        return namespaced + clusterRules.flatMap { rule in rule.rights(namespace: nil).map { (rule, $0) } }
    }
}
