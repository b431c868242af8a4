/// A refusal of the API, as its Status says it.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
package struct APIFailure: Error, Sendable, Hashable {
    /// What is wrong, for a program.
    struct Cause: Sendable, Hashable {
        /// Empty: there is none.
        var reason = "FieldValueInvalid"
        /// Empty: of no field.
        var field: String
        /// The words for people, without the field's name.
        var message: String

        /// As an item of `details.causes`.
        var json: JSONValue {
            var cause: JSONValue = ["message": .string(message)]
            if !reason.isEmpty { cause["reason"] = .string(reason) }
            return field.isEmpty ? cause : cause.with("field", .string(field))
        }
    }

    /// The HTTP status code; the Status repeats it.
    package var code: Int
    /// The word for programs, such as `NotFound`; empty: none.
    package var reason: String
    /// The words for people; kubectl prints them after `Error from server`.
    package var message: String
    /// Goes into `details.causes`; empty: no single fields are named.
    var causes: [Cause] = []
    /// Goes into `details.name`; nil: the failure is not about one object.
    var name: String?
    /// Goes into `details.kind` and `details.group`; nil: the failure is not about one kind.
    var kind: Kind?
    /// Seconds; also sent as Retry-After.
    var retryAfter: Int?
    /// What `metadata.continue` of the Status holds.
    var continueToken: String?
    /// Whether the resource is named although the reason is that an object is invalid.
    var isOfResource = false
    /// Whether the Status has details although they say nothing.
    var hasDetails = false

    /// The Status body.
    var status: JSONValue {
        var status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": .string(message),
            "code": .int(code),
        ]
        if !reason.isEmpty { status["reason"] = .string(reason) }
        if let continueToken { status["metadata"]["continue"] = .string(continueToken) }
        var details: JSONValue = [:]
        if let name { details["name"] = .string(name) }
        if let kind { details["kind"] = .string(kind.plural) }
        // An invalid object is named by its kind, everything else by its resource.
        if reason == "Invalid", !isOfResource, let kind { details["kind"] = .string(kind.kind) }
        if let kind, !kind.group.isEmpty { details["group"] = .string(kind.group) }
        if let retryAfter { details["retryAfterSeconds"] = .int(retryAfter) }
        if !causes.isEmpty {
            details["causes"] = .array(causes.map(\.json))
        }
        if details != [:] || hasDetails { status["details"] = details }
        return status
    }
}

extension APIFailure {
    /// The words for an answer that a fault asks for, by its code.
    static func injected(code: Int, retryAfter: Int?) -> APIFailure {
        let reasons = [
            401: "Unauthorized", 403: "Forbidden", 409: "Conflict", 410: "Expired", 429: "TooManyRequests",
            503: "ServiceUnavailable", 504: "Timeout",
        ]
        return APIFailure(
            code: code,
            reason: reasons[code] ?? "InternalError",
            message: "the sandbox was asked to answer \(code)",
            retryAfter: retryAfter
        )
    }

    /// 404: there is no object of this name.
    static func notFound(_ kind: Kind, _ name: String) -> APIFailure {
        APIFailure(
            code: 404,
            reason: "NotFound",
            message: "\(kind.qualified) \"\(name)\" not found",
            name: name,
            kind: kind
        )
    }

    /// No kind has this place.
    static let noResource = APIFailure(
        code: 404,
        reason: "NotFound",
        message: "the server could not find the requested resource"
    )

    /// 409: an object of this name exists, so that none can be created.
    static func alreadyExists(_ kind: Kind, _ name: String) -> APIFailure {
        APIFailure(
            code: 409,
            reason: "AlreadyExists",
            message: "\(kind.qualified) \"\(name)\" already exists",
            name: name,
            kind: kind
        )
    }

    /// 409: the stored object is not in the state that the request expects.
    static func conflict(_ kind: Kind, _ name: String, _ why: String) -> APIFailure {
        APIFailure(
            code: 409,
            reason: "Conflict",
            message: "Operation cannot be fulfilled on \(kind.qualified) \"\(name)\": \(why)",
            name: name,
            kind: kind
        )
    }

    /// The object has another uid than the request asks for.
    ///
    /// `stored`: empty if there is no object.
    static func otherUID(_ kind: Kind, _ name: String, wanted: String, stored: String) -> APIFailure {
        conflict(kind, name, "Precondition failed: UID in precondition: \(wanted), UID in object meta: \(stored)")
    }

    /// 409: the resourceVersion of the request is not the newest.
    static func modified(_ kind: Kind, _ name: String) -> APIFailure {
        conflict(
            kind,
            name,
            "the object has been modified; please apply your changes to the latest version and try again"
        )
    }

