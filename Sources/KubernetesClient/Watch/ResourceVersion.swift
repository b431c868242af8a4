/// The order of resource versions: decimal integers of any length without leading zeros; a text that is none is older than
/// every number, so that it cannot stand in the way of a newer object.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
enum ResourceVersion {
    /// Whether `left` is older than `right`; an absent version is older than any.
    static func isOlder(_ left: String?, than right: String?) -> Bool {
        let (a, b) = (Array((left ?? "").utf8), Array((right ?? "").utf8))
        let isNumber = (isDecimal(a), isDecimal(b))
        if isNumber.0 != isNumber.1 { return isNumber.1 }
        return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }

    private static func isDecimal(_ text: [UInt8]) -> Bool {
        !text.isEmpty && text.allSatisfy { (0x30...0x39).contains($0) }
    }
}
