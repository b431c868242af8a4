import FailoverCore
import KubernetesClient
import StandbyConfiguration

/// Which groups of other shards select the same pods under the same label key, wherever they are led: the claims of this
/// process do not reach them.
///
/// A pure value. Of two groups the one that has a record comes first: it has had its pods, and no reload takes them from it. If
/// both have one, or neither, the order of the file decides. So all replicas decide the same. Who comes first is in the way of the
/// other unless it surely waits itself: it has no record, so that it has never written a pod, and means a pod of a group that has
/// one. Once the other has a record, too, that stays so. A group whose Service cannot be used means no pods.
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

    /// What an answer rests on, or would rest on; groups by name.
    struct Needs: Sendable, Hashable {
        /// Of which it is to be known whether they have a record.
        var records: Set<String> = []
        /// Whose pods are to be known.
        var pods: Set<String> = []

        /// Adds what another answer rests on.
        mutating func formUnion(_ other: Self) {
            records.formUnion(other.records)
            pods.formUnion(other.pods)
        }
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
    /// Whether groups have a record, as far as that is followed.
    private var records: [String: Bool] = [:]
    /// The labels of each pod that a group means, as far as they are followed.
    private var pods: [String: [[String: String]]] = [:]

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
        services = services.filter { hasGroups(in: $0.key) }
        (records, pods) = (records.filter { places[$0.key] != nil }, pods.filter { places[$0.key] != nil })
        for (namespace, found) in services { for name in found.keys { select(name, in: namespace) } }
    }

    /// A namespace has these Services now, and no others.
    ///
    /// - Returns: whether groups may mean other pods than before.
    mutating func servicesSeen(_ found: [Service], in namespace: String) -> Bool {
        guard hasGroups(in: namespace) else { return false }
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

    /// Whether a group has a record; nil: that is not known any more.
    ///
    /// - Returns: whether that is news.
    mutating func recordSeen(_ isThere: Bool?, of group: String) -> Bool {
        defer { records[group] = isThere }
        return records[group] != isThere
    }

    /// The labels of a group's pods are these; nil: they are not known any more.
    ///
    /// - Returns: whether that is news.
    mutating func podsSeen(_ labels: [[String: String]]?, of group: String) -> Bool {
        defer { pods[group] = labels }
        return pods[group] != labels
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
            guard case .usable(let selector, _) = check, group.configuration.writtenLabel != nil else { continue }
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

    /// Whether the file has groups in a namespace.
    func hasGroups(in namespace: String) -> Bool { users[namespace] != nil }

    /// Where a group is; nil: the file has none of that name.
    func namespace(of group: String) -> String? { places[group].map { groups[$0].namespace } }

    /// Which pods a group means; nil: none.
    func selector(of group: String) -> LabelSelector? { places[group].flatMap { selections[$0]?.selector } }

    /// Why a group may not write the roles of pods under labels, nil: no group of another shard is in its way; and what that
    /// rests on.
    func answer(
        to group: String,
        _ pods: [Pod],
        in scopes: Set<RoleClaims.Scope>
    ) -> (obstacle: RoleClaims.Verdict?, needs: Needs) {
        var needs = Needs()
        guard let place = places[group], groups[place].configuration.writtenLabel != nil else { return (nil, needs) }
        if services[groups[place].namespace] == nil { return (.pending, needs) }
        var found: (rank: Rank, pod: String)?
        var isKnown = true
        for pod in pods {
            guard let uid = pod.metadata.uid else { continue }
            for rival in rivals(of: place, meaning: pod.metadata.labels ?? [:], in: scopes) {
                needs.records.formUnion([group, name(rival)])
                guard let own = rank(place), let other = rank(rival) else {
                    isKnown = false
                    continue
                }
                guard other < own, found.map({ other < $0.rank }) ?? true, !waits(rival, &needs) else { continue }
                found = (other, uid)
            }
        }
        if let found { return (.contested(pod: Member.ID(found.pod), by: name(found.rank.place)), needs) }
        return (isKnown ? nil : .pending, needs)
    }

    /// Whether a group of another shard means a pod of these labels.
    ///
    /// `whoComeFirst`: whether only those count that come before the group, or may.
    func isMeant(
        _ labels: [String: String],
        in scopes: Set<RoleClaims.Scope>,
        byRivalsOf group: String,
        whoComeFirst: Bool
    ) -> Bool {
        guard let place = places[group] else { return false }
        return rivals(of: place, meaning: labels, in: scopes).contains { rival in
            guard whoComeFirst, let own = rank(place), let other = rank(rival) else { return true }
            return other < own
        }
    }

    // MARK: Who comes first

    /// The less, the earlier.
    private struct Rank: Comparable {
        var hasRecord: Bool
        var place: Int

        static func < (one: Self, other: Self) -> Bool {
            one.hasRecord == other.hasRecord ? one.place < other.place : one.hasRecord
        }
    }

    private func name(_ place: Int) -> String { groups[place].configuration.name }

    /// Nil: it is not known yet.
    private func rank(_ place: Int) -> Rank? {
        records[name(place)].map { Rank(hasRecord: $0, place: place) }
    }

    /// Whether a group surely writes no pod: it never did, and waits where it is led, because a group of another shard that has a
    /// record means one of its pods, too.
    private func waits(_ place: Int, _ needs: inout Needs) -> Bool {
        guard records[name(place)] == false else { return false }
        needs.pods.insert(name(place))
        let scopes = selections[place].map { Set($0.places.keys) } ?? []
        let others = (pods[name(place)] ?? []).reduce(into: Set<Int>()) { others, labels in
            others.formUnion(rivals(of: place, meaning: labels, in: scopes))
        }
        needs.records.formUnion(others.map(name))
        return others.contains { records[name($0)] == true }
    }

    /// The groups of other shards than this one's that mean a pod of these labels.
    private func rivals(
        of place: Int,
        meaning labels: [String: String],
        in scopes: Set<RoleClaims.Scope>
    ) -> [Int] {
        meant(labels, in: scopes).filter { groups[$0].shard != groups[place].shard }
    }

    /// The groups that mean a pod of these labels.
    private func meant(_ labels: [String: String], in scopes: Set<RoleClaims.Scope>) -> Set<Int> {
        Set(
            scopes.flatMap { scope in
                (indexes[scope]?.subscribers(of: "", labels: labels) ?? []).filter {
                    selections[$0]?.selector.matches(labels) ?? false
                }
            }
        )
    }
}
