/// Counts lines that look like directives: libyaml compares every one of them with all before it.
enum DirectiveCount {
    /// The line, from 1, of the directive that is one too many; nil if there are no more than `limit`.
    static func firstLine(in bytes: [UInt8], above limit: Int) -> Int? {
        // Few texts have so many of these characters anywhere, and counting them takes hardly any time.
        if bytes.reduce(into: 0, { $0 &+= $1 == UInt8(ascii: "%") ? 1 : 0 }) <= limit { return nil }
        var (line, count) = (1, 0)
        var isLineStart = true
        for byte in bytes {
            if isLineStart, byte == UInt8(ascii: "%") {
                count += 1
                if count > limit { return line }
            }
            isLineStart = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        return nil
    }
}
