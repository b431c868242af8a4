/// A field that holds a number, or a share such as `25%`.
///
/// https://pkg.go.dev/k8s.io/apimachinery/pkg/util/intstr#IntOrString
enum IntOrPercent {
    /// The number that a field means.
    ///
    /// `total`: what shares are of. Nil for what is neither a number nor a share.
    static func value(_ field: JSONValue, of total: Int, roundsUp: Bool) -> Int? {
        if let number = field.int { return number }
        guard let share = share(field) else { return nil }
        let product = share.multipliedReportingOverflow(by: total)
        if product.overflow { return nil }
        return (product.partialValue + (roundsUp ? 99 : 0)) / 100
    }

    /// The number before the percent sign.
    private static func share(_ field: JSONValue) -> Int? {
        guard let text = field.string, text.hasSuffix("%"), let share = Int(text.dropLast()), share >= 0 else {
            return nil
        }
        return share
    }
}
