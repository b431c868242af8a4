/// One thing that a supervisor must be allowed to do.
package struct AccessRight: Sendable, Hashable {
    package var verb: String
    /// Empty: the core group.
    package var apiGroup: String
    /// With a subresource: `pods/exec`.
    package var resource: String
    /// Nil: every object.
    package var name: String?
    /// Nil: cluster-wide.
    package var namespace: String?

    package init(verb: String, apiGroup: String, resource: String, name: String? = nil, namespace: String?) {
        self.verb = verb
        self.apiGroup = apiGroup
        self.resource = resource
        self.name = name
        self.namespace = namespace
    }
}

extension AccessRight: CustomStringConvertible {
    /// Like `patch pods in namespace "shop"`.
    package var description: String {
        let object = name.map { " \"\($0)\"" } ?? ""
        let group = apiGroup.isEmpty ? "" : ".\(apiGroup)"
        return "\(verb) \(resource)\(group)\(object)" + (namespace.map { " in namespace \"\($0)\"" } ?? "")
    }
}
