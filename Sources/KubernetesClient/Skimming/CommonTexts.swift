import Coordination

/// Texts that thousands of objects have in common, like keys of labels and times of creation: each is in memory once.
///
/// Each text has one place, by its hash, and takes it from the one that was there: what is met often is found there, and what is
/// met once is forgotten.
enum CommonTexts {
    /// Texts that are known at most.
    private static let places = 4096
    /// Bytes of texts that are shared: fewer a `String` holds in itself, more are nobody else's.
    private static let lengths = 16...256

    private static let known = Locked([String](repeating: "", count: places))

    /// The same text, in the same memory as others' if it was met lately.
    static func shared(_ text: String) -> String {
        known.withLock { shared(text, &$0) }
    }

    /// The same pairs, with such texts.
    static func sharing(_ pairs: [String: String]) -> [String: String] {
        known.withLock { known in
            Dictionary(uniqueKeysWithValues: pairs.map { (shared($0, &known), shared($1, &known)) })
        }
    }

    private static func shared(_ text: String, _ known: inout [String]) -> String {
        guard lengths.contains(text.utf8.count) else { return text }
        let place = Int(UInt(bitPattern: text.hashValue) % UInt(places))
        // Byte by byte: of two spellings of one letter each stays as it is.
        if !known[place].utf8.elementsEqual(text.utf8) { known[place] = text }
        return known[place]
    }
}
