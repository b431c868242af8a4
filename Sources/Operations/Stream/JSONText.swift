import Foundation

/// JSON as this port writes it: on one line, the fields sorted, so that what is equal looks equal.
enum JSONText {
    /// The text of a value; nil: it cannot be written.
    static func of(_ value: some Encodable) -> String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
    }
}
