/// Every kind that the sandbox knows; discovery, the paths, authorisation and the rules are read from here.
extension Kind {
    /// The stored kinds, other forms of them, and those that are only answered.
    package static let all: [Kind] = [
        pods, services, endpointSlices, endpoints, leases, events, coreEvents, statefulSets, deployments, replicaSets,
        controllerRevisions, nodes, namespaces, configMaps, secrets, serviceAccounts, podDisruptionBudgets, roles,
        roleBindings, clusterRoles,
        clusterRoleBindings, selfSubjectAccessReviews, subjectAccessReviews, selfSubjectRulesReviews,
        selfSubjectReviews,
    ]

    private static let byPlace: [[String]: Kind] = Dictionary(
        uniqueKeysWithValues: all.map { ([$0.group, $0.plural], $0) }
    )

    /// The kind at a place of the API; nil if the sandbox has none there.
    static func at(group: String, plural: String) -> Kind? { byPlace[[group, plural]] }

    /// The kind of a manifest; nil if the sandbox has none of that name.
    static func named(_ kind: String, apiVersion: String) -> Kind? {
        all.first { $0.kind == kind && $0.apiVersion == apiVersion }
    }

    /// The groups, the core group first.
    static let groups: [String] = all.reduce(into: []) { groups, kind in
        if !groups.contains(kind.group) { groups.append(kind.group) }
    }.sorted()
}
