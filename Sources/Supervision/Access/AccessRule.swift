package import StandbyConfiguration

/// One rule of a Role.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/
package struct AccessRule: Sendable, Hashable {
    /// Empty: the core group.
    package var apiGroup: String
    /// With its subresource, like `pods/exec`.
    package var resource: String
    /// Empty: every object.
    package var names: [String] = []
    /// Like `get` and `patch`.
    package var verbs: [String]
    /// Whether groups are supervised without it, too, if not as well.
    var isOptional = false

    /// The rights that the rule gives, one for each verb and name.
    func rights(namespace: String?) -> [AccessRight] {
        let objects: [String?] = names.isEmpty ? [nil] : names
        return objects.flatMap { name in
            verbs.map { verb in
                AccessRight(verb: verb, apiGroup: apiGroup, resource: resource, name: name, namespace: namespace)
            }
        }
    }

    /// The rule as a manifest has it.
    package var manifest: ConfigurationValue {
        .mapping(
            [
                .init("apiGroups", .list([.string(apiGroup)])), .init("resources", .list([.string(resource)])),
            ] + (names.isEmpty ? [] : [.init("resourceNames", .list(names.map(ConfigurationValue.string)))])
                + [.init("verbs", .list(verbs.map(ConfigurationValue.string)))]
        )
    }
}
