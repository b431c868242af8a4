/// Decides by the stored roles and bindings who may do what.
///
/// https://kubernetes.io/docs/reference/access-authn-authz/rbac/
struct Authorizer: Sendable {
    /// Where roles and bindings are read, anew for each decision.
    let store: ObjectStore

    /// Whether a role that is bound to the caller allows it; members of `system:masters` may do everything.
    func allows(_ caller: Caller, _ attributes: AccessAttributes) async -> Bool {
        if caller.groups.contains(Caller.masters) { return true }
        return await rules(for: caller, namespace: attributes.namespace).contains { $0.allows(attributes) }
    }

    /// Every rule that counts for a caller, cluster-wide and in a namespace.
    func rules(for caller: Caller, namespace: String?) async -> [PolicyRule] {
        var bindings = await store.list(.clusterRoleBindings, namespace: nil)
        if let namespace { bindings += await store.list(.roleBindings, namespace: namespace) }
        var rules: [PolicyRule] = []
        for binding in bindings where Self.speaks(binding, of: caller) {
            let reference = binding["roleRef"]
            let isOfCluster = reference["kind"] == "ClusterRole"
            let key = ObjectKey(
                isOfCluster ? .clusterRoles : .roles,
                namespace: isOfCluster ? "" : namespace ?? "",
                name: reference["name"].string ?? ""
            )
            let role = try? await store.get(key)
            rules += (role?["rules"].array ?? []).map(PolicyRule.init)
        }
        return rules
    }

    private static func speaks(_ binding: JSONValue, of caller: Caller) -> Bool {
        (binding["subjects"].array ?? []).contains { subject in
            let name = subject["name"].string ?? ""
            switch subject["kind"].string {
            case "User": return caller.user == name
            case "Group": return caller.groups.contains(name)
            case "ServiceAccount":
                // Without a namespace, an account of the binding's own is meant.
                let place = subject["namespace"].string ?? binding["metadata"]["namespace"].string ?? ""
                return caller.user == Caller.serviceAccount(name, namespace: place).user
            default: return false
            }
        }
    }

    /// - Throws: 403 in Kubernetes' words.
    func check(_ caller: Caller, _ attributes: AccessAttributes, kind: Kind) async throws(APIFailure) {
        if await allows(caller, attributes) { return }
        let place = attributes.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
        throw .forbidden(
            kind,
            attributes.name,
            "User \"\(caller.user)\" cannot \(attributes.verb) resource \"\(attributes.resource)\" in API group"
                + " \"\(attributes.group)\" \(place)"
        )
    }
}
