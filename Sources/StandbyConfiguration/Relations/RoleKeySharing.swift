import YAMLDocument

/// The groups of one namespace that write the same label key, and whether their pods may overlap.
struct RoleKeySharing {
    /// What is known of a group and those before it.
    enum Overlap {
        /// Some label tells the group apart from all before it.
        case none
        /// The selectors are the same.
        case samePods(YAMLMark)
        /// Not to be ruled out.
        case possible(YAMLMark)
    }

    private var first: YAMLMark?
    /// Labels by whose values all groups so far differ from each other, with the values seen.
    private var distinguishing: [String: Set<String>] = [:]
    /// The selectors that say nothing but labels; read only once no label tells the groups apart.
    private var exact: [(labels: [String: String], mark: YAMLMark)] = []
    private var places: [[String: String]: YAMLMark]?

    /// Adds a group.
    ///
    /// `labels`: its selector's `matchLabels`; empty if it has none of its own. `isExact`: the selector says nothing else.
    mutating func add(labels: [String: String], isExact: Bool, mark: YAMLMark) -> Overlap {
        let canRepeat = isExact && !labels.isEmpty
        defer { if canRepeat { remember(labels, mark) } }
        guard let first else {
            first = mark
            distinguishing = labels.mapValues { [$0] }
            return .none
        }
        if places == nil, tellsApart(labels) { return .none }
        let isFirst = places == nil
        let known = places ?? Dictionary(exact.map { ($0.labels, $0.mark) }) { first, _ in first }
        places = known
        if canRepeat, let same = known[labels] { return .samePods(same) }
        // One warning is about all groups of the namespace.
        return isFirst ? .possible(first) : .none
    }

    private mutating func remember(_ labels: [String: String], _ mark: YAMLMark) {
        if places == nil { exact.append((labels, mark)) } else if places?[labels] == nil { places?[labels] = mark }
    }

    /// Whether some label has another value in each group, this one included.
    private mutating func tellsApart(_ labels: [String: String]) -> Bool {
        for key in Array(distinguishing.keys) where !isNew(labels[key], of: key) { distinguishing[key] = nil }
        for key in Array(distinguishing.keys) {
            if let value = labels[key] { distinguishing[key]?.insert(value) }
        }
        return !distinguishing.isEmpty
    }

    private func isNew(_ value: String?, of key: String) -> Bool {
        value.map { distinguishing[key]?.contains($0) == false } ?? false
    }
}
