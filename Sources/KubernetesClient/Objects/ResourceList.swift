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
