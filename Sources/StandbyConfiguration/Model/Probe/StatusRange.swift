/// HTTP status codes that count as success: one code or a range.
package struct StatusRange: Sendable, Hashable {
    /// Codes 100...599.
    package var codes: ClosedRange<Int>

    package init(_ codes: ClosedRange<Int>) {
        self.codes = codes
    }

    /// Reads `200` or `200-399`; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let numbers = parts.compactMap {
            $0.utf8.count == 3 && $0.utf8.allSatisfy { (48...57).contains($0) } ? Int($0) : nil
        }
        guard numbers.count == parts.count, (1...2).contains(parts.count) else { return nil }
        let (low, high) = (numbers[0], numbers[parts.count - 1])
        guard low >= 100, high <= 599, low <= high else { return nil }
        codes = low...high
    }
}
