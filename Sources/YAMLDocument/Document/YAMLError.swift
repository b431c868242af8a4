/// What is wrong with a YAML text, and where; no value of it is told, for it may be a secret.
package struct YAMLError: Error, Sendable, Hashable {
    /// The mistake; words are in `description`.
    package enum Reason: Sendable, Hashable {
        /// libyaml's own words.
        case syntax(String)
        /// The text has more bytes than are read.
        case tooLarge(bytes: Int, limit: Int)
        /// Collections are nested deeper than `YAMLLimits.depth`.
        case tooDeep(limit: Int)
        /// More nodes than `YAMLLimits.nodes` once aliases are expanded.
        case tooManyNodes(limit: Int)
        /// More lines that begin with `%` than `YAMLLimits.directives`.
        case tooManyDirectives(limit: Int)
        /// Bytes that are no UTF-8; the mark names the line, its column is 1.
        case notUTF8
        /// An alias that no anchor precedes, or a text that begins as one does.
        case unknownAlias
        /// A key that stands in the mapping already; `first`: where.
        case duplicateKey(String, first: YAMLMark)
        /// A key that is a collection.
        case keyIsNotAString
        /// The value of `<<` is no mapping and no list of mappings.
        case mergeOfNoMapping
        /// A tag that is none of the core schema's, or a text that begins as one does.
        case unsupportedTag
        /// A text that is no value of this explicit tag.
        case doesNotFitTag(String)
        /// Only where exactly one document is read: there is none.
        case noDocument
        /// Only where exactly one document is read: there are more.
        case severalDocuments
    }

    /// What is wrong.
    package var reason: Reason
    /// Where it is.
    package var mark: YAMLMark

    /// A mistake at a place.
    package init(_ reason: Reason, at mark: YAMLMark) {
        self.reason = reason
        self.mark = mark
    }
}

extension YAMLError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .syntax(let words): "not valid YAML: \(words)"
        case .tooLarge(let bytes, let limit): "the file has \(bytes) bytes; at most \(limit) are read"
        case .tooDeep(let limit): "collections are nested deeper than \(limit)"
        case .tooManyNodes(let limit): "the document has more than \(limit) nodes once its aliases are expanded"
        case .tooManyDirectives(let limit): "more than \(limit) lines begin with \"%\", as directives do"
        case .notUTF8: "the file is not UTF-8"
        case .unknownAlias: "an alias has no anchor before it; a text that begins with \"*\" must be quoted"
        case .duplicateKey(let key, let first):
            "key \"\(KeyText.shown(key))\" is given twice; the first is at line \(first.line)"
        case .keyIsNotAString: "a key must be a plain or quoted string"
        case .mergeOfNoMapping: "a merge key (\"<<\") takes a mapping or a list of mappings"
        case .unsupportedTag:
            "a tag is not supported; YAML's core types are, and a text that begins with \"!\" must be quoted"
        case .doesNotFitTag(let tag): "the value is none of tag \"\(tag)\""
        case .noDocument: "the file holds no document"
        case .severalDocuments: "the file holds more than one document; exactly one is read"
        }
    }
}
