private let accessGroup = "rbac.authorization.k8s.io"
private let reviewGroup = "authorization.k8s.io"

extension Kind {
    /// What may be done in a namespace.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/rbac/
    package static let roles: Kind = Kind(
        group: accessGroup,
        plural: "roles",
        kind: "Role",
        columns: [.text("Created At") { $0["metadata"]["creationTimestamp"].string }],
        check: { (role, _) throws(APIFailure) in try AccessRules.checkRole(role, .roles) }
    )

    /// What may be done in all namespaces, to cluster-scoped objects and at paths that are no resources.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-v1/
    package static let clusterRoles: Kind = Kind(
        group: accessGroup,
        plural: "clusterroles",
        kind: "ClusterRole",
        isNamespaced: false,
        columns: [.text("Created At") { $0["metadata"]["creationTimestamp"].string }],
        check: { (role, _) throws(APIFailure) in try AccessRules.checkRole(role, .clusterRoles) }
    )

    /// Who has the rights of a Role or ClusterRole in one namespace.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-binding-v1/
    package static let roleBindings: Kind = Kind(
        group: accessGroup,
        plural: "rolebindings",
        kind: "RoleBinding",
        columns: AccessRules.bindingColumns,
        fillIn: AccessRules.fillInBinding,
        check: { (binding, old) throws(APIFailure) in try AccessRules.checkBinding(binding, old, .roleBindings) }
    )

    /// Who has the rights of a ClusterRole in the whole cluster.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/cluster-role-binding-v1/
    package static let clusterRoleBindings: Kind = Kind(
        group: accessGroup,
        plural: "clusterrolebindings",
        kind: "ClusterRoleBinding",
        isNamespaced: false,
        columns: AccessRules.bindingColumns,
        fillIn: AccessRules.fillInBinding,
        check: { (binding, old) throws(APIFailure) in try AccessRules.checkBinding(binding, old, .clusterRoleBindings) }
    )

    /// Whether the caller may do something.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-access-review-v1/
    static let selfSubjectAccessReviews: Kind = Kind(
        group: reviewGroup,
        plural: "selfsubjectaccessreviews",
        kind: "SelfSubjectAccessReview",
        isNamespaced: false,
        storage: .answered
    )

    /// Whether somebody else may do something.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/subject-access-review-v1/
    static let subjectAccessReviews: Kind = Kind(
        group: reviewGroup,
        plural: "subjectaccessreviews",
        kind: "SubjectAccessReview",
        isNamespaced: false,
        storage: .answered
    )

    /// Everything that the caller may do in a namespace.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/
    static let selfSubjectRulesReviews: Kind = Kind(
        group: reviewGroup,
        plural: "selfsubjectrulesreviews",
        kind: "SelfSubjectRulesReview",
        isNamespaced: false,
        storage: .answered
    )

    /// Who the caller is: user name and groups, as `kubectl auth whoami` shows them.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/
    static let selfSubjectReviews: Kind = Kind(
        group: "authentication.k8s.io",
        plural: "selfsubjectreviews",
        kind: "SelfSubjectReview",
        isNamespaced: false,
        storage: .answered
    )
}

/// What sets roles and bindings apart.
private enum AccessRules {
    static let bindingColumns: [Column] = [
        .text("Role") { "\($0["roleRef"]["kind"].string ?? "")/\($0["roleRef"]["name"].string ?? "")" }, .age,
        .text("Users", priority: 1) { subjects($0, "User") },
        .text("Groups", priority: 1) { subjects($0, "Group") },
        .text("ServiceAccounts", priority: 1) { subjects($0, "ServiceAccount") },
    ]

    private static func subjects(_ binding: JSONValue, _ kind: String) -> String {
        (binding["subjects"].array ?? []).filter { $0["kind"] == .string(kind) }.compactMap { subject in
            [subject["namespace"].string, subject["name"].string].compactMap(\.self).joined(separator: "/")
        }.joined(separator: ", ")
    }

    static func checkRole(_ role: JSONValue, _ kind: Kind) throws(APIFailure) {
        for (index, rule) in (role["rules"].array ?? []).enumerated() {
            if rule["verbs"].array?.isEmpty ?? true {
                throw .required(kind, role, "rules[\(index)].verbs", "verbs must contain at least one value")
            }
        }
    }

    @Sendable static func fillInBinding(_ binding: inout JSONValue) {
        if binding["roleRef"]["apiGroup"] == .null { binding["roleRef"]["apiGroup"] = .string(accessGroup) }
    }

    static func checkBinding(_ binding: JSONValue, _ old: JSONValue?, _ kind: Kind) throws(APIFailure) {
        if binding["roleRef"]["name"].string?.isEmpty ?? true { throw .required(kind, binding, "roleRef.name") }
        if let old, old["roleRef"] != binding["roleRef"] {
            throw .invalid(kind, binding, "roleRef", binding["roleRef"], "cannot change roleRef")
        }
        for (index, subject) in (binding["subjects"].array ?? []).enumerated()
        where !kind.isNamespaced && subject["kind"] == "ServiceAccount" && subject["namespace"] == .null {
            throw .required(kind, binding, "subjects[\(index)].namespace")
        }
    }
}
