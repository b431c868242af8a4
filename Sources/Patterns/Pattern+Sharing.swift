import Foundation

extension Pattern {
    /// The patterns in use, by text: thousands of groups share one through `defaults`.
    private final class Shelf: @unchecked Sendable {
        /// One that nobody uses any more is gone.
        private struct Entry {
            weak var pattern: Pattern?
        }

        private let lock = NSLock()
        private var entries: [String: Entry] = [:]
        /// Entries at which those are looked for that are gone.
        private var pruningSize = 64

        func pattern(_ text: String) -> Pattern? {
            lock.withLock { entries[text]?.pattern }
        }

        func add(_ pattern: Pattern) {
            lock.withLock {
                if entries.count >= pruningSize {
                    entries = entries.filter { $0.value.pattern != nil }
                    pruningSize = max(64, entries.count * 2)
                }
                entries[pattern.text] = Entry(pattern: pattern)
            }
        }
    }

    private static let shelf = Shelf()

    /// The pattern of that text: the one in use, or a new one.
    package static func shared(_ text: String) throws(PatternError) -> Pattern {
        if let known = shelf.pattern(text) { return known }
        let pattern = try Pattern(text)
        shelf.add(pattern)
        return pattern
    }
}
