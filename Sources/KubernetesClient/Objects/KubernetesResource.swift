/// A kind of object that the API server stores in a namespace.
package protocol KubernetesResource: Codable, Sendable {
    /// Its place in the API.
    static var resource: ResourceType { get }
    /// What it says of itself.
    var metadata: ObjectMeta { get set }
}

/// The place of a kind in the API.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
package struct ResourceType: Sendable, Hashable {
    /// The API group; empty for the core group.
    package var group: String
    /// Of the group, like `v1`.
    package var version: String
    /// Lowercase, as in URLs and RBAC rules.
    package var plural: String
    /// As objects name it, like `Pod`.
    package var kind: String

    /// `apiVersion` in objects.
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// The path of a namespace's collection, or of the cluster's if `namespace` is nil.
    package func path(namespace: String?) -> String {
        let root = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
        return namespace.map { "\(root)/namespaces/\($0)/\(plural)" } ?? "\(root)/\(plural)"
    }
}

/// A collection as it is listed.
package struct ResourceList<Resource: KubernetesResource>: Codable, Sendable {
    /// What a list says of itself.
    package struct ListMeta: Codable, Sendable {
        /// The version that the whole list shows.
        package var resourceVersion: String?
        /// Where the next page begins; nil or empty on the last.
        package var `continue`: String?
    }

    /// What it says of itself.
    package var metadata: ListMeta
    /// Nil or empty: there are none.
    package var items: [Resource]?
}

extension ResourceList {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decodeIfPresent(ListMeta.self, forKey: .metadata) ?? ListMeta()
        items = try container.decodeIfPresent([Resource].self, forKey: .items)
    }
}

// MARK: What is left out

/// What an API server leaves out because it is empty.
///
/// Kubernetes marks most fields `omitempty`: an empty text, list or object, a 0 and a false are not sent, and a list may come
/// as null. https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
protocol Omissible: Decodable {
    /// What the absence of a field means.
    init()
}

extension String: Omissible {}
extension Bool: Omissible {}
extension Array: Omissible where Element: Decodable {}
extension ObjectMeta: Omissible {}

extension KeyedDecodingContainer {
    /// The value of a field; its empty value if the server left it out, or sent null.
    func omissible<Value: Omissible>(_ key: Key) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? Value()
    }

    /// The whole number of a field that is an int32 in Kubernetes; nil if there is none, or none that fits.
    ///
    /// A number that no API server can have stored must not hide the object, and with it the whole list.
    func int32(_ key: Key) -> Int? {
        guard let number = try? decodeIfPresent(Double.self, forKey: key) else { return nil }
        return Int32(exactly: number).map { Int($0) }
    }
}
