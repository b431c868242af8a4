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
