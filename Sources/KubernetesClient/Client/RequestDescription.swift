/// What a request asks for, in the words of RBAC; for messages.
package struct RequestDescription: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update` or `patch`.
    package var verb: String
    package var resource: ResourceType
    /// Nil: the whole cluster.
    package var namespace: String?
    package var name: String?

    /// The rule of a Role that grants it.
    package var grantingRule: String {
        "{apiGroups: [\"\(resource.group)\"], resources: [\"\(resource.plural)\"], verbs: [\"\(verb)\"]}"
    }
}

extension RequestDescription: CustomStringConvertible {
    package var description: String {
        let place = namespace.map { "in namespace \"\($0)\"" } ?? "in all namespaces"
        let object = name.map { "\(resource.plural) \"\($0)\"" } ?? resource.plural
        return "\(verb) \(object) \(place)"
    }
}
