/// What an informer tells a subscriber.
package enum InformerEvent<Resource: KubernetesResource>: Sendable {
    /// All objects that the subscriber selects, as of a version of the collection.
    case snapshot(InformerSnapshot<Resource>)
    /// The API server answers again after a failure.
    case recovered
    /// The collection cannot be read; the snapshot stays as it was.
    case failing(KubernetesError)
}

/// A subscriber's objects as of one version of the collection.
package struct InformerSnapshot<Resource: KubernetesResource>: Sendable {
    /// By name.
    package var objects: [Resource]
    package var resourceVersion: String
    /// Whether the collection was read anew since the last snapshot, so that even an older version counts.
    package var isRelist: Bool
}
