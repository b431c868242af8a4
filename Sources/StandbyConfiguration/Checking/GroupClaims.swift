import YAMLDocument

/// What a group claims for itself, and no other group may have.
struct GroupClaims: Sendable {
    /// Where the group begins.
    var mark: YAMLMark
    /// Nil: the group names none, which is told elsewhere.
    var name: Claim?
    var service: Claim?
    /// Empty: the supervisor's own.
    var namespace: String
    /// Nil in mode EndpointSlice, which writes no label.
    var roleKey: String?
    /// The selector's `matchLabels`; empty if it has none of its own.
    var labels: [String: String]
    /// Whether the selector says nothing else.
    var isExact: Bool

    /// A text, and where it stands.
    struct Claim: Sendable {
        var text: String
        var mark: YAMLMark
    }

    /// `merged`: the group with `defaults` merged in.
    init(_ merged: YAMLNode) {
        let reader = NodeReader(node: merged)
        mark = merged.mark
        name = Self.claim(merged["name"])
        service = Self.claim(merged["service"])
        namespace = reader["namespace"].string ?? ""
        let isLabelled = reader["mode"].string != GroupConfiguration.Mode.endpointSlice.rawValue
        roleKey = isLabelled ? RoleLabel.fields.readable(reader["roleLabel"]).key : nil
        let selector = reader["selector"]
        labels = selector["matchLabels"].labels
        isExact = !selector["matchExpressions"].isPresent
    }

    private static func claim(_ node: YAMLNode?) -> Claim? {
        guard let node, let text = node.string else { return nil }
        return Claim(text: text, mark: node.mark)
    }
}
