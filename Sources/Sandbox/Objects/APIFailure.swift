/// A refusal of the API, as its Status says it.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
package struct APIFailure: Error, Sendable, Hashable {
    /// The field that is wrong.
    struct Cause: Sendable, Hashable {
        var field: String
        var message: String
    }

    package var code: Int
    package var reason: String
    package var message: String
    var causes: [Cause] = []
    var name: String?
    var kind: Kind?
    /// Seconds; also sent as Retry-After.
    var retryAfter: Int?
    /// What `metadata.continue` of the Status holds.
    var continueToken: String?

    /// The Status body.
    var status: JSONValue {
        var status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "reason": .string(reason), "code": .int(code),
        ]
        if let continueToken { status["metadata"]["continue"] = .string(continueToken) }
        var details: JSONValue = [:]
        if let name { details["name"] = .string(name) }
        if let kind { details["kind"] = .string(kind.plural) }
        if let kind, !kind.group.isEmpty { details["group"] = .string(kind.group) }
        if let retryAfter { details["retryAfterSeconds"] = .int(retryAfter) }
        if !causes.isEmpty {
            details["causes"] = .array(
                causes.map {
                    ["reason": "FieldValueInvalid", "message": .string($0.message), "field": .string($0.field)]
                }
            )
        }
        if details != [:] { status["details"] = details }
        return status
    }
}

extension APIFailure {
    static func notFound(_ kind: Kind, _ name: String) -> APIFailure {
        APIFailure(
            code: 404,
            reason: "NotFound",
            message: "\(kind.qualified) \"\(name)\" not found",
            name: name,
            kind: kind
        )
    }

    static func alreadyExists(_ kind: Kind, _ name: String) -> APIFailure {
        APIFailure(
            code: 409,
            reason: "AlreadyExists",
            message: "\(kind.qualified) \"\(name)\" already exists",
            name: name,
            kind: kind
        )
    }

    static func conflict(_ kind: Kind, _ name: String, _ why: String) -> APIFailure {
        APIFailure(
            code: 409,
            reason: "Conflict",
            message: "Operation cannot be fulfilled on \(kind.qualified) \"\(name)\": \(why)",
            name: name,
            kind: kind
        )
    }

    static let modified = "the object has been modified; please apply your changes to the latest version and try again"

    static func invalid(_ kind: Kind, _ name: String, field: String, _ why: String) -> APIFailure {
        APIFailure(
            code: 422,
            reason: "Invalid",
            message: "\(kind.kind) \"\(name)\" is invalid: \(field): \(why)",
            causes: [Cause(field: field, message: why)],
            name: name,
            kind: kind
        )
    }

    static func badRequest(_ message: String) -> APIFailure {
        APIFailure(code: 400, reason: "BadRequest", message: message)
    }

    static func expired(_ message: String) -> APIFailure {
        APIFailure(code: 410, reason: "Expired", message: message)
    }

    static let unauthorized = APIFailure(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static func methodNotAllowed() -> APIFailure {
        APIFailure(
            code: 405,
            reason: "MethodNotAllowed",
            message: "the server does not allow this method on the requested resource"
        )
    }
}

extension Kind {
    /// `leases.coordination.k8s.io`, or `pods` for the core group.
    var qualified: String { group.isEmpty ? plural : "\(plural).\(group)" }
}
