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

    package static let clusterRoles: Kind = Kind(
        group: accessGroup,
        plural: "clusterroles",
        kind: "ClusterRole",
        isNamespaced: false,
        columns: [.text("Created At") { $0["metadata"]["creationTimestamp"].string }],
        check: { (role, _) throws(APIFailure) in try AccessRules.checkRole(role, .clusterRoles) }
    )

    package static let roleBindings: Kind = Kind(
        group: accessGroup,
        plural: "rolebindings",
        kind: "RoleBinding",
        columns: AccessRules.bindingColumns,
        fillIn: AccessRules.fillInBinding,
        check: { (binding, old) throws(APIFailure) in try AccessRules.checkBinding(binding, old, .roleBindings) }
    )

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

    static let selfSubjectRulesReviews: Kind = Kind(
        group: reviewGroup,
        plural: "selfsubjectrulesreviews",
        kind: "SelfSubjectRulesReview",
        isNamespaced: false,
        storage: .answered
    )

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
