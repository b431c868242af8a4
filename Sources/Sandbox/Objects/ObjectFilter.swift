/// Which objects of a collection a request speaks of.
struct ObjectFilter: Sendable {
    /// The `labelSelector`; empty: every object.
    var labels = Selector()
    /// The `fieldSelector`; empty: every object.
    var fields = Selector()

    /// Reads the two selectors of a query.
    ///
    /// - Throws: 400 if one cannot be read, or asks for a field by which objects of this kind cannot be selected.
    init(labels labelText: String?, fields fieldText: String?, of kind: Kind) throws(APIFailure) {
        labels = try Self.selector(labelText)
        fields = try Self.selector(fieldText)
        let known = kind.selectableFields([:])
        if let unknown = fields.keys.first(where: { known[$0] == nil }) {
            throw .badRequest("field label not supported: \(unknown)")
        }
    }

    private static func selector(_ text: String?) throws(APIFailure) -> Selector {
        guard let text, !text.isEmpty else { return Selector() }
        guard let selector = Selector(text) else { throw .badRequest("unable to parse requirement: \(text)") }
        return selector
    }

    /// Whether both selectors select the object.
    func matches(_ object: JSONValue, of kind: Kind) -> Bool {
        (labels.isEmpty || labels.matches(object["metadata"]["labels"].strings))
            && (fields.isEmpty || fields.matches(kind.selectableFields(object)))
    }

    /// Whether every object of the collection is selected.
    var isEmpty: Bool { labels.isEmpty && fields.isEmpty }

    /// Restricts the filter to one object.
    mutating func requireName(_ name: String) {
        fields.require("metadata.name", equals: name)
    }

    /// The one object that a list or watch is restricted to; RBAC's resourceNames count for it.
    var name: String? { fields.value(of: "metadata.name") }
}
