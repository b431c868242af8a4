import Foundation

extension Kind {
    /// Nodes, each played by a kubelet of the sandbox.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/
    package static let nodes: Kind = Kind(
        group: "",
        plural: "nodes",
        kind: "Node",
        shortNames: ["no"],
        isNamespaced: false,
        subresources: [.status],
        columns: [
            .text("Status") { node in
                let ready = (node["status"]["conditions"].array ?? []).first { $0["type"] == "Ready" }?["status"]
                let word = ready == "True" ? "Ready" : ready == nil ? "Unknown" : "NotReady"
                return node["spec"]["unschedulable"] == true ? word + ",SchedulingDisabled" : word
            },
            .text("Roles") { _ in nil },
            .age,
            .text("Version") { $0["status"]["nodeInfo"]["kubeletVersion"].string },
            .text("Internal-IP", priority: 1) { node in
                (node["status"]["addresses"].array ?? []).first { $0["type"] == "InternalIP" }?["address"].string
            },
        ],
        fields: { ["spec.unschedulable": $0["spec"]["unschedulable"] == true ? "true" : "false"] }
    )

    /// Scopes for the names of other objects; deleting one deletes what is in it.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/
    package static let namespaces: Kind = Kind(
        group: "",
        plural: "namespaces",
        kind: "Namespace",
        shortNames: ["ns"],
        isNamespaced: false,
        subresources: [.status],
        columns: [.text("Status") { $0["status"]["phase"].string }, .age],
        fields: { ["status.phase": $0["status"]["phase"].string ?? ""] },
        fillIn: { namespace in
            if namespace["status"]["phase"] == .null { namespace["status"] = ["phase": "Active"] }
            namespace["metadata"]["labels"]["kubernetes.io/metadata.name"] = namespace["metadata"]["name"]
        }
    )

    /// Keys and texts, for settings that are not confidential.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/config-map-v1/
    package static let configMaps: Kind = Kind(
        group: "",
        plural: "configmaps",
        kind: "ConfigMap",
        shortNames: ["cm"],
        columns: [.number("Data") { $0["data"].object?.count }, .age]
    )

    /// Confidential values in base64; `stringData` is taken over into `data`.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1/
    static let secrets: Kind = Kind(
        group: "",
        plural: "secrets",
        kind: "Secret",
        columns: [.text("Type") { $0["type"].string }, .number("Data") { $0["data"].object?.count }, .age],
        fields: { ["type": $0["type"].string ?? ""] },
        fillIn: { secret in
            if secret["type"] == .null { secret["type"] = "Opaque" }
            for (key, text) in secret["stringData"].strings {
                secret["data"][key] = .string(Data(text.utf8).base64EncodedString())
            }
            secret["stringData"] = .null
        }
    )

    /// Identities for pods; each namespace gets one named `default`.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/service-account-v1/
    package static let serviceAccounts: Kind = Kind(
        group: "",
        plural: "serviceaccounts",
        kind: "ServiceAccount",
        shortNames: ["sa"],
        subresources: [.token],
        columns: [.number("Secrets") { $0["secrets"].array?.count }, .age]
    )
}
