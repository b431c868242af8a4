/// Finds what does not go together in the names that groups give of each other.
struct CompanionChecker {
    /// Unknown names for which a near one is sought: that takes long where there are thousands of groups.
    private static let mostSuggestions = 20

    private let collector: DiagnosticCollector
    private let names: Set<String>
    private let sets: CompanionSets
    private var suggestions = 0

    /// `claims`: of all groups.
    init(_ claims: [GroupClaims], reportingTo collector: DiagnosticCollector) {
        self.collector = collector
        let naming = claims.filter(\.namesOthers)
        // Nothing is made of groups that name nobody.
        names = naming.isEmpty ? [] : Set(claims.compactMap(\.name?.text))
        sets = CompanionSets(
            naming.lazy.map { ($0.name?.text ?? "", $0.sync.compactMap(\.self), $0.apartFrom.compactMap(\.self)) }
        )
    }

    /// Checks what one group says of others.
    ///
    /// `group`: asked for only if something is wrong.
    mutating func check(_ claims: GroupClaims, path: NodePath, group: () -> InheritedNode) {
        guard claims.namesOthers else { return }
        check(claims.sync, GroupConfiguration.syncKey, claims, path, group)
        check(claims.apartFrom, GroupConfiguration.apartFromKey, claims, path, group)
    }

    private mutating func check(
        _ list: [String?],
        _ key: String,
        _ claims: GroupClaims,
        _ path: NodePath,
        _ group: () -> InheritedNode
    ) {
        var seen: Set<String> = []
        for case (let index, let other?) in list.enumerated() {
            guard let problem = problem(other, key, claims, isFirst: seen.insert(other).inserted) else { continue }
            let place = group().place(of: [.key(key), .index(index)], in: path)
            collector.add(Diagnostic(problem, path: "\(place.path)", mark: place.mark, notes: place.notes))
        }
    }

    private mutating func problem(
        _ other: String,
        _ key: String,
        _ claims: GroupClaims,
        isFirst: Bool
    ) -> DiagnosticMessage? {
        if other == claims.name?.text { return .namesItself }
        if !isFirst { return .namedBefore(other) }
        guard names.contains(other) else {
            suggestions += 1
            let others = suggestions > Self.mostSuggestions ? [] : names.filter { $0 != claims.name?.text }.sorted()
            return .unknownGroup(other, suggestion: Suggestion.nearest(to: other, among: others))
        }
        let isBoth = key == GroupConfiguration.apartFromKey && sets.areTogether(claims.name?.text ?? "", other)
        return isBoth ? .apartFromItsSet(other) : nil
    }
}
