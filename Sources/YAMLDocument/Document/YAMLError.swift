/// What is wrong with a YAML text, and where.
package struct YAMLError: Error, Sendable, Hashable {
    /// The mistake; words are in `description`.
    package enum Reason: Sendable, Hashable {
        /// libyaml's own words.
        case syntax(String)
        case tooLarge(bytes: Int, limit: Int)
        case tooDeep(limit: Int)
        case tooManyNodes(limit: Int)
        case tooManyDirectives(limit: Int)
        case notUTF8
        case unknownAlias(String)
        case duplicateKey(String, first: YAMLMark)
        case keyIsNotAString
        case mergeOfNoMapping
        case unsupportedTag(String)
        case doesNotFitTag(String, text: String)
        case noDocument
        case severalDocuments
    }

    package var reason: Reason
    package var mark: YAMLMark

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
        case .unknownAlias(let name): "alias \"*\(name)\" has no anchor before it"
        case .duplicateKey(let key, let first): "key \"\(key)\" is given twice; the first is at line \(first.line)"
        case .keyIsNotAString: "a key must be a plain or quoted string"
        case .mergeOfNoMapping: "a merge key (\"<<\") takes a mapping or a list of mappings"
        case .unsupportedTag(let tag): "tag \"\(tag)\" is not supported; YAML's core types are"
        case .doesNotFitTag(let tag, let text): "\"\(text)\" is no value of tag \"\(tag)\""
        case .noDocument: "the file holds no document"
        case .severalDocuments: "the file holds more than one document; exactly one is read"
        }
    }
}
