/// The documents of a YAML text as trees of nodes.
///
/// The text is read whole by libyaml's event interface; anchors, aliases and merge keys are resolved, duplicate keys are
/// refused, and size, depth and expansion are bounded.
package enum YAMLDocument {
    /// Reads a text that must hold exactly one document.
    package static func parse(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
        let documents = try parseStream(bytes, limits: limits)
        guard let first = documents.first else {
            throw YAMLError(.noDocument, at: YAMLMark(line: 1, column: 1))
        }
        if documents.count > 1 { throw YAMLError(.severalDocuments, at: documents[1].mark) }
        return first
    }

    /// Reads a text that may hold any number of documents.
    package static func parseStream(
        _ bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> [YAMLNode] {
        let start = YAMLMark(line: 1, column: 1)
        if bytes.count > limits.bytes {
            throw YAMLError(.tooLarge(bytes: bytes.count, limit: limits.bytes), at: start)
        }
        if let line = InvalidUTF8.firstLine(in: bytes) {
            throw YAMLError(.notUTF8, at: YAMLMark(line: line, column: 1))
        }
        let events = EventParser(bytes: bytes)
        var composer = Composer(events: events, limits: limits)
        return try composer.compose()
    }
}
