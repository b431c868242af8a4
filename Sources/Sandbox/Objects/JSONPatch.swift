/// The two kinds of patch that the IETF has specified.
enum JSONPatch {
    /// A merge patch.
    ///
    /// https://www.rfc-editor.org/rfc/rfc7386
    static func merge(_ patch: JSONValue, into target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members = target.object ?? [:]
        for (key, change) in changes {
            members[key] = change == .null ? nil : merge(change, into: members[key] ?? .null)
        }
        return .object(members)
    }

    /// A JSON patch.
    ///
    /// https://www.rfc-editor.org/rfc/rfc6902
    ///
    /// - Throws: 400 if it is none, 422 if an operation fails.
    static func apply(_ patch: JSONValue, to target: JSONValue) throws(APIFailure) -> JSONValue {
        guard let operations = patch.array else { throw .badRequest("a JSON patch is a list of operations") }
        var result = target
        for operation in operations {
            guard let name = operation["op"].string, let path = operation["path"].string else {
                throw .badRequest("an operation of a JSON patch has op and path")
            }
            switch name {
            case "move", "copy":
                let source = keys(of: operation["from"].string ?? "")
                guard let value = value(at: source[...], in: result) else { throw failure }
                if name == "move" { result = try change(result, at: source[...]) { _ in nil } }
                result = try add(value, to: result, at: keys(of: path))
            case "add": result = try add(operation["value"], to: result, at: keys(of: path))
            case "test":
                if value(at: keys(of: path)[...], in: result) ?? .null != operation["value"] { throw failure }
            case "replace": result = try replace(result, at: keys(of: path), by: operation["value"])
            case "remove": result = try change(result, at: keys(of: path)[...]) { _ in nil }
            default: throw .badRequest("operation \"\(name)\" is not supported")
            }
        }
        return result
    }

    /// The API does not say which operation failed.
    private static let failure = APIFailure(
        code: 422,
        reason: "Invalid",
        message: "the server rejected our request due to an error in our request",
        hasDetails: true
    )

    /// A member that is not there is added, as Kubernetes' library does it; an element of a list must be there.
    private static func replace(
        _ target: JSONValue,
        at keys: [String],
        by new: JSONValue
    ) throws(APIFailure) -> JSONValue {
        let parent = value(at: keys.dropLast()[...], in: target)
        if parent?.object != nil { return try add(new, to: target, at: keys) }
        return try change(target, at: keys[...]) { _ in new }
    }

    private static func keys(of path: String) -> [String] {
        path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    private static func value(at keys: ArraySlice<String>, in target: JSONValue) -> JSONValue? {
        guard let key = keys.first else { return target }
        let child: JSONValue? =
            if let items = target.array { Int(key).flatMap { items.indices.contains($0) ? items[$0] : nil } } else {
                target.object?[key]
            }
        return child.flatMap { value(at: keys.dropFirst(), in: $0) }
    }

    private static func add(_ value: JSONValue, to target: JSONValue, at keys: [String]) throws(APIFailure) -> JSONValue
    {
        guard let last = keys.last else { return value }
        return try change(target, at: keys.dropLast()[...]) { (parent) throws(APIFailure) in
            if var items = parent.array {
                guard let index = last == "-" ? items.count : Int(last), (0...items.count).contains(index) else {
                    throw failure
                }
                items.insert(value, at: index)
                return .array(items)
            }
            guard var members = parent.object else { throw failure }
            members[last] = value
            return .object(members)
        }
    }

    /// Puts what `change` makes of the value at a place there; nil takes the place away.
    private static func change(
        _ target: JSONValue,
        at keys: ArraySlice<String>,
        _ change: (JSONValue) throws(APIFailure) -> JSONValue?
    ) throws(APIFailure) -> JSONValue {
        guard let key = keys.first else { return try change(target) ?? .null }
        guard let child = value(at: [key], in: target) else { throw failure }
        let isLast = keys.count == 1
        let new = isLast ? try change(child) : try self.change(child, at: keys.dropFirst(), change)
        if var items = target.array, let index = Int(key) {
            if let new { items[index] = new } else { items.remove(at: index) }
            return .array(items)
        }
        var members = target.object ?? [:]
        members[key] = new
        return .object(members)
    }
}
