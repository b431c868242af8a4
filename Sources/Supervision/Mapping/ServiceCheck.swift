import KubernetesClient
import StandbyConfiguration

/// Whether a group's Service can be used, and which pods it means.
enum ServiceCheck: Sendable, Hashable {
    /// Not seen yet.
    case pending
    /// The group waits until the cause is gone.
    case unusable(String)
    /// The group's members, and the Service's uid for Events.
    case usable(LabelSelector, uid: String)

    /// `service`: nil if there is none of that name.
    init(_ service: Service?, of group: GroupConfiguration, namespace: String) {
        guard let service else {
            self = .unusable("Service \"\(group.service)\" does not exist in namespace \"\(namespace)\"")
            return
        }
        if group.mode == .endpointSlice {
            self = .unusable("mode EndpointSlice is not available in this version")
            return
        }
        let selector = service.spec?.selector ?? [:]
        let (key, active) = (group.roleLabel.key, group.roleLabel.active)
        guard !selector.isEmpty else {
            self = .unusable(
                "Service \"\(group.service)\" has no selector; mode Label needs one with \(key): \(active)"
            )
            return
        }
        guard selector[key] == active else {
            let found = selector[key].map { "has \(key): \($0)" } ?? "lacks \(key)"
            self = .unusable(
                "the selector of Service \"\(group.service)\" \(found); it must contain \(key): \(active), or every pod gets"
                    + " traffic"
            )
            return
        }
        let own = LabelSelector(matchLabels: selector.filter { $0.key != key })
        let members = group.selector ?? own
        if members.matchLabels.isEmpty, members.matchExpressions.isEmpty {
            self = .unusable(
                "Service \"\(group.service)\" selects by nothing but \(key); give the group a selector for its pods"
            )
            return
        }
        self = .usable(members, uid: service.metadata.uid ?? "")
    }
}
