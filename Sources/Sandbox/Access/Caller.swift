/// Who makes a request.
package struct Caller: Sendable, Hashable {
    /// The user name; for a ServiceAccount `system:serviceaccount:NAMESPACE:NAME`.
    package var user: String
    /// With the groups that follow from the name, such as `system:authenticated`.
    package var groups: [String]

    /// Everybody whose token is known is in this group.
    static let authenticated = "system:authenticated"
    /// Whoever is in this group may do everything, whatever the roles say.
    package static let masters = "system:masters"

    /// A user of some groups, and of those that every user is in.
    package init(user: String, groups: [String] = []) {
        self.user = user
        self.groups = groups + Self.impliedGroups(of: user).filter { !groups.contains($0) }
    }

    /// The groups that a name alone brings.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens
    private static func impliedGroups(of user: String) -> [String] {
        let parts = user.split(separator: ":")
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" else { return [authenticated] }
        return ["system:serviceaccounts", "system:serviceaccounts:\(parts[2])", authenticated]
    }

    /// The user that a ServiceAccount is.
    package static func serviceAccount(_ name: String, namespace: String) -> Caller {
        Caller(user: "system:serviceaccount:\(namespace):\(name)")
    }
}
