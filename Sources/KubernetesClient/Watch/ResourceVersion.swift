/// The order of resource versions: decimal integers of any length without leading zeros.
///
/// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
enum ResourceVersion {
    /// Whether `left` is older than `right`; an absent version is older than any.
    static func isOlder(_ left: String?, than right: String?) -> Bool {
        let (a, b) = (Array((left ?? "").utf8), Array((right ?? "").utf8))
        return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }
}
