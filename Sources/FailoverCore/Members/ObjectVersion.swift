/// The version of one stored object, as the API server hands it out (`metadata.resourceVersion`).
///
/// Versions of one resource type compare as decimal integers of any length without leading zeros; a text that is none is
/// older than every number, so that it cannot stand in the way of a newer object:
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
package struct ObjectVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text as the API server sent it.
    package var rawValue: String

    /// Takes any text; one that is no decimal integer is older than every number.
    package init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    package var description: String { rawValue }

    package static func < (lhs: ObjectVersion, rhs: ObjectVersion) -> Bool {
        let (left, right) = (lhs.rawValue.utf8, rhs.rawValue.utf8)
        let isNumber = (isDecimal(left), isDecimal(right))
        if isNumber.0 != isNumber.1 { return isNumber.1 }
        return left.count == right.count ? left.lexicographicallyPrecedes(right) : left.count < right.count
    }

    private static func isDecimal(_ text: String.UTF8View) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x30...0x39).contains($0) }
    }
}
