import Foundation
import HTTPTypes
import Hummingbird

/// A request in the words of the API: verb, kind, place and parameters.
package struct APIRequest: Sendable {
    package var method: String
    package var path: String
    /// `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`; as RBAC names them.
    package var verb: String
    package var kind: Kind
    /// Nil: all namespaces, or a kind without.
    package var namespace: String?
    /// Nil for a collection.
    package var name: String?
    package var subresource: String?
    var query: [String: String]
    var contentType: String
    var body: [UInt8]

    /// Nil if the path is none of a stored kind.
    init?(_ request: Request, body: [UInt8]) {
        method = request.method.rawValue
        path = request.uri.path
        query = Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first }
        )
        contentType = request.headers[.contentType] ?? ""
        self.body = body
        var parts = path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }[...]
        guard let group = Self.takeGroup(&parts) else { return nil }
        if parts.first == "namespaces", parts.count >= 3 {
            namespace = parts[parts.startIndex + 1]
            parts = parts.dropFirst(2)
        }
        guard let plural = parts.popFirst(), let kind = Kind.at(group: group, plural: plural) else { return nil }
        self.kind = kind
        name = parts.popFirst()
        subresource = parts.popFirst()
        if !parts.isEmpty { return nil }
        verb = Self.verb(method, isCollection: name == nil, isWatch: ["true", "1"].contains(query["watch"]))
    }

    /// The group of `/api/v1/…` or `/apis/GROUP/v1/…`.
    private static func takeGroup(_ parts: inout ArraySlice<String>) -> String? {
        switch parts.popFirst() {
        case "api": return parts.popFirst() == "v1" ? "" : nil
        case "apis":
            guard let group = parts.popFirst(), parts.popFirst() == "v1" else { return nil }
            return group
        default: return nil
        }
    }

    private static func verb(_ method: String, isCollection: Bool, isWatch: Bool) -> String {
        switch method {
        case "GET", "HEAD": isCollection ? (isWatch ? "watch" : "list") : "get"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": isCollection ? "deletecollection" : "delete"
        default: method.lowercased()
        }
    }

    /// - Throws: 400 if a selector cannot be read.
    func filter() throws(APIFailure) -> ObjectFilter {
        ObjectFilter(
            labels: try selector(query["labelSelector"]),
            fields: try selector(query["fieldSelector"])
        )
    }

    private func selector(_ text: String?) throws(APIFailure) -> Selector {
        guard let text, !text.isEmpty else { return Selector() }
        guard let selector = Selector(text) else { throw .badRequest("unable to parse requirement: \(text)") }
        return selector
    }

    /// - Throws: 400 if the body is no JSON object.
    func object() throws(APIFailure) -> JSONValue {
        guard let object = JSONValue(json: body), object.object != nil else {
            throw .badRequest("the object provided is unrecognized (must be of type \(kind.kind))")
        }
        return object
    }
}
