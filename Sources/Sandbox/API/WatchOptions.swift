/// The parameters of a watch.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-watch
struct WatchOptions: Sendable {
    /// Where the watch begins: after this revision; nil: with the state as it is.
    let start: Int?
    /// Whether BOOKMARK events are sent: `allowWatchBookmarks`.
    let wantsBookmarks: Bool
    /// Whether a bookmark tells the end of the initial state.
    let marksInitialEvents: Bool
    /// How long the watch lasts: `timeoutSeconds`; 30 minutes if it is not given.
    let timeout: Duration

    /// - Throws: 400 and 422 for parameters that do not go together.
    init(_ request: APIRequest) throws(APIFailure) {
        let match = request.query["resourceVersionMatch"] ?? ""
        let version = request.query["resourceVersion"] ?? ""
        let initial = request.query["sendInitialEvents"]
        let field = "resourceVersionMatch"
        if initial != nil, match != "NotOlderThan" {
            let why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            throw ListOptions.forbidden(field, why)
        }
        if initial == nil, !match.isEmpty {
            throw ListOptions.forbidden(field, "\(field) is forbidden for watch unless sendInitialEvents is provided")
        }
        guard let number = version.isEmpty ? 0 : Int(version), number >= 0 else {
            throw .badRequest("invalid resource version \"\(version)\"")
        }
        marksInitialEvents = APIRequest.isTrue(initial)
        start = number == 0 || marksInitialEvents ? nil : number
        wantsBookmarks = APIRequest.isTrue(request.query["allowWatchBookmarks"])
        timeout = .seconds(request.query["timeoutSeconds"].flatMap { Int($0) } ?? 1800)
    }
}
