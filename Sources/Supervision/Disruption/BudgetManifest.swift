package import FailoverCore
package import KubernetesClient
package import StandbyConfiguration

/// The PodDisruptionBudget of a group's active pod: nobody may evict it, so that a drain waits until the role has left.
///
/// Once it has, the budget selects another pod, and the eviction of the old one goes on. An active pod that is not Ready may go:
/// it serves nobody, and a budget would hold it on its node for ever.
package struct BudgetManifest: Sendable, Hashable {
    /// Why there is none for a group.
    package enum Refusal: Error, Sendable, Hashable {
        /// The role does not leave a cordoned node, so that a drain would wait for ever.
        case doesNotLeave(group: String, NodeDrain)
        /// No label says who is active.
        case noRoleLabel(group: String)
        /// The file does not say which pods are meant, and nobody asks the Service.
        case noSelector(group: String, service: String)
        /// The Service says something else than the group needs.
        case unusable(group: String, ClusterFinding)
    }

    /// Of the file, where it names one.
    private let namespace: String?
    private let name: String
    private let selector: LabelSelector

    /// What the file alone says.
    package init(_ group: GroupConfiguration) throws(Refusal) {
        guard let selector = group.selector else {
            try Self.check(group)
            throw .noSelector(group: group.name, service: group.service)
        }
        try self.init(group, members: selector)
    }

    /// What its Service says of the pods; `service`: nil if there is none.
    package init(_ group: GroupConfiguration, _ service: Service?, namespace: String) throws(Refusal) {
        switch ServiceCheck(service, of: group, namespace: namespace) {
        case .usable(let selector, _): try self.init(group, members: selector)
        case .unusable(let finding):
            try Self.check(group)
            throw .unusable(group: group.name, finding)
        case .pending: throw .noSelector(group: group.name, service: group.service)
        }
    }

    private init(_ group: GroupConfiguration, members: LabelSelector) throws(Refusal) {
        let label = try Self.check(group)
        namespace = group.namespace
        name = RecordMapping.name(of: group.name)
        var selector = members
        selector.matchLabels[label.key] = label.active
        self.selector = selector
    }

    /// - Returns: the label that says who is active.
    @discardableResult
    private static func check(_ group: GroupConfiguration) throws(Refusal) -> RoleLabel {
        guard group.failover.onNodeDrain == .cordon else {
            throw .doesNotLeave(group: group.name, group.failover.onNodeDrain)
        }
        guard let label = group.writtenLabel else { throw .noRoleLabel(group: group.name) }
        return label
    }

    /// As it is applied.
    package var document: ConfigurationValue {
        .mapping([
            .init("apiVersion", .string("policy/v1")),
            .init("kind", .string("PodDisruptionBudget")),
            .init(
                "metadata",
                .mapping(
                    [.init("name", .string(name))] + (namespace.map { [.init("namespace", .string($0))] } ?? [])
                        + [.init("labels", .mapping([.init("app.kubernetes.io/name", .string("kube-standby"))]))]
                )
            ),
            .init(
                "spec",
                .mapping([
                    .init("minAvailable", .integer(1)),
                    .init("unhealthyPodEvictionPolicy", .string("AlwaysAllow")),
                    .init("selector", selector.manifest),
                ])
            ),
        ])
    }
}

extension BudgetManifest.Refusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .doesNotLeave(let group, let drain):
            "group \"\(group)\": failover.onNodeDrain is \(drain.rawValue), so that the role does not leave a cordoned node, and a"
                + " drain would wait for ever for its budget; set it to Cordon"
        case .noRoleLabel(let group):
            "group \"\(group)\": roleLabel is null, and without the label no budget can tell the active pod from the others; give it"
                + " a key"
        case .noSelector(let group, let service):
            "group \"\(group)\": the file does not say which pods are meant; give it a selector, or --cluster to ask Service"
                + " \"\(service)\""
        case .unusable(let group, let finding): "group \"\(group)\": \(finding)"
        }
    }
}

extension LabelSelector {
    /// As a manifest has it, keys sorted.
    fileprivate var manifest: ConfigurationValue {
        let labels = matchLabels.sorted { $0.key < $1.key }.map { ConfigurationValue.Entry($0.key, .string($0.value)) }
        let expressions = matchExpressions.map { expression in
            ConfigurationValue.mapping(
                [
                    .init("key", .string(expression.key)),
                    .init("operator", .string(expression.operator.rawValue)),
                ]
                    + (expression.values.isEmpty
                        ? [] : [.init("values", .list(expression.values.map(ConfigurationValue.string)))])
            )
        }
        return .mapping(
            [.init("matchLabels", .mapping(labels))]
                + (expressions.isEmpty ? [] : [.init("matchExpressions", .list(expressions))])
        )
    }
}
