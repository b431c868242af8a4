import Foundation

/// The parameters of a list, and the revision that they ask for.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list
struct ListOptions: Sendable {
    /// The most items of the answer; 0 for all.
    let limit: Int
    /// The last item of the page before; nil on the first page.
    private(set) var start: (namespace: String, name: String)?
    private let version: Int
    private let isExact: Bool
    /// The revision of the first page; nil on the first page, or when the rest may be newer than the beginning.
    private var pageRevision: Int?

    /// - Throws: 400 and 422 for parameters that do not go together.
    init(_ request: APIRequest) throws(APIFailure) {
        let version = request.query["resourceVersion"] ?? ""
        let match = request.query["resourceVersionMatch"] ?? ""
        let token = request.query["continue"] ?? ""
        try Self.check(request, version: version, match: match, hasToken: !token.isEmpty)
        guard let number = version.isEmpty ? 0 : Int(version), number >= 0 else {
            throw Self.invalid(
                "resourceVersion",
                "FieldValueInvalid",
                "Invalid value: \"\(version)\": must be a number"
            )
        }
        self.version = number
        let limit = request.query["limit"].flatMap { Int($0) } ?? 0
        self.limit = version == "0" ? 0 : limit
        isExact = match == "Exact" || number > 0 && limit > 0 && match.isEmpty
        if !token.isEmpty { try read(token) }
    }

    private static func check(
        _ request: APIRequest,
        version: String,
        match: String,
        hasToken: Bool
    )
        throws(APIFailure)
    {
        let field = "resourceVersionMatch"
        if request.query["sendInitialEvents"] != nil {
            throw forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list")
        }
        if !match.isEmpty {
            if version.isEmpty { throw forbidden(field, "\(field) is forbidden unless resourceVersion is provided") }
            if hasToken { throw forbidden(field, "\(field) is forbidden when continue is provided") }
            if !["Exact", "NotOlderThan"].contains(match) {
                let why = "Unsupported value: \"\(match)\": supported values: \"Exact\", \"NotOlderThan\""
                throw invalid(field, "FieldValueNotSupported", why)
            }
            if match == "Exact", version == "0" {
                throw forbidden(field, "\(field) \"Exact\" is forbidden for resourceVersion \"0\"")
            }
        }
        if hasToken, !version.isEmpty, version != "0" {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
    }

    /// What has to be looked through for what is listed.
    ///
    /// - Throws: 410 for what is compacted, 504 for what is not yet there.
    func view(
        of store: ObjectStore,
        for request: APIRequest,
        _ filter: ObjectFilter,
        past: StoreView?
    ) async throws(APIFailure) -> StoreView {
        if let past { return past }
        let now = await store.revision
        if version > now {
            throw APIFailure(
                code: 504,
                reason: "Timeout",
                message: "Too large resource version: \(version), current: \(now)",
                causes: [
                    .init(reason: "ResourceVersionTooLarge", field: "", message: "Too large resource version")
                ],
                retryAfter: 1
            )
        }
        guard let wanted = pageRevision ?? (isExact ? version : nil) else {
            return await store.view(of: request.kind, namespace: request.namespace, for: filter)
        }
        if let view = await store.view(at: wanted) { return view }
        if pageRevision == nil { throw .expired("The resourceVersion for the provided list is too old.") }
        var failure = APIFailure.expired(Self.expiredToken)
        failure.continueToken = start.map { Self.token(namespace: $0.namespace, name: $0.name, revision: -1) }
        throw failure
    }

    // MARK: Tokens

    private static let expiredToken =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list"
        + " without the continue parameter, or use the continue token in this response to retrieve the remainder of the"
        + " results. Continuing with the provided token results in an inconsistent list - objects that were created,"
        + " modified, or deleted between the time the first chunk was returned and now may show up in the list."

    /// A continue token: base64url without padding; the next page begins after `key`.
    static func token(after key: ObjectKey, revision: Int) -> String {
        token(namespace: key.namespace, name: key.name, revision: revision)
    }

    private static func token(namespace: String, name: String, revision: Int) -> String {
        let token: JSONValue = [
            "v": "meta.k8s.io/v1", "rv": .int(revision), "start": .string("\(namespace)/\(name)"),
        ]
        return Data(token.json).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    private mutating func read(_ token: String) throws(APIFailure) {
        var base64 = token.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: base64), let value = JSONValue(json: Array(data)),
            value["v"] == "meta.k8s.io/v1", let revision = value["rv"].int, let start = value["start"].string
        else { throw .badRequest("continue key is not valid: it was not made by this server") }
        let parts = start.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw .badRequest("continue key is not valid: it names no object") }
        self.start = (parts[0], parts[1])
        pageRevision = revision < 0 ? nil : revision
    }

    // MARK: Refusals

    /// 422: a parameter that may not be given together with the others.
    static func forbidden(_ field: String, _ why: String) -> APIFailure {
        invalid(field, "FieldValueForbidden", "Forbidden: \(why)")
    }

    /// 422: a parameter with a wrong value; `reason`: for programs, such as `FieldValueInvalid`.
    static func invalid(_ field: String, _ reason: String, _ why: String) -> APIFailure {
        WriteOptions.invalid("ListOptions", field, reason, why)
    }
}
