/// The documents of a YAML text as trees of nodes.
///
/// The text is read whole by libyaml's event interface; anchors, aliases and merge keys are resolved, duplicate keys are
/// refused, and size, depth and expansion are bounded.
package enum YAMLDocument {
    /// Reads a text and every mistake in it, as far as it can be read.
    ///
    /// `origin`: where the text begins in the text that it is a part of; marks are those of the latter.
    package static func read(
        _ bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits(),
        origin: YAMLMark = YAMLMark(line: 1, column: 1)
    ) -> YAMLReading {
        if bytes.count > limits.bytes {
            let error = YAMLError(.tooLarge(bytes: bytes.count, limit: limits.bytes), at: origin)
            return YAMLReading(documents: [], failure: error)
        }
        if let line = InvalidUTF8.firstLine(in: bytes) {
            return YAMLReading(documents: [], failure: YAMLError(.notUTF8, at: YAMLMark(line: line, column: 1)))
        }
        if let line = DirectiveCount.firstLine(in: bytes, above: limits.directives) {
            let error = YAMLError(.tooManyDirectives(limit: limits.directives), at: YAMLMark(line: line, column: 1))
            return YAMLReading(documents: [], failure: error)
        }
        var composer = Composer(events: EventParser(bytes: bytes, origin: origin), limits: limits)
        return composer.compose()
    }

    /// Reads a text that must hold exactly one document.
    package static func parse(_ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> YAMLNode {
        let documents = try parseStream(bytes, limits: limits)
        guard let first = documents.first else {
            throw YAMLError(.noDocument, at: YAMLMark(line: 1, column: 1))
        }
        if documents.count > 1 { throw YAMLError(.severalDocuments, at: documents[1].mark) }
        return first
    }

    /// Reads a text that may hold any number of documents; throws its first mistake.
    package static func parseStream(
        _ bytes: [UInt8],
        limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> [YAMLNode] {
        let reading = read(bytes, limits: limits)
        if let problem = reading.documents.lazy.flatMap(\.problems).first ?? reading.failure { throw problem }
        return reading.documents.map(\.root)
    }
}

/// Bounds on a YAML text, so that a hostile one costs bounded time and memory.
package struct YAMLLimits: Sendable, Hashable {
    /// Bytes of text.
    package var bytes = 16 * 1024 * 1024
    /// Collections inside collections.
    package var depth = 64
    /// Nodes of a text, aliases expanded.
    package var nodes = 1_000_000
    /// Lines that begin with `%`, as directives do.
    package var directives = 1000
    /// Mistakes of a document that are listed.
    package var problems = 1000

    /// The usual bounds.
    package init() {}
}

/// What a YAML text holds, and every mistake found in it.
package struct YAMLReading: Sendable {
    /// One document of the text.
    package struct Document: Sendable {
        /// An empty scalar if the document broke off.
        package var root: YAMLNode
        /// Mistakes that do not keep the rest from being read, in file order; at most `YAMLLimits.problems`.
        package var problems: [YAMLError]
    }

    /// The documents that could be read to their end.
    package var documents: [Document]
    /// The mistake that ended the reading; nil if the text was read to its end.
    package var failure: YAMLError?
}
