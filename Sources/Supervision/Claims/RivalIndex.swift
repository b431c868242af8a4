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

        /// Where it can meet others; nil: nowhere, it writes no labels.
        fileprivate var scope: RoleClaims.Scope? {
            guard configuration.mode == .label else { return nil }
            return RoleClaims.Scope(namespace: namespace, key: configuration.roleLabel.key)
        }
    }

    /// What a group's Service selects, and where that is filed.
    private struct Selection {
        var selector: LabelSelector
        var scope: RoleClaims.Scope
        var place: InformerIndex.Place
    }

    /// In the order of the file; a group is known by its place in it.
    private var groups: [FiledGroup] = []
    private var places: [String: Int] = [:]
    /// The groups behind each Service, by namespace and name.
    private var users: [String: [String: [Int]]] = [:]
    /// What each namespace was seen to have.
    private var services: [String: [String: Service]] = [:]
    private var selections: [Int: Selection] = [:]
    private var indexes: [RoleClaims.Scope: InformerIndex] = [:]

    // MARK: Events

    /// The file has these groups now, in this order.
    mutating func filed(_ next: [FiledGroup]) {
        (groups, places, users, selections, indexes) = (next, [:], [:], [:], [:])
        for (place, group) in next.enumerated() {
            places[group.configuration.name] = place
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
        let used = found.filter { users[namespace]?[$0.metadata.name ?? ""] != nil }
        let after = Dictionary(used.map { ($0.metadata.name ?? "", $0) }) { first, _ in first }
        services[namespace] = after
        let names = Set(after.keys).union(before?.keys ?? [:].keys)
        let changed = names.filter { before?[$0]?.spec?.selector != after[$0]?.spec?.selector }
        for name in changed { select(name, in: namespace) }
        return before == nil || !changed.isEmpty
    }

    /// Files what the groups behind a Service mean.
    private mutating func select(_ service: String, in namespace: String) {
        for place in users[namespace]?[service] ?? [] {
            if let old = selections.removeValue(forKey: place) { indexes[old.scope]?.remove(place, from: old.place) }
            let group = groups[place]
            let check = ServiceCheck(services[namespace]?[service], of: group.configuration, namespace: namespace)
            guard case .usable(let selector, _) = check, let scope = group.scope else { continue }
            var index = indexes[scope] ?? InformerIndex()
            let filing = index.place(for: .labels(selector.matchLabels))
            index.file(place, at: filing)
            indexes[scope] = index
            selections[place] = Selection(selector: selector, scope: scope, place: filing)
        }
    }

    // MARK: Questions

    /// Why a group may not write the roles of pods; nil: no group of another shard is in its way.
    func obstacle(to group: String, _ pods: [Pod]) -> RoleClaims.Verdict? {
        guard let place = places[group], let scope = groups[place].scope else { return nil }
        if services[scope.namespace] == nil { return .pending }
        for pod in pods {
            guard let uid = pod.metadata.uid,
                let rival = rival(of: place, in: scope, pod.metadata.labels ?? [:])
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
