/// Which supervisors are believed about which groups.
///
/// Whoever may create Leases in a namespace of his own can say there that he leads everybody's groups. A supervisor is believed
/// about a group if it runs where the user said that supervisors run, or in the group's own namespace: who may write Leases there
/// may write the group's Lease anyway. Another is believed if the supervisor that wrote the group's Lease last holds a Lease in the
/// same namespace as it. Where that one holds none any more, what the other groups of the namespace show counts for this one, too. And
/// where nothing shows anything, because all supervisors were replaced since the last move, those of the only namespace that has any are
/// believed: a second one that says it has some makes nobody believed, and is told.
struct TrustedPlaces: Sendable, Hashable {
    private let given: String?
    /// Of each group: the namespaces in which its writer holds a Lease; none if it holds none.
    private var named: [MergedGroups.Key: Set<String>] = [:]
    /// Of each namespace of groups: the same, of all of them.
    private var homes: [String: Set<String>] = [:]
    /// The only namespace in which supervisors hold Leases; nil: there are none, or several.
    private let only: String?

    /// `given`: where supervisors run; nil: nobody said.
    init(_ records: [RecordedGroup], _ holders: SupervisorPods, given: String?) {
        self.given = given
        let places = Set(holders.all.map(\.namespace))
        only = places.count == 1 ? places.first : nil
        for record in records {
            let claims = holders.namespaces(of: record.writer)
            named[.init(namespace: record.namespace, name: record.name)] = claims
            homes[record.namespace, default: []].formUnion(claims.contains(record.namespace) ? [] : claims)
        }
    }

    /// Those in one namespace, or in the groups' own; for what is known of no group's Lease.
    init(given: String?) { self.init([], SupervisorPods([]), given: given) }

    /// Whether what a supervisor says of a group is believed.
    func believes(_ place: SupervisorPods.Place, of group: MergedGroups.Key) -> Bool {
        if place.namespace == given || place.namespace == group.namespace { return true }
        if let claims = named[group], !claims.isEmpty { return claims == [place.namespace] }
        if let claims = homes[group.namespace], !claims.isEmpty { return claims == [place.namespace] }
        return place.namespace == only
    }

    /// Those that are believed about any group: one of each namespace, then the next of each, so that none is crowded out.
    func heard(among places: [SupervisorPods.Place]) -> [SupervisorPods.Place] {
        let claims = Array(named.values) + Array(homes.values)
        let namespaces = Set(claims.filter { $0.count == 1 }.flatMap(\.self)).union(homes.keys)
        let heard = places.filter { [given, only].contains($0.namespace) || namespaces.contains($0.namespace) }
        var count: [String: Int] = [:]
        let ranked = heard.map { place in
            defer { count[place.namespace, default: 0] += 1 }
            return (rank: count[place.namespace, default: 0], place: place)
        }
        return ranked.sorted { ($0.rank, $0.place.namespace) < ($1.rank, $1.place.namespace) }.map(\.place)
    }

    /// Why nobody outside of the groups' namespaces is believed about some groups; nil: nothing contradicts.
    var conflict: String? {
        let contradictions = homes.filter { namespace, claims in
            claims.count > 1 && !claims.contains { $0 == given }
        }
        guard let (namespace, claims) = contradictions.min(by: { $0.key < $1.key }) else { return nil }
        return "Leases in \(claims.sorted().prefix(3).joined(separator: " and in ")) name supervisors of the groups in "
            + "\(namespace): only --supervisor-namespace can say which is right"
    }

    /// That somebody says what is not believed.
    static func doubt(_ place: SupervisorPods.Place, of group: MergedGroups.Key) -> String {
        "\(place.pod) in \(place.namespace) says it leads \(group.name) in \(group.namespace), and the group's Lease does not "
            + "name it; if it is right, say --supervisor-namespace \(place.namespace)"
    }
}
