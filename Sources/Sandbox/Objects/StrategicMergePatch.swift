/// Kubernetes' own kind of patch: like a merge patch, but lists of objects are merged by a key of theirs.
///
/// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
enum StrategicMergePatch {
    /// The key by which the items of a list are told apart, by the list's name; lists that are not here are replaced.
    private static let mergeKeys: [String: [String]] = [
        "containers": ["name"], "initContainers": ["name"], "ephemeralContainers": ["name"], "env": ["name"],
        "volumes": ["name"], "volumeMounts": ["mountPath"], "ports": ["containerPort", "port"],
        "conditions": ["type"], "imagePullSecrets": ["name"], "hostAliases": ["ip"], "ownerReferences": ["uid"],
        "podIPs": ["ip"], "taints": ["key"], "addresses": ["type"], "secrets": ["name"],
        "topologySpreadConstraints": ["topologyKey"],
    ]

    /// Lists of plain values that are united instead of replaced.
    private static let unitedLists: Set<String> = ["finalizers"]

    /// The target with the patch applied; null removes a member, and directives such as `$patch` are obeyed.
    static func merge(_ patch: JSONValue, into target: JSONValue) -> JSONValue {
        guard case .object(var changes) = patch else { return patch }
        let directive = changes.removeValue(forKey: "$patch")
        if directive == "replace" { return .object(changes) }
        var members = target.object ?? [:]
        if case .array(let kept)? = changes.removeValue(forKey: "$retainKeys") {
            members = members.filter { kept.contains(.string($0.key)) }
        }
        for (key, change) in changes { merge(change, key, into: &members) }
        return .object(members)
    }

    private static func merge(_ change: JSONValue, _ key: String, into members: inout [String: JSONValue]) {
        if let name = suffix(of: key, after: "$deleteFromPrimitiveList/") {
            let unwanted = change.array ?? []
            members[name] = members[name]?.array.map { .array($0.filter { !unwanted.contains($0) }) }
            return
        }
        // The order of a list changes nothing that the sandbox looks at.
        if key.hasPrefix("$setElementOrder/") { return }
        switch change {
        case .null: members[key] = nil
        case .object(let object) where object["$patch"] == "delete": members[key] = nil
        case .object: members[key] = merge(change, into: members[key] ?? .null)
        case .array(let items): members[key] = merge(items, into: members[key]?.array ?? [], list: key)
        default: members[key] = change
        }
    }

    private static func suffix(of key: String, after prefix: String) -> String? {
        key.hasPrefix(prefix) ? String(key.dropFirst(prefix.count)) : nil
    }

    /// The key by which the items of a list are told apart; nil if the list is replaced as a whole.
    static func mergeKey(of list: String, _ items: [JSONValue]) -> String? {
        let sample = items.first { $0.object != nil && $0["$patch"] == .null } ?? items.first ?? .null
        return mergeKeys[list]?.first { sample[$0] != .null }
    }

    private static func merge(_ items: [JSONValue], into old: [JSONValue], list: String) -> JSONValue {
        if unitedLists.contains(list) { return .array(old + items.filter { !old.contains($0) }) }
        guard let key = mergeKey(of: list, items) else {
            return .array(items.filter { $0["$patch"] == .null })
        }
        if items.contains(where: { $0["$patch"] == "replace" }) {
            return .array(items.filter { $0["$patch"] == .null })
        }
        var result = old
        for item in items {
            let index = result.firstIndex { $0[key] == item[key] }
            switch (item["$patch"] == "delete", index) {
            case (true, let index?): result.remove(at: index)
            case (true, nil): break
            case (false, let index?): result[index] = merge(item, into: result[index])
            case (false, nil): result.append(merge(item, into: .null))
            }
        }
        return .array(result)
    }
}
