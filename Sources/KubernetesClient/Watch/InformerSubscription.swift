/// Which objects may concern a subscriber; the others are not even looked at, so that thousands of subscribers cost each
/// event no more than one.
package enum InformerScope: Sendable, Hashable {
    /// The object of this name.
    case name(String)
    /// The objects that carry all of these labels; none: every object.
    case labels([String: String])

    /// Whether an object is in the scope.
    func contains(_ object: ObjectMeta) -> Bool {
        contains(name: object.name ?? "", labels: object.labels ?? [:])
    }

    /// Whether an object of this name and these labels is in the scope.
    func contains(name: String, labels: [String: String]) -> Bool {
        switch self {
        case .name(let wanted): name == wanted
        case .labels(let wanted): wanted.allSatisfy { labels[$0.key] == $0.value }
        }
    }

    /// The scopes that have everything that is in this one, itself included, as far as they are few.
    var covers: [InformerScope] {
        switch self {
        case .name: return [self, .labels([:])]
        case .labels(let labels) where labels.count > 6: return [self, .labels([:])]
        case .labels(let labels):
            return labels.reduce([[:]]) { subsets, label in
                subsets + subsets.map { $0.merging([label.key: label.value]) { $1 } }
            }.map(InformerScope.labels)
        }
    }
}

/// What an informer notifies a subscriber of.
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
    /// Of the collection.
    package var resourceVersion: String
    /// Whether the collection was read anew since the last snapshot, so that even an older version counts.
    package var isRelist: Bool
    /// Those that were deleted since the last snapshot, as they were last; the newest, `mostGone` at most, and none of which only a list
    /// told.
    package var gone: [Resource] = []

    /// The same without those that are gone, which are news once.
    package var ofThoseThere: Self {
        var snapshot = self
        snapshot.gone = []
        return snapshot
    }

    /// Objects that are gone, of which a snapshot tells at most.
    package static var mostGone: Int { 64 }
}
