/// Names of objects, as the API server takes them.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
package enum ObjectName {
    /// Bytes that a name has at most.
    static let longest = 253
    /// Bytes that a namespace's has.
    static let longestNamespace = 63

    /// Whether a text can be the name of a pod, a Lease or a ServiceAccount: it goes into URLs, environments and lists.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...longest).contains(bytes.count) && isAlphanumeric(bytes.first) && isAlphanumeric(bytes.last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    /// Whether a text can be the name of a namespace, which has no dots.
    package static func isNamespace(_ text: String) -> Bool {
        isValid(text) && text.utf8.count <= longestNamespace && !text.contains(".")
    }

    private static func isAlphanumeric(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
