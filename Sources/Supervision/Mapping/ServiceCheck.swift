import KubernetesClient
import StandbyConfiguration

/// Whether a group's Service can be used, and which pods it means.
enum ServiceCheck: Sendable, Hashable {
    /// Not seen yet.
    case pending
    /// The group waits until the cause is gone.
    case unusable(ClusterFinding)
    /// The group's members, and the Service's uid for Events.
    case usable(LabelSelector, uid: String)

    /// Holds a Service against its group.
    ///
    /// `service`: nil if there is none of that name.
    /// `labelling`: also accepts a label that is being changed.
    init(
        _ service: Service?,
        of group: GroupConfiguration,
        namespace: String,
        labelling: RoleLabelling? = nil
    ) {
        guard let service else {
            self = .unusable(.serviceMissing(group.service, namespace: namespace))
            return
        }
        let selector = service.spec?.selector ?? [:]
        let isName = service.spec?.publication?.type == Service.externalName
        let isRetiring = labelling?.isRetiringSelector(selector) ?? false
        let problem: ClusterFinding? =
            switch group.mode {
            case _ where isName: .externalName(group.service)
            case .label where isRetiring: nil
            case .label: Self.problem(of: selector, group, namespace: namespace)
            case .endpointSlice:
                selector.isEmpty ? nil : .serviceWithSelector(group.service, namespace: namespace)
            }
        if let problem {
            self = .unusable(problem)
            return
        }
        let keys = labelling?.keys ?? [group.roleLabel.key]
        let own = LabelSelector(matchLabels: selector.filter { !keys.contains($0.key) })
        // The group's selector narrows the choice among them only; but for a Service that selects by nothing else, it says all.
        let members = own.matchLabels.isEmpty ? group.selector ?? own : own
        if members.matchLabels.isEmpty, members.matchExpressions.isEmpty {
            self = .unusable(.noSelector(group.service))
        } else {
            self = .usable(members, uid: service.metadata.uid ?? "")
        }
    }

    private static func problem(
        of selector: [String: String],
        _ group: GroupConfiguration,
        namespace: String
    ) -> ClusterFinding? {
        let (key, active) = (group.roleLabel.key, group.roleLabel.active)
        if selector.isEmpty {
            return .serviceWithoutSelector(group.service, namespace: namespace, label: "\(key): \(active)")
        }
        if selector[key] == active { return nil }
        return .selectorLacksRole(group.service, namespace: namespace, key: key, active: active, found: selector[key])
    }
}
