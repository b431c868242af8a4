/// One rule of a role.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/
package struct PolicyRule: Sendable {
    /// The `apiGroups`: empty text for the core group, `*` for all.
    package var groups: [String] = []
    /// With the subresource behind a slash.
    package var resources: [String] = []
    /// Such as `get` and `list`; `*`: all.
    package var verbs: [String]
    /// Names of single objects; empty: all.
    package var names: [String] = []
    /// The `nonResourceURLs`; a `*` at the end of one stands for any text.
    var paths: [String] = []

    /// A rule about resources; `names`: single objects, empty for all.
    package init(groups: [String], resources: [String], verbs: [String], names: [String] = []) {
        self.groups = groups
        self.resources = resources
        self.verbs = verbs
        self.names = names
    }

    /// Every verb on every resource.
    package static let all = PolicyRule(groups: ["*"], resources: ["*"], verbs: ["*"])

    /// Reads one of the `rules` of a role.
    init(_ rule: JSONValue) {
        func texts(_ key: String) -> [String] { (rule[key].array ?? []).compactMap(\.string) }
        groups = texts("apiGroups")
        resources = texts("resources")
        verbs = texts("verbs")
        names = texts("resourceNames")
        paths = texts("nonResourceURLs")
    }

    /// The rule as a role holds it.
    var json: JSONValue {
        var rule: JSONValue = ["verbs": .array(verbs.map(JSONValue.string))]
        for (key, list) in [
            ("apiGroups", groups), ("resources", resources), ("resourceNames", names), ("nonResourceURLs", paths),
        ] where !list.isEmpty {
            rule[key] = .array(list.map(JSONValue.string))
        }
        return rule
    }

    /// Whether this rule alone allows it.
    func allows(_ attributes: AccessAttributes) -> Bool {
        func contains(_ list: [String], _ value: String) -> Bool { list.contains("*") || list.contains(value) }
        guard contains(verbs, attributes.verb) else { return false }
        if let path = attributes.path {
            return paths.contains { $0 == path || $0.hasSuffix("*") && path.hasPrefix($0.dropLast()) }
        }
        return contains(groups, attributes.group) && contains(resources, attributes.resource)
            && (names.isEmpty || names.contains(attributes.name ?? ""))
    }
}

/// What somebody wants to do, in the words of RBAC.
struct AccessAttributes: Sendable {
    /// A verb of RBAC, such as `get` or `impersonate`.
    var verb: String
    /// The API group; empty for the core group.
    var group = ""
    /// With the subresource behind a slash.
    var resource = ""
    /// Nil: all namespaces, or a kind without.
    var namespace: String?
    /// Nil: any object.
    var name: String?
    /// A path that is no resource, such as `/version`; then nothing else counts.
    var path: String?
}
