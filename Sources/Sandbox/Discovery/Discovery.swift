/// What the server can do, as clients that know nothing of it ask.
///
/// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
enum Discovery {
    /// The answer at a path; nil if it is none of discovery's.
    static func answer(_ path: String) -> JSONValue? {
        let parts = path.split(separator: "/").map(String.init)
        switch parts.count {
        case 1 where parts[0] == "api":
            return [
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": ""]],
            ]
        case 1 where parts[0] == "apis":
            return [
                "kind": "APIGroupList", "apiVersion": "v1",
                "groups": .array(Kind.groups.filter { !$0.isEmpty }.map(group)),
            ]
        case 2 where parts == ["api", "v1"]: return resources(of: "")
        case 2 where parts[0] == "apis" && Kind.groups.contains(parts[1]):
            return group(parts[1]).with("kind", "APIGroup").with("apiVersion", "v1")
        case 3 where parts[0] == "apis" && parts[2] == "v1" && Kind.groups.contains(parts[1]):
            return resources(of: parts[1])
        default: return OpenAPI.answer(parts)
        }
    }

    /// Whether a path is within a group that the server has; what is within none is nowhere.
    static func hasGroup(_ path: String) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        if parts.starts(with: ["api", "v1"]) { return true }
        return parts.first == "apis" && parts.count > 2 && parts[2] == "v1" && Kind.groups.contains(parts[1])
    }

    private static func group(_ name: String) -> JSONValue {
        let version: JSONValue = ["groupVersion": .string("\(name)/v1"), "version": "v1"]
        return ["name": .string(name), "versions": [version], "preferredVersion": version]
    }

    private static func resources(of group: String) -> JSONValue {
        let kinds = Kind.all.filter { $0.group == group }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? "v1" : "\(group)/v1"),
            "resources": .array(kinds.flatMap { [resource($0)] + $0.subresources.map(resource(of: $0)) }),
        ]
    }

    private static func resource(_ kind: Kind) -> JSONValue {
        var resource: JSONValue = [
            "name": .string(kind.plural), "singularName": .string(kind.singular),
            "namespaced": .bool(kind.isNamespaced), "kind": .string(kind.kind),
            "verbs": .array(kind.verbs.map(JSONValue.string)),
        ]
        if !kind.shortNames.isEmpty { resource["shortNames"] = .array(kind.shortNames.map(JSONValue.string)) }
        if !kind.categories.isEmpty { resource["categories"] = .array(kind.categories.map(JSONValue.string)) }
        return resource
    }

    private static func resource(of kind: Kind) -> (Kind.Subresource) -> JSONValue {
        { subresource in
            let (group, name, verbs): (String?, String, [JSONValue]) =
                switch subresource {
                case .status: (nil, kind.kind, ["get", "patch", "update"])
                case .scale: ("autoscaling", "Scale", ["get", "patch", "update"])
                case .binding: (nil, "Binding", ["create"])
                case .eviction: ("policy", "Eviction", ["create"])
                case .exec: (nil, "PodExecOptions", ["create", "get"])
                case .proxy: (nil, "PodProxyOptions", ["create", "delete", "get", "patch", "update"])
                case .token: ("authentication.k8s.io", "TokenRequest", ["create"])
                }
            var resource: JSONValue = [
                "name": .string("\(kind.plural)/\(subresource.rawValue)"), "singularName": "",
                "namespaced": .bool(kind.isNamespaced), "kind": .string(name), "verbs": .array(verbs),
            ]
            if let group {
                resource["group"] = .string(group)
                resource["version"] = "v1"
            }
            return resource
        }
    }
}
