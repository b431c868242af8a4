/// Finds where a text stops being UTF-8: libyaml would accept UTF-16 by its byte order mark, and our files are UTF-8.
enum InvalidUTF8 {
    /// The line, from 1, of the first byte sequence that is not UTF-8; nil if the whole text is.
    static func firstLine(in bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var line = 1
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue("\n"): line += 1
            case .scalarValue: break
            case .emptyInput, .error: return line
            }
        }
    }
}
