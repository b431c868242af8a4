/// The two kinds of patch that the sandbox understands.
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
            let keys = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescaped)
            result = try apply(name, keys, operation["value"], to: result)
        }
        return result
    }

    private static let failure = APIFailure(
        code: 422,
        reason: "Invalid",
        message: "the server rejected our request due to an error in our request"
    )

    private static func apply(
        _ operation: String,
        _ keys: [String],
        _ value: JSONValue,
        to target: JSONValue
    ) throws(APIFailure) -> JSONValue {
        guard let key = keys.first else { throw failure }
        guard let members = target.object else { throw failure }
        if keys.count > 1 {
            guard let child = members[key] else { throw failure }
            var result = target
            result[key] = try apply(operation, Array(keys.dropFirst()), value, to: child)
            return result
        }
        var changed = members
        switch operation {
        case "test": if members[key] ?? .null != value { throw failure }
        case "add": changed[key] = value
        case "replace":
            if members[key] == nil { throw failure }
            changed[key] = value
        case "remove":
            if members[key] == nil { throw failure }
            changed[key] = nil
        default: throw .badRequest("operation \"\(operation)\" is not supported")
        }
        return .object(changed)
    }

    private static func unescaped(_ key: Substring) -> String {
        String(key.replacing("~1", with: "/").replacing("~0", with: "~"))
    }
}