    /// 403: a missing right, or a rule of admission; `name`: nil for a collection.
    static func forbidden(_ kind: Kind, _ name: String?, _ why: String, causes: [Cause] = []) -> APIFailure {
        APIFailure(
            code: 403,
            reason: "Forbidden",
            message: "\(kind.qualified)\(name.map { " \"\($0)\"" } ?? "") is forbidden: \(why)",
            causes: causes,
            name: name,
            kind: kind
        )
    }

    /// 400: the request cannot be understood.
    static func badRequest(_ message: String) -> APIFailure {
        APIFailure(code: 400, reason: "BadRequest", message: message)
    }

    /// 500: the server itself failed, for example because it could not reach a kubelet.
    static func internalError(_ message: String) -> APIFailure {
        APIFailure(code: 500, reason: "InternalError", message: "Internal error occurred: \(message)")
    }

    /// 410: the resourceVersion or continue token is from before the compaction; the client has to list anew.
    static func expired(_ message: String) -> APIFailure {
        APIFailure(code: 410, reason: "Expired", message: message)
    }

    /// 401: no bearer token, or one that is unknown or expired.
    static let unauthorized = APIFailure(code: 401, reason: "Unauthorized", message: "Unauthorized")

    /// A real API server does not take it for the client's mistake either.
    static let versionOnCreation = APIFailure(
        code: 500,
        reason: "",
        message: "resourceVersion should not be set on objects to be created"
    )

    /// 405: the path is known, but not with this verb.
    static let methodNotAllowed = APIFailure(
        code: 405,
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource",
        hasDetails: true
    )

    /// 415: the Content-Type of the body is not one that the server reads.
    static let unsupportedMediaType = APIFailure(
        code: 415,
        reason: "UnsupportedMediaType",
        message: "the body of the request was in an unknown format - accepted media types include: application/json,"
            + " application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json",
        hasDetails: true
    )
}

// MARK: Fields

extension APIFailure {
    /// A field's value is wrong.
    static func invalid(
        _ kind: Kind,
        _ object: JSONValue,
        _ field: String,
        _ value: JSONValue,
        _ why: String
    )
        -> APIFailure
    {
        let shown = String(decoding: value.json, as: UTF8.self)
        return ofField(kind, object, field, "FieldValueInvalid", "Invalid value: \(shown): \(why)")
    }

    /// 422: a field is missing or empty; `why`: empty if there is no more to say.
    static func required(_ kind: Kind, _ object: JSONValue, _ field: String, _ why: String = "") -> APIFailure {
        ofField(kind, object, field, "FieldValueRequired", why.isEmpty ? "Required value" : "Required value: \(why)")
    }

    /// The field may not be there, or may not change.
    static func forbiddenField(_ kind: Kind, _ object: JSONValue, _ field: String, _ why: String) -> APIFailure {
        ofField(kind, object, field, "FieldValueForbidden", "Forbidden: \(why)")
    }

    /// 422: a list of `count` items, which is more than `limit`.
    static func tooMany(_ kind: Kind, _ object: JSONValue, _ field: String, _ count: Int, limit: Int) -> APIFailure {
        ofField(kind, object, field, "FieldValueTooMany", "Too many: \(count): must have at most \(limit) items")
    }

    /// 422: a value that has to be there once only is there again.
    static func duplicate(_ kind: Kind, _ object: JSONValue, _ field: String, _ value: JSONValue) -> APIFailure {
        let shown = String(decoding: value.json, as: UTF8.self)
        return ofField(kind, object, field, "FieldValueDuplicate", "Duplicate value: \(shown)")
    }

    /// 422: a value is none of those that there are.
    static func unsupported(
        _ kind: Kind,
        _ object: JSONValue,
        _ field: String,
        _ value: JSONValue,
        supported: [String]
    ) -> APIFailure {
        let shown = String(decoding: value.json, as: UTF8.self)
        let values = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        let why = "Unsupported value: \(shown): supported values: \(values)"
        return ofField(kind, object, field, "FieldValueNotSupported", why)
    }

    /// Several refusals of one object, in one.
    static func all(_ failures: [APIFailure]) -> APIFailure? {
        guard var all = failures.first else { return nil }
        if failures.count == 1 { return all }
        all.causes = failures.flatMap(\.causes)
        let words = all.causes.map { "\($0.field): \($0.message)" }.joined(separator: ", ")
        all.message = "\(all.kind?.qualifiedKind ?? "") \"\(all.name ?? "")\" is invalid: [\(words)]"
        return all
    }

    private static func ofField(
        _ kind: Kind,
        _ object: JSONValue,
        _ field: String,
        _ reason: String,
        _ why: String
    )
        -> APIFailure
    {
        let name = object["metadata"]["name"].string ?? ""
        return APIFailure(
            code: 422,
            reason: "Invalid",
            message: "\(kind.qualifiedKind) \"\(name)\" is invalid: \(field): \(why)",
            causes: [Cause(reason: reason, field: field, message: why)],
            name: name,
            kind: kind
        )
    }
}
