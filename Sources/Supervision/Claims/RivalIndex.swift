import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// Which groups of other shards select the same pods under the same label key, wherever they are led: the claims of this
/// process do not reach them.
///
/// A pure value. Between groups of several shards the order of the file decides, and so the same at every replica. A group
/// whose Service cannot be used means no pods.
struct RivalIndex {
    /// A group of the file.
    struct FiledGroup: Sendable {
        /// What the file says of it.
        var configuration: GroupConfiguration
        /// Where it is.
        var namespace: String
        /// Whoever holds that leads it.
        var shard: Int
    }

    /// What a group's Service selects, and where that is filed: under two keys while one is changed for the other.
    private struct Selection {
        var selector: LabelSelector
        var places: [RoleClaims.Scope: InformerIndex.Place] = [:]
    }

    /// In the order of the file; a group is known by its place in it.
    private var groups: [FiledGroup] = []
    private var places: [String: Int] = [:]
    /// The groups behind each Service, by namespace and name.
    private var users: [String: [String: [Int]]] = [:]
    /// By which labels each group's Service may route, by the group's name.
    private var labellings: [String: RoleLabelling] = [:]
    /// What each namespace was seen to have, also of groups that a later file has.
    private var services: [String: [String: Service]] = [:]
    private var selections: [Int: Selection] = [:]
    private var indexes: [RoleClaims.Scope: InformerIndex] = [:]

    // MARK: Events

    /// The file has these groups now, in this order.
    mutating func filed(_ next: [FiledGroup]) {
        (groups, places, users, selections, indexes) = (next, [:], [:], [:], [:])
        let before = labellings
        labellings = [:]
        for (place, group) in next.enumerated() {
            let (name, label) = (group.configuration.name, group.configuration.roleLabel)
            places[name] = place
            labellings[name] = before[name] ?? RoleLabelling(label)
            labellings[name]?.labelChanged(to: label)
            users[group.namespace, default: [:]][group.configuration.service, default: []].append(place)
        }
        services = services.filter { users[$0.key] != nil }
        for (namespace, found) in services { for name in found.keys { select(name, in: namespace) } }
    }

    /// A namespace has these Services now, and no others.
    ///
    /// - Returns: whether groups may mean other pods than before.
    mutating func servicesSeen(_ found: [Service], in namespace: String) -> Bool {
        let before = services[namespace]
        let after = Dictionary(found.map { ($0.metadata.name ?? "", $0) }) { first, _ in first }
        services[namespace] = after
        let names = Set(after.keys).union(before?.keys ?? [:].keys)
        let changed = names.filter { name in
            users[namespace]?[name] != nil && before?[name]?.spec?.selector != after[name]?.spec?.selector
        }
        for name in changed { select(name, in: namespace) }
        return before == nil || !changed.isEmpty
    }

    /// Files what the groups behind a Service mean.
    private mutating func select(_ service: String, in namespace: String) {
        for place in users[namespace]?[service] ?? [] {
            for (scope, old) in selections.removeValue(forKey: place)?.places ?? [:] {
                indexes[scope]?.remove(place, from: old)
            }
            let group = groups[place]
            let labelling = labelling(of: group, routingBy: services[namespace]?[service])
            let check = ServiceCheck(
                services[namespace]?[service],
                of: group.configuration,
                namespace: namespace,
                labelling: labelling
            )
            guard case .usable(let selector, _) = check, group.configuration.mode == .label else { continue }
            var selection = Selection(selector: selector)
            for scope in labelling.keys.map({ RoleClaims.Scope(namespace: namespace, key: $0) }) {
                let filing = indexes[scope, default: InformerIndex()].place(for: .labels(selector.matchLabels))
                indexes[scope, default: InformerIndex()].file(place, at: filing)
                selection.places[scope] = filing
            }
            selections[place] = selection
        }
    }

    /// By which labels a group's Service may route, now that it is seen; a label that it routes by no more is given up.
    private mutating func labelling(of group: FiledGroup, routingBy service: Service?) -> RoleLabelling {
        let configuration = group.configuration
        var labelling = labellings[configuration.name] ?? RoleLabelling(configuration.roleLabel)
        if let selector = service?.spec?.selector {
            labelling.routed(byRetiring: labelling.isRetiringSelector(selector))
            labelling.completed()
        }
        labellings[configuration.name] = labelling
        return labelling
    }

    // MARK: Questions

    /// Why a group may not write the roles of pods under labels; nil: no group of another shard is in its way.
    func obstacle(to group: String, _ pods: [Pod], in scopes: Set<RoleClaims.Scope>) -> RoleClaims.Verdict? {
        guard let place = places[group], groups[place].configuration.mode == .label else { return nil }
        if services[groups[place].namespace] == nil { return .pending }
        for pod in pods {
            let labels = pod.metadata.labels ?? [:]
            guard let uid = pod.metadata.uid,
                let rival = scopes.compactMap({ rival(of: place, in: $0, labels) }).min()
            else { continue }
            return .contested(pod: Member.ID(uid), by: groups[rival].configuration.name)
        }
        return nil
    }

    /// The first group of the file that comes before one of another shard, and means a pod of these labels.
    private func rival(of place: Int, in scope: RoleClaims.Scope, _ labels: [String: String]) -> Int? {
        let candidates = indexes[scope]?.subscribers(of: "", labels: labels) ?? []
        return candidates.filter { other in
            other < place && groups[other].shard != groups[place].shard
                && selections[other]?.selector.matches(labels) ?? false
        }.min()
    }
}
