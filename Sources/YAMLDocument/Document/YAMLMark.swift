/// A place in a YAML text.
package struct YAMLMark: Sendable, Hashable, Comparable, CustomStringConvertible {
    // Nodes are many: 32 bits hold every place of a text that is within the limits.
    private var storedLine: UInt32
    private var storedColumn: UInt32

    package init(line: Int, column: Int) {
        storedLine = UInt32(clamping: line)
        storedColumn = UInt32(clamping: column)
    }

    /// From 1.
    package var line: Int { Int(storedLine) }

    /// In characters (Unicode scalars), from 1.
    package var column: Int { Int(storedColumn) }

    /// `LINE:COLUMN`.
    package var description: String { "\(line):\(column)" }

    package static func < (lhs: YAMLMark, rhs: YAMLMark) -> Bool {
        (lhs.storedLine, lhs.storedColumn) < (rhs.storedLine, rhs.storedColumn)
    }
}
