/// A merge patch that replaces all endpoints and ports of exactly one version of one EndpointSlice.
///
/// Lists are replaced as a whole; labels and annotations that it does not name stay as they are.
/// https://www.rfc-editor.org/rfc/rfc7386
package struct EndpointSlicePatch: Encodable, Sendable, Hashable {
    /// What changes of the metadata, and for which version.
    package struct Metadata: Encodable, Sendable, Hashable {
        /// The condition that it is the same object; nil if the server said none.
        package var uid: String?
        /// The condition that nobody wrote it since.
        package var resourceVersion: String?
        /// Values to be set.
        package var labels: [String: String]
        /// Values to be set.
        package var annotations: [String: String]
        /// All of them, those that others set included.
        package var ownerReferences: [ObjectMeta.OwnerReference]
    }

    /// What changes of the metadata.
    package var metadata: Metadata
    /// All of them.
    package var endpoints: [EndpointSlice.Endpoint]
    /// All of them.
    package var ports: [EndpointSlice.Port]

    /// Makes of a stored slice what is wanted; owners that others set stay, but for other objects of the wanted owners' kinds.
    package init(replacing stored: EndpointSlice, by wanted: EndpointSlice) {
        let owners = wanted.metadata.ownerReferences ?? []
        let others = (stored.metadata.ownerReferences ?? []).filter { other in
            !owners.contains { $0.apiVersion == other.apiVersion && $0.kind == other.kind }
        }
        metadata = Metadata(
            uid: stored.metadata.uid,
            resourceVersion: stored.metadata.resourceVersion,
            labels: wanted.metadata.labels ?? [:],
            annotations: wanted.metadata.annotations ?? [:],
            ownerReferences: others + owners
        )
        endpoints = wanted.endpoints ?? []
        ports = wanted.ports ?? []
    }
}
