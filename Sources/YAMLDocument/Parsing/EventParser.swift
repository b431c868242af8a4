import CLibYAML

/// Turns libyaml's events into values; the only code that touches libyaml.
@safe final class EventParser {
    /// A scalar as it was written.
    struct Scalar {
        /// Quotes removed, escapes resolved.
        var text: String
        /// How it was written.
        var style: YAMLScalar.Style
        /// The explicit tag; nil if there is none.
        var tag: String?
        /// The anchor without its `&`; nil if there is none.
        var anchor: String?

        /// Whether the scalar, as a key, merges the value into its mapping.
        var isMergeKey: Bool { style == .plain && text == "<<" }
    }

    /// One step of the text.
    enum Event {
        /// A document begins, with or without `---`.
        case documentStart
        /// A document ends.
        case documentEnd
        /// An alias, without its `*`.
        case alias(String)
        /// A scalar, as a key, a value or an item.
        case scalar(Scalar)
        /// Items follow; the anchor without its `&`.
        case sequenceStart(anchor: String?)
        /// The innermost sequence ends.
        case sequenceEnd
        /// Keys and values follow in turn; the anchor without its `&`.
        case mappingStart(anchor: String?)
        /// The innermost mapping ends.
        case mappingEnd
        /// The text ends; nothing comes after it.
        case streamEnd
    }

    private let origin: YAMLMark
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// `origin`: the place of the first character.
    init(bytes: [UInt8], origin: YAMLMark) {
        self.origin = origin
        unsafe parser = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: bytes.count)
        _ = unsafe input.initialize(from: bytes)
        _ = unsafe yaml_parser_initialize(parser)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event and where it begins.
    func next() throws(YAMLError) -> (event: Event, mark: YAMLMark) {
        while true {
            var raw = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw error() }
            defer { unsafe yaml_event_delete(&raw) }
            let mark = unsafe YAMLMark(raw.start_mark, from: origin)
            if let event = unsafe event(raw) { return (event, mark) }
        }
    }

    private func event(_ raw: yaml_event_t) -> Event? {
        switch unsafe raw.type {
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias(unsafe string(raw.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT: .scalar(unsafe scalar(raw.data.scalar))
        case YAML_SEQUENCE_START_EVENT: .sequenceStart(anchor: unsafe string(raw.data.sequence_start.anchor))
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_START_EVENT: .mappingStart(anchor: unsafe string(raw.data.mapping_start.anchor))
        case YAML_MAPPING_END_EVENT: .mappingEnd
        case YAML_STREAM_END_EVENT: .streamEnd
        default: nil
        }
    }

    private func scalar(_ raw: yaml_event_t.__Unnamed_union_data.__Unnamed_struct_scalar) -> Scalar {
        let content = unsafe UnsafeBufferPointer(start: raw.value, count: raw.length)
        return Scalar(
            text: unsafe String(decoding: content, as: UTF8.self),
            style: unsafe YAMLScalar.Style(raw.style),
            tag: unsafe string(raw.tag),
            anchor: unsafe string(raw.anchor)
        )
    }

    private func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let pointer = unsafe pointer else { return nil }
        return unsafe String(cString: pointer)
    }

    private func error() -> YAMLError {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "unreadable"
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) + ", " } ?? ""
        let mark = unsafe YAMLMark(parser.pointee.problem_mark, from: origin)
        return YAMLError(.syntax(context + problem), at: mark)
    }
}

extension YAMLScalar.Style {
    fileprivate init(_ style: yaml_scalar_style_t) {
        switch style {
        case YAML_PLAIN_SCALAR_STYLE: self = .plain
        case YAML_LITERAL_SCALAR_STYLE: self = .literal
        case YAML_FOLDED_SCALAR_STYLE: self = .folded
        default: self = .quoted
        }
    }
}

extension YAMLMark {
    /// libyaml counts lines and columns from 0.
    fileprivate init(_ mark: yaml_mark_t, from origin: YAMLMark) {
        self.init(line: mark.line + origin.line, column: mark.column + origin.column)
    }
}

/// Finds where a text stops being UTF-8: libyaml would accept UTF-16 by its byte order mark, and our files are UTF-8.
enum InvalidUTF8 {
    /// The line, from 1, of the first byte sequence that is not UTF-8; nil if the whole text is.
    static func firstLine(in bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var line = 1
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue("\n"): line += 1
            case .scalarValue: break
            case .emptyInput, .error: return line
            }
        }
    }
}
