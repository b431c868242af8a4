import Foundation
import HTTPTypes
import Hummingbird
import YAMLDocument

/// A request in the words of the API: verb, kind, place and parameters.
package struct APIRequest: Sendable {
    /// The HTTP method, in capitals.
    package var method: String
    /// Without the query; percent-encoded as it came.
    package var path: String
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`; as RBAC names them.
    package var verb: String
    /// What the group and the plural of the path name.
    package var kind: Kind
    /// Nil: all namespaces, or a kind without.
    package var namespace: String?
    /// Nil for a collection.
    package var name: String?
    /// The part of the path after the name, such as `status` or `eviction`; nil: the object itself.
    package var subresource: String?
    /// The path for the pod, of a request for its `proxy`; nil for any other.
    ///
    /// Percent-encoded as it came, from its slash on; empty: none was given.
    var proxiedPath: String?
    /// The parameters, decoded; if one is given more than once, the first counts.
    var query: [String: String]
    /// The values of `command`, each a word.
    var commands: [String] = []
    /// The Content-Type without parameters such as `charset`; empty if there is none.
    var contentType: String
    /// How the answer is to be shown.
    var presentation: Presentation
    /// As it came; empty for a watch, whose body is not read.
    var body: [UInt8] = []
    /// Why admission denies it; nil: it does not.
    var denial: Denial?

    /// Nil if the path is none of a known kind.
    init?(_ request: Request) {
        method = request.method.rawValue
        path = request.uri.path
        let pairs = Self.pairs(request.uri.query ?? "")
        query = Dictionary(pairs) { first, _ in first }
        commands = pairs.filter { $0.0 == "command" }.map(\.1)
        contentType = request.headers[.contentType]?.split(separator: ";").first.map(String.init) ?? ""
        presentation = Presentation(accept: request.headers[.accept] ?? "", includes: query["includeObject"])
        var parts = path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }[...]
        guard let group = Self.takeGroup(&parts) else { return nil }
        let isOfNamespaceItself = parts.count == 3 && ["status", "finalize"].contains(parts.last)
        if parts.first == "namespaces", parts.count >= 3, !isOfNamespaceItself {
            namespace = parts[parts.startIndex + 1]
            parts = parts.dropFirst(2)
        }
        guard let plural = parts.popFirst(), let kind = Kind.at(group: group, plural: plural) else { return nil }
        self.kind = kind
        name = parts.popFirst()
        subresource = parts.popFirst()
        if kind == .pods, subresource == "proxy" {
            proxiedPath = Self.rest(of: path, after: path.split(separator: "/").count - parts.count)
            query["watch"] = nil
        } else if !parts.isEmpty {
            return nil
        }
        verb = Self.verb(method, isCollection: name == nil, isWatch: Self.isTrue(query["watch"]))
    }

    /// What follows the first `count` parts of a path, from its slash on.
    private static func rest(of path: String, after count: Int) -> String {
        let parts = path.split(separator: "/", maxSplits: count + 1, omittingEmptySubsequences: false)
        return parts.count > count + 1 ? "/" + parts[count + 1] : ""
    }

    /// The parameters of a query.
    private static func pairs(_ text: String) -> [(String, String)] {
        func decoded(_ part: Substring) -> String {
            let spaced = part.replacing("+", with: " ")
            return spaced.removingPercentEncoding ?? String(spaced)
        }
        return text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count > 1 ? decoded(parts[1]) : "")
        }
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
        case "GET", "HEAD": isWatch ? "watch" : isCollection ? "list" : "get"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": isCollection ? "deletecollection" : "delete"
        default: method.lowercased()
        }
    }

    /// Reads a boolean parameter; nil, for one that is not given, is false.
    static func isTrue(_ value: String?) -> Bool { ["true", "1"].contains(value) }

    /// Whether nothing is to be stored.
    var isDryRun: Bool { query["dryRun"] == "All" }

    /// How admission answers it; nil: it admits it.
    var refusal: APIFailure? { denial?.failure(kind, name ?? "", isDryRun: isDryRun) }

    /// Which objects of the collection are meant.
    ///
    /// - Throws: 400 if a selector cannot be read.
    func filter() throws(APIFailure) -> ObjectFilter {
        var filter = try ObjectFilter(labels: query["labelSelector"], fields: query["fieldSelector"], of: kind)
        if verb == "watch", let name { filter.requireName(name) }
        return filter
    }

    /// What RBAC is asked about this request.
    func attributes() throws(APIFailure) -> AccessAttributes {
        var name = name
        if name == nil { name = try filter().name }
        return AccessAttributes(
            verb: verb,
            group: kind.group,
            resource: [kind.plural, subresource].compactMap(\.self).joined(separator: "/"),
            namespace: namespace ?? (kind == .namespaces ? name : nil),
            name: name
        )
    }

    /// - Throws: 400 if the body is no object, 415 if it is in a form that is not understood.
    func object() throws(APIFailure) -> JSONValue {
        var object: JSONValue?
        switch contentType {
        case "", "application/json": object = JSONValue(json: body)
        case "application/yaml": object = (try? YAMLDocument.parse(body)).map { JSONValue($0) }
        case ProtobufReader.contentType:
            object = ProtobufReader.object(body)
            if object == nil { throw .unsupportedMediaType }
        default: throw .unsupportedMediaType
        }
        guard let object, object.object != nil else {
            throw .badRequest("the object provided is unrecognized (must be of type \(kind.kind))")
        }
        return object
    }
}
