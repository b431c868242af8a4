/// Builds trees from events: anchors, aliases, merge keys, duplicate keys, limits.
///
/// A mistake that leaves the structure readable is noted, and the reading goes on; `throws` is for those that do not.
struct Composer {
    private let events: EventParser
    private let limits: YAMLLimits
    private var anchors: [String: YAMLNode] = [:]
    private var nodeCount = 0
    private var problems: [YAMLError] = []
    /// Items and entries of the collections that are open, so that each finished one is allocated once, in its size.
    private var openItems: [YAMLNode] = []
    private var openEntries: [YAMLEntry] = []

    /// Reads nothing yet.
    init(events: EventParser, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    /// All documents of the stream, up to the mistake that ends the reading.
    mutating func compose() -> YAMLReading {
        var reading = YAMLReading(documents: [])
        do throws(YAMLError) {
            while let root = try nextRoot() {
                reading.documents.append(.init(root: root, problems: problems))
                problems = []
            }
        } catch {
            reading.failure = error
            // What was found in the broken document belongs to the reading, too.
            if !problems.isEmpty {
                let empty = YAMLNode(content: .scalar(YAMLScalar("")), mark: problems[0].mark)
                reading.documents.append(.init(root: empty, problems: problems))
            }
        }
        return reading
    }

    /// The root of the next document; nil at the end of the stream.
    private mutating func nextRoot() throws(YAMLError) -> YAMLNode? {
        while true {
            let (event, mark) = try events.next()
            switch event {
            case .streamEnd: return nil
            case .documentStart: anchors = [:]
            case .documentEnd: break
            case .alias, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
                return try node(event, at: mark, depth: 0)
            }
        }
    }

    private mutating func node(
        _ event: EventParser.Event,
        at mark: YAMLMark,
        depth: Int
    ) throws(YAMLError) -> YAMLNode {
        if depth > limits.depth { throw YAMLError(.tooDeep(limit: limits.depth), at: mark) }
        switch event {
        case .alias(let name): return try alias(name, at: mark)
        case .scalar(let scalar): return try self.scalar(scalar, at: mark)
        case .sequenceStart(let anchor): return try sequence(at: mark, anchor: anchor, depth: depth)
        case .mappingStart(let anchor): return try mapping(at: mark, anchor: anchor, depth: depth)
        case .documentStart, .documentEnd, .sequenceEnd, .mappingEnd, .streamEnd:
            throw YAMLError(.syntax("unexpected end"), at: mark)
        }
    }

    private mutating func note(_ problem: YAMLError) {
        if problems.count < limits.problems { problems.append(problem) }
    }

    // MARK: Scalars and aliases

    private mutating func scalar(_ raw: EventParser.Scalar, at mark: YAMLMark) throws(YAMLError) -> YAMLNode {
        var scalar = YAMLScalar(raw.text, style: raw.style)
        if let tag = raw.tag {
            do throws(YAMLError) {
                scalar = try TaggedScalar.scalar(raw, tag: tag, at: mark)
            } catch {
                note(error)
            }
        }
        return try finished(YAMLNode(content: .scalar(scalar), mark: mark), anchor: raw.anchor)
    }

    private mutating func alias(_ name: String, at mark: YAMLMark) throws(YAMLError) -> YAMLNode {
        guard var node = anchors[name] else {
            note(YAMLError(.unknownAlias, at: mark))
            return YAMLNode(content: .scalar(YAMLScalar("*\(name)")), mark: mark)
        }
        node.aliasMark = mark
        try count(node.size, at: mark)
        return node
    }

    // MARK: Collections

    private mutating func sequence(
        at mark: YAMLMark,
        anchor: String?,
        depth: Int
    ) throws(YAMLError) -> YAMLNode {
        let start = openItems.count
        while true {
            let (event, itemMark) = try events.next()
            if case .sequenceEnd = event { break }
            openItems.append(try node(event, at: itemMark, depth: depth + 1))
        }
        let items = openItems.removeTail(from: start)
        let size = items.reduce(1) { $0 + $1.size }
        return try finished(YAMLNode(content: .sequence(items), mark: mark, size: size), anchor: anchor)
    }

    private mutating func mapping(
        at mark: YAMLMark,
        anchor: String?,
        depth: Int
    ) throws(YAMLError) -> YAMLNode {
        var builder = MappingBuilder(start: openEntries.count)
        while true {
            let (event, keyMark) = try events.next()
            if case .mappingEnd = event { break }
            let isMerge = if case .scalar(let key) = event { key.isMergeKey } else { false }
            let key = try node(event, at: keyMark, depth: depth + 1)
            let (valueEvent, valueMark) = try events.next()
            let value = try node(valueEvent, at: valueMark, depth: depth + 1)
            do throws(YAMLError) {
                if isMerge {
                    try builder.merge(value)
                } else {
                    try builder.insert(key: key, at: keyMark, value: value, into: &openEntries)
                }
            } catch {
                note(error)
            }
        }
        let entries = builder.finish(&openEntries)
        let size = entries.reduce(1) { $0 + 1 + $1.value.size }
        return try finished(YAMLNode(content: .mapping(entries), mark: mark, size: size), anchor: anchor)
    }

    private mutating func finished(_ node: YAMLNode, anchor: String?) throws(YAMLError) -> YAMLNode {
        try count(1, at: node.mark)
        if let anchor { anchors[anchor] = node }
        return node
    }

    private mutating func count(_ nodes: Int, at mark: YAMLMark) throws(YAMLError) {
        nodeCount += nodes
        if nodeCount > limits.nodes { throw YAMLError(.tooManyNodes(limit: limits.nodes), at: mark) }
    }
}

/// Counts lines that look like directives: libyaml compares every one of them with all before it.
enum DirectiveCount {
    /// The line, from 1, of the directive that is one too many; nil if there are no more than `limit`.
    static func firstLine(in bytes: [UInt8], above limit: Int) -> Int? {
        // Few texts have so many of these characters anywhere, and counting them takes hardly any time.
        if bytes.reduce(into: 0, { $0 &+= $1 == UInt8(ascii: "%") ? 1 : 0 }) <= limit { return nil }
        var (line, count) = (1, 0)
        var isLineStart = true
        for byte in bytes {
            if isLineStart, byte == UInt8(ascii: "%") {
                count += 1
                if count > limit { return line }
            }
            isLineStart = byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        return nil
    }
}
