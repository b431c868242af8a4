/// The version of one stored object, as the API server hands it out (`metadata.resourceVersion`).
///
/// Versions of one resource type compare as decimal integers of any length without leading zeros:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
package struct ObjectVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text as the API server sent it.
    package var rawValue: String

    package init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static func < (lhs: ObjectVersion, rhs: ObjectVersion) -> Bool {
        let (left, right) = (lhs.rawValue.utf8, rhs.rawValue.utf8)
        return left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }
}
