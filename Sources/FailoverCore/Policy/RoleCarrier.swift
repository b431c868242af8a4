/// On which objects the roles of a group stand.
package enum RoleCarrier: Sendable, Hashable, CaseIterable {
    /// The role labels of its pods.
    case labels
    /// Its EndpointSlices.
    case endpointSlices

    /// What somebody else writes who works against the group.
    var name: String {
        switch self {
        case .labels: "the role labels"
        case .endpointSlices: "the EndpointSlices of the group"
        }
    }
}

extension GroupPolicy {
    /// On which objects the group's roles stand.
    package var carrier: RoleCarrier { ownsEndpoints ? .endpointSlices : .labels }
}
