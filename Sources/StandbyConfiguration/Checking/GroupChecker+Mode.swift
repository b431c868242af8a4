import FailoverCore
import YAMLDocument

/// What only one of the modes has a use for.
///
/// Such a field in `defaults` is for the groups of the other mode, unless the group has its mode from there, too, or from nowhere.
extension GroupChecker {
    /// Whether the group is of mode EndpointSlice.
    var isOfSlices: Bool {
        reader[GroupConfiguration.modeKey].string == GroupConfiguration.Mode.endpointSlice.rawValue
    }

    /// The key of the label that the group writes on pods; nil: it writes none.
    var roleKey: String? { Self.roleKey(of: reader) }

    /// The same of a group as it is meant.
    static func roleKey(of group: NodeReader) -> String? {
        let isOfSlices = group[GroupConfiguration.modeKey].string == GroupConfiguration.Mode.endpointSlice.rawValue
        let label = group["roleLabel"]
        if isOfSlices, label.isPresent, !label.isMapping { return nil }
        return RoleLabel.fields.readable(label).key
    }

    /// Checks what depends on the mode; of one that is mistyped nobody knows what it has a use for.
    func checkMode() {
        if isOfSlices { checkSlices() } else if isOfLabels { checkDrain() }
    }

    private var isOfLabels: Bool {
        let mode = reader[GroupConfiguration.modeKey]
        return !mode.isPresent || mode.string == GroupConfiguration.Mode.label.rawValue
    }

    private func checkDrain() {
        let isMeant = node.own["drainSeconds"] != nil || node.own[GroupConfiguration.modeKey] == nil
        if reader["drainSeconds"].isPresent, isMeant { report(.drainInLabelMode, at: ["drainSeconds"]) }
    }

    private func checkSlices() {
        for field in RoleLabel.fields.schema.fields.map(\.name)
        where field != RoleLabel.keyField && reader["roleLabel"][field].isPresent {
            let isMeant = node.own["roleLabel"]?[field] != nil || node.own[GroupConfiguration.modeKey] == nil
            if isMeant { report(.roleValueInEndpointSliceMode, at: ["roleLabel", .key(field)]) }
        }
        let failover = FailoverConfiguration.fields.readable(reader["failover"])
        if failover.order == .promoteFirst { report(.orderInEndpointSliceMode, at: ["failover", "order"]) }
        if reader["failover"]["promotionGate"].isPresent {
            report(.gateInEndpointSliceMode, at: ["failover", "promotionGate"])
        }
        if failover.podDeletionCost, roleKey == nil {
            report(.deletionCostWithoutLabel, at: ["failover", "podDeletionCost"], comparedWith: ["roleLabel"])
        }
        let selector = LabelSelector.fields.readable(reader["selector"])
        if selector.matchLabels.isEmpty, selector.matchExpressions.isEmpty {
            report(.noSelectorInEndpointSliceMode, at: reader["selector"].isPresent ? ["selector"] : [])
        }
    }
}
