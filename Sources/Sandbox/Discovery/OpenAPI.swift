/// As much of the OpenAPI document as kubectl reads before it applies: that writes can be validated by the server.
///
/// The sandbox knows no schemas, so that unknown fields pass.
/// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
enum OpenAPI {
    /// The answer at a path's parts; nil if it is none of OpenAPI's.
    static func answer(_ parts: [String]) -> JSONValue? {
        guard parts.starts(with: ["openapi", "v3"]) else { return nil }
        switch parts.count {
        case 2: return index
        case 4 where parts[2...] == ["api", "v1"]: return document(of: "")
        case 5 where parts[2] == "apis" && parts[4] == "v1" && Kind.groups.contains(parts[3]):
            return document(of: parts[3])
        default: return nil
        }
    }

    private static var index: JSONValue {
        var paths: JSONValue = [:]
        for group in Kind.groups {
            let place = place(of: group)
            paths[place] = ["serverRelativeURL": .string("/openapi/v3/\(place)")]
        }
        return ["paths": paths]
    }

    private static func place(of group: String) -> String { group.isEmpty ? "api/v1" : "apis/\(group)/v1" }

    private static func document(of group: String) -> JSONValue {
        var paths: JSONValue = [:]
        for kind in Kind.all where kind.group == group && kind.verbs.contains("patch") {
            let namespace = kind.isNamespaced ? "/namespaces/{namespace}" : ""
            paths["/\(place(of: group))\(namespace)/\(kind.plural)/{name}"] = ["patch": operation(kind)]
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.0"], "paths": paths,
            "components": ["schemas": [:]],
        ]
    }

    private static func operation(_ kind: Kind) -> JSONValue {
        [
            "parameters": .array(
                ["dryRun", "fieldManager", "fieldValidation"].map {
                    ["name": .string($0), "in": "query", "schema": ["type": "string"]]
                }
            ), "responses": ["200": ["description": "OK"]], "x-kubernetes-action": "patch",
            "x-kubernetes-group-version-kind": [
                "group": .string(kind.group), "version": "v1", "kind": .string(kind.kind),
            ],
        ]
    }
}
