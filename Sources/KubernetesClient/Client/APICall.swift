import Foundation

/// One call of the API: method, target, body and deadline, and what it is in the words of RBAC.
struct APICall: Sendable {
    /// What it is in the words of RBAC.
    var description: RequestDescription
    /// Of HTTP.
    var method: String
    /// Path and query.
    var target: String
    /// Of the body; nil if there is none.
    var contentType: String?
    /// What is sent; nil: nothing.
    var body: [UInt8]?
    /// Whom to act as.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
    var impersonatedUser: String?
    /// What is particular to a request that a pod answers; nil: the API server answers it.
    var podRequest: Proxied?
    /// How long the answer may take; of a stream, until it begins.
    var timeout: Duration = APIClient.requestTimeout

    /// Whether it is a review: it is created only to be answered, and nothing is stored.
    private(set) var isReview = false

    /// Whether the call changes nothing, so that it may be repeated whatever became of it.
    var isRead: Bool { method == "GET" || isReview }

    /// A read of an object or a collection.
    static func get(
        _ verb: String,
        _ resource: ResourceType,
        namespace: String?,
        name: String? = nil,
        subresource: String? = nil,
        query: [(String, String)] = []
    ) -> APICall {
        var described = resource
        if let subresource { described.plural += "/" + subresource }
        return APICall(
            description: .init(verb: verb, resource: described, namespace: namespace, name: name),
            method: "GET",
            target: target(resource, namespace: namespace, name: name, subresource: subresource, query: query)
        )
    }

    /// A write, or with `isTrial` only the question what would become of it; `server` gives up at the same deadline as we do, so that a late write cannot surprise us.
    static func write(
        _ verb: String,
        method: String,
        _ resource: ResourceType,
        namespace: String?,
        name: String? = nil,
        contentType: String = "application/json",
        isTrial: Bool = false,
        timeout: Duration = APIClient.requestTimeout,
        body: [UInt8]
    ) -> APICall {
        var query = [
            ("fieldManager", APIClient.fieldManager), ("fieldValidation", "Strict"), ("timeout", goDuration(timeout)),
        ]
        if isTrial { query.append(("dryRun", "All")) }
        return APICall(
            description: .init(verb: verb, resource: resource, namespace: namespace, name: name),
            method: method,
            target: target(resource, namespace: namespace, name: name, query: query),
            contentType: contentType,
            body: body,
            timeout: timeout
        )
    }

    /// A question that is answered like a creation.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
    static func review(_ resource: ResourceType, body: [UInt8]) -> APICall {
        var call = write("create", method: "POST", resource, namespace: nil, body: body)
        call.isReview = true
        return call
    }

    /// The deletion of one object; the server gives up when we do, as with any write.
    static func delete(
        _ resource: ResourceType,
        namespace: String?,
        name: String,
        timeout: Duration = APIClient.requestTimeout,
        body: [UInt8]
    ) -> APICall {
        APICall(
            description: .init(verb: "delete", resource: resource, namespace: namespace, name: name),
            method: "DELETE",
            target: target(resource, namespace: namespace, name: name, query: [("timeout", goDuration(timeout))]),
            contentType: "application/json",
            body: body,
            timeout: timeout
        )
    }

    /// As Go's `time.ParseDuration` reads it; at least a millisecond, for none at all means no limit.
    private static func goDuration(_ duration: Duration) -> String {
        let milliseconds = max(1, duration.wholeMilliseconds)
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    private static func target(
        _ resource: ResourceType,
        namespace: String?,
        name: String?,
        subresource: String? = nil,
        query: [(String, String)]
    ) -> String {
        let object = (name.map { "/" + escaped($0) } ?? "") + (subresource.map { "/" + $0 } ?? "")
        let path = resource.path(namespace: namespace) + object
        let pairs = query.map { "\($0.0)=\(escaped($0.1))" }
        return pairs.isEmpty ? path : path + "?" + pairs.joined(separator: "&")
    }

    /// Only RFC 3986's unreserved characters stay as they are.
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .unreserved) ?? text
    }
}

extension Duration {
    /// Rounded down.
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension CharacterSet {
    fileprivate static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}

/// What a request asks for, in the words of RBAC; for messages.
package struct RequestDescription: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`.
    package var verb: String
    /// Of which kind.
    package var resource: ResourceType
    /// Nil: the whole cluster.
    package var namespace: String?
    /// Nil: the whole collection.
    package var name: String?

    /// The rule of a Role that grants it.
    package var grantingRule: String {
        "{apiGroups: [\"\(resource.group)\"], resources: [\"\(resource.plural)\"], verbs: [\"\(verb)\"]}"
    }
}

extension RequestDescription: CustomStringConvertible {
    package var description: String {
        let place = namespace.map { "in namespace \"\($0)\"" } ?? "in all namespaces"
        let object = name.map { "\(resource.plural) \"\($0)\"" } ?? resource.plural
        return "\(verb) \(object) \(place)"
    }
}
