/// Names of objects, as the API server takes them.
///
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
enum ObjectName {
    /// Whether a text can be the name of a pod, a Lease or a namespace: it goes into URLs, environments and lists.
    static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...253).contains(bytes.count) && isAlphanumeric(bytes.first) && isAlphanumeric(bytes.last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
    }

    private static func isAlphanumeric(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
