package import StandbyConfiguration

/// The manifests that give a ServiceAccount the least rights for a configuration.
package enum AccessManifests {
    /// Who is to have the rights.
    package struct Account: Sendable {
        /// The ServiceAccount's name, and that of its Role and binding in its own namespace.
        package var name: String
        /// Where the ServiceAccount is; its Roles are where the groups are.
        package var namespace: String

        /// Both are names as Kubernetes allows them.
        package init(name: String, namespace: String) {
            self.name = name
            self.namespace = namespace
        }

        /// The name of its Role and binding in a namespace, or in the whole cluster (nil).
        ///
        /// Where accounts of other namespaces may have rights, too, each has names of its own: no account's name or namespace has a colon.
        func roleName(in place: String?) -> String { place == namespace ? name : "\(namespace):\(name)" }
    }

    /// A ServiceAccount, and a Role with its binding for each namespace, as documents in the order to be applied.
    package static func documents(for access: RequiredAccess, account: Account) -> [ConfigurationValue] {
        let namespaces = access.rules.sorted { $0.key < $1.key }.flatMap { namespace, rules in
            [
                role("Role", account, namespace: namespace, rules: rules),
                binding("RoleBinding", to: "Role", account, namespace: namespace),
            ]
        }
        let cluster =
            access.clusterRules.isEmpty
            ? []
            : [
                role("ClusterRole", account, namespace: nil, rules: access.clusterRules),
                binding("ClusterRoleBinding", to: "ClusterRole", account, namespace: nil),
            ]
        return [serviceAccount(account)] + namespaces + cluster
    }

    private static func serviceAccount(_ account: Account) -> ConfigurationValue {
        .mapping([
            .init("apiVersion", .string("v1")),
            .init("kind", .string("ServiceAccount")),
            .init("metadata", metadata(account.name, namespace: account.namespace)),
        ])
    }

    private static func role(
        _ kind: String,
        _ account: Account,
        namespace: String?,
        rules: [AccessRule]
    ) -> ConfigurationValue {
        .mapping([
            .init("apiVersion", .string("rbac.authorization.k8s.io/v1")),
            .init("kind", .string(kind)),
            .init("metadata", metadata(account.roleName(in: namespace), namespace: namespace)),
            .init("rules", .list(rules.map(\.manifest))),
        ])
    }

    private static func binding(
        _ kind: String,
        to roleKind: String,
        _ account: Account,
        namespace: String?
    ) -> ConfigurationValue {
        .mapping([
            .init("apiVersion", .string("rbac.authorization.k8s.io/v1")),
            .init("kind", .string(kind)),
            .init("metadata", metadata(account.roleName(in: namespace), namespace: namespace)),
            .init(
                "roleRef",
                .mapping([
                    .init("apiGroup", .string("rbac.authorization.k8s.io")),
                    .init("kind", .string(roleKind)),
                    .init("name", .string(account.roleName(in: namespace))),
                ])
            ),
            .init(
                "subjects",
                .list([
                    .mapping([
                        .init("kind", .string("ServiceAccount")),
                        .init("name", .string(account.name)),
                        .init("namespace", .string(account.namespace)),
                    ])
                ])
            ),
        ])
    }

    private static func metadata(_ name: String, namespace: String?) -> ConfigurationValue {
        .mapping(
            [.init("name", .string(name))] + (namespace.map { [.init("namespace", .string($0))] } ?? []) + [
                .init("labels", .mapping([.init("app.kubernetes.io/name", .string("kube-standby"))]))
            ]
        )
    }
}
