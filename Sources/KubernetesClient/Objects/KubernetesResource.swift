/// A kind of object that the API server stores in a namespace.
package protocol KubernetesResource: Codable, Sendable {
    /// Its place in the API.
    static var resource: ResourceType { get }
    var metadata: ObjectMeta { get set }
}

/// The place of a kind in the API.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-uris
package struct ResourceType: Sendable, Hashable {
    /// The API group; empty for the core group.
    package var group: String
    package var version: String
    /// Lowercase, as in URLs and RBAC rules.
    package var plural: String
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
    package struct ListMeta: Codable, Sendable {
        /// The version that the whole list shows.
        package var resourceVersion: String?
        /// Where the next page begins; nil or empty on the last.
        package var `continue`: String?
    }

    package var metadata: ListMeta
    package var items: [Resource]?
}

extension ResourceList {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decodeIfPresent(ListMeta.self, forKey: .metadata) ?? ListMeta()
        items = try container.decodeIfPresent([Resource].self, forKey: .items)
    }
}
