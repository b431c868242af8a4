/// One change that a watch delivers.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
package enum WatchEvent<Resource: KubernetesResource>: Sendable {
    /// It was created, or selected from now on.
    case added(Resource)
    /// It changed.
    case modified(Resource)
    /// The object is gone or, with a selector, no longer selected; it is shown as it was.
    case deleted(Resource)
    /// Nothing changed up to this version.
    case bookmark(resourceVersion: String)
    /// The watch is over.
    case error(APIStatus)
}

extension WatchEvent: Decodable {
    private enum Key: String, CodingKey {
        case type
        case object
    }

    /// The object of a bookmark has no other fields.
    private struct Bookmark: Decodable {
        var metadata: ObjectMeta?
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let type = try container.decode(String.self, forKey: .type)
        switch type {
        case "ADDED": self = .added(try container.decode(Resource.self, forKey: .object))
        case "MODIFIED": self = .modified(try container.decode(Resource.self, forKey: .object))
        case "DELETED": self = .deleted(try container.decode(Resource.self, forKey: .object))
        case "ERROR": self = .error(try container.decode(APIStatus.self, forKey: .object))
        default:
            // An unknown type that carries a version says no more than a bookmark does.
            let bookmark = try container.decode(Bookmark.self, forKey: .object)
            self = .bookmark(resourceVersion: bookmark.metadata?.resourceVersion ?? "")
        }
    }
}
