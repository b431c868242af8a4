/// A node of a YAML document, with the place it was written at.
package struct YAMLNode: Sendable, Hashable {
    /// What the node holds.
    package enum Content: Sendable, Hashable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        /// In the order written; merge keys are resolved, and keys are unique.
        case mapping([YAMLEntry])
    }

    package var content: Content
    /// Where the node begins; for an aliased node where its anchor stands.
    package var mark: YAMLMark
    /// Where the alias stands through which the node came here; nil if it was written in place.
    package var aliasMark: YAMLMark?
    /// Nodes in this subtree, itself included, aliases expanded.
    var size: Int

    package init(content: Content, mark: YAMLMark, aliasMark: YAMLMark? = nil) {
        self.init(content: content, mark: mark, aliasMark: aliasMark, size: 1)
    }

    init(content: Content, mark: YAMLMark, aliasMark: YAMLMark? = nil, size: Int) {
        self.content = content
        self.mark = mark
        self.aliasMark = aliasMark
        self.size = size
    }

    /// The value under `key`; nil if this is no mapping or has no such key.
    package subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The node's scalar; nil for a collection.
    package var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The text of a string scalar; nil for anything else.
    package var string: String? { scalar?.string }

    /// The items of a sequence; nil for anything else.
    package var sequence: [YAMLNode]? {
        if case .sequence(let items) = content { items } else { nil }
    }

    /// The entries of a mapping; nil for anything else.
    package var mapping: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }
}

/// A key and its value in a mapping.
package struct YAMLEntry: Sendable, Hashable {
    package var key: String
    /// Where the key stands.
    package var keyMark: YAMLMark
    package var value: YAMLNode

    package init(key: String, keyMark: YAMLMark, value: YAMLNode) {
        self.key = key
        self.keyMark = keyMark
        self.value = value
    }
}
