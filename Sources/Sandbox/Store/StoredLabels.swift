/// Which objects have which labels, so that a selector need not be held against all of them.
struct StoredLabels {
    private struct Label: Hashable {
        var key: String
        var value: String
    }

    /// By kind, label and namespace; a namespace without such an object is not there.
    private var names: [Kind: [Label: [String: Set<String>]]] = [:]

    /// Notes that an object has changed; nil: it is not there.
    mutating func note(_ key: ObjectKey, from old: JSONValue?, to new: JSONValue?) {
        let (before, after) = (Self.labels(of: old), Self.labels(of: new))
        if before == after { return }
        for (label, value) in before where after[label] != value {
            remove(key, from: Label(key: label, value: value))
        }
        for (label, value) in after where before[label] != value {
            names[key.kind, default: [:]][Label(key: label, value: value), default: [:]][key.namespace, default: []]
                .insert(key.name)
        }
    }

    private static func labels(of object: JSONValue?) -> [String: String] {
        object?["metadata"]["labels"].strings ?? [:]
    }

    private mutating func remove(_ key: ObjectKey, from label: Label) {
        names[key.kind]?[label]?[key.namespace]?.remove(key.name)
        if names[key.kind]?[label]?[key.namespace]?.isEmpty == true { names[key.kind]?[label]?[key.namespace] = nil }
        if names[key.kind]?[label]?.isEmpty == true { names[key.kind]?[label] = nil }
    }

    /// The objects that a selector may select, in no order: those with the rarest of the labels that it asks for.
    ///
    /// `namespace`: nil: all namespaces.
    /// - Returns: nil if it asks for no label that has one of some values.
    func candidates(_ kind: Kind, namespace: String?, for selector: Selector) -> [ObjectKey]? {
        let choices = selector.values.map { key, values in
            values.flatMap { places(kind, namespace, Label(key: key, value: $0)) }
        }
        let rarest = choices.min { count($0) < count($1) }
        return rarest?.flatMap { place, names in names.map { ObjectKey(kind, namespace: place, name: $0) } }
    }

    private func places(_ kind: Kind, _ namespace: String?, _ label: Label) -> [(place: String, names: Set<String>)] {
        let places = names[kind]?[label] ?? [:]
        guard let namespace else { return places.map { ($0.key, $0.value) } }
        return places[namespace].map { [(namespace, $0)] } ?? []
    }

    private func count(_ places: [(place: String, names: Set<String>)]) -> Int {
        places.reduce(0) { $0 + $1.names.count }
    }
}

extension ObjectStore {
    /// As much of everything as it is now as has to be looked through for what a request's selectors select.
    ///
    /// Of `kind` there are perhaps only the objects that have a label that is asked for, and of the others perhaps none.
    /// `namespace`: nil: all namespaces.
    func view(of kind: Kind, namespace: String?, for filter: ObjectFilter) -> StoreView {
        guard let keys = labels.candidates(kind.stored, namespace: namespace, for: filter.labels) else { return view }
        let everything = view
        var view = StoreView(revision: revision)
        for key in keys { view[key] = everything[key] }
        return view
    }
}
