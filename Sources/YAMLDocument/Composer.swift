/// Builds trees from events: anchors, aliases, merge keys, duplicate keys, limits.
struct Composer {
    private let events: EventParser
    private let limits: YAMLLimits
    private var anchors: [String: YAMLNode] = [:]
    private var nodeCount = 0

    init(events: EventParser, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    /// All documents of the stream.
    mutating func compose() throws(YAMLError) -> [YAMLNode] {
        var documents: [YAMLNode] = []
        while true {
            let (event, mark) = try events.next()
            switch event {
            case .streamEnd: return documents
            case .documentStart: anchors = [:]
            case .documentEnd: break
            case .alias, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
                documents.append(try node(event, at: mark, depth: 0))
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

    // MARK: Scalars and aliases

    private mutating func scalar(_ raw: EventParser.Scalar, at mark: YAMLMark) throws(YAMLError) -> YAMLNode {
        let node = YAMLNode(content: .scalar(try resolve(raw, at: mark)), mark: mark, size: 1)
        return try finished(node, anchor: raw.anchor)
    }

    private func resolve(_ raw: EventParser.Scalar, at mark: YAMLMark) throws(YAMLError) -> YAMLScalar {
        guard let tag = raw.tag else {
            return raw.isPlain ? YAMLScalar(plain: raw.text) : YAMLScalar(value: .string(raw.text), text: raw.text)
        }
        guard let value = try TaggedScalar.value(of: raw.text, tag: tag, at: mark) else {
            throw YAMLError(.doesNotFitTag(tag, text: raw.text), at: mark)
        }
        return YAMLScalar(value: value, text: raw.text)
    }

    private mutating func alias(_ name: String, at mark: YAMLMark) throws(YAMLError) -> YAMLNode {
        guard var node = anchors[name] else { throw YAMLError(.unknownAlias(name), at: mark) }
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
        var items: [YAMLNode] = []
        while true {
            let (event, itemMark) = try events.next()
            if case .sequenceEnd = event { break }
            items.append(try node(event, at: itemMark, depth: depth + 1))
        }
        let size = items.reduce(1) { $0 + $1.size }
        return try finished(YAMLNode(content: .sequence(items), mark: mark, size: size), anchor: anchor)
    }

    private mutating func mapping(
        at mark: YAMLMark,
        anchor: String?,
        depth: Int
    ) throws(YAMLError) -> YAMLNode {
        var builder = MappingBuilder()
        while true {
            let (event, keyMark) = try events.next()
            if case .mappingEnd = event { break }
            let isPlainMerge = if case .scalar(let key) = event { key.isPlain && key.text == "<<" } else { false }
            let key = try node(event, at: keyMark, depth: depth + 1)
            let (valueEvent, valueMark) = try events.next()
            let value = try node(valueEvent, at: valueMark, depth: depth + 1)
            if isPlainMerge {
                try builder.merge(value, at: keyMark)
            } else {
                try builder.insert(key: key, at: keyMark, value: value)
            }
        }
        let entries = builder.entries
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
