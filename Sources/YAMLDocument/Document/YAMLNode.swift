/// A node of a YAML document, with the place it was written at.
package struct YAMLNode: Sendable, Hashable {
    /// What the node holds.
    package enum Content: Sendable, Hashable {
        /// A text that is resolved when it is asked for.
        case scalar(YAMLScalar)
        /// In the order written.
        case sequence([YAMLNode])
        /// In the order written; merge keys are resolved, and keys are unique.
        case mapping([YAMLEntry])
    }

    /// What the node holds, aliases resolved.
    package var content: Content
    /// Where the node begins; for an aliased node where its anchor stands.
    package var mark: YAMLMark
    /// The alias's place, or line 0: half the size of an optional.
    private var storedAliasMark = YAMLMark(line: 0, column: 0)
    /// Nodes in this subtree, itself included, aliases expanded; at most `YAMLLimits.nodes`.
    private var storedSize: UInt32

    /// A node that counts as one, whatever it holds.
    package init(content: Content, mark: YAMLMark) {
        self.init(content: content, mark: mark, size: 1)
    }

    /// `size`: nodes in the subtree, the node itself included.
    init(content: Content, mark: YAMLMark, size: Int) {
        self.content = content
        self.mark = mark
        storedSize = UInt32(clamping: size)
    }

    /// Where the alias stands through which the node came here; nil if it was written in place.
    package var aliasMark: YAMLMark? {
        get { storedAliasMark.line == 0 ? nil : storedAliasMark }
        set { storedAliasMark = newValue ?? YAMLMark(line: 0, column: 0) }
    }

    /// Nodes in this subtree, itself included, aliases expanded.
    package var size: Int { Int(storedSize) }

    /// The value under `key`; nil if this is no mapping or has no such key.
    @inlinable
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        for index in entries.indices where entries[index].key == key { return entries[index].value }
        return nil
    }

    /// The node's scalar; nil for a collection.
    @inlinable package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The text of a string scalar; nil for anything else.
    @inlinable package var string: String? { scalar?.string }

    /// The items of a sequence; nil for anything else.
    @inlinable package var sequence: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entries of a mapping; nil for anything else.
    @inlinable package var mapping: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }
}

/// A key and its value in a mapping.
package struct YAMLEntry: Sendable, Hashable {
    /// The key's text.
    package var key: String
    /// Where the key stands.
    package var keyMark: YAMLMark
    /// What the key stands for.
    package var value: YAMLNode

    /// An entry that was written, or merged, into a mapping.
    package init(key: String, keyMark: YAMLMark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}

/// A place in a YAML text.
package struct YAMLMark: Sendable, Hashable, Comparable, CustomStringConvertible {
    // Nodes are many: 32 bits hold every place of a text that is within the limits.
    private var storedLine: UInt32
    private var storedColumn: UInt32

    /// Both count from 1.
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
