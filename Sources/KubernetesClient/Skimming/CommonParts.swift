import Coordination

/// Parts that objects of one workload have in common, like the containers of its pods: each is in memory once.
///
/// As with `CommonTexts` a part has one place, by its hash. A workload's objects come one after the other, so few places do; what
/// is large is not kept for others, so that little is kept that nobody has any more.
struct CommonParts<Part: Hashable & Sendable>: Sendable {
    /// Parts that are known at most.
    private static var places: Int { 64 }
    /// Bytes of texts in a part that is shared.
    private static var mostBytes: Int { 4096 }

    private let known = Locked([Part?](repeating: nil, count: places))
    private let texts: @Sendable (Part) -> [String]

    /// `texts`: of a part, in an order that equal parts have in common.
    init(texts: @escaping @Sendable (Part) -> [String]) {
        self.texts = texts
    }

    /// The same part, in the same memory as others' if it was met lately.
    func shared(_ part: Part) -> Part {
        let own = texts(part)
        guard own.reduce(0, { $0 + $1.utf8.count }) <= Self.mostBytes else { return part }
        let place = Int(UInt(bitPattern: part.hashValue) % UInt(Self.places))
        return known.withLock { known in
            if let other = known[place], other == part, isSpelled(texts(other), own) { return other }
            known[place] = part
            return part
        }
    }

    /// Byte by byte: of two spellings of one letter each stays as it is.
    private func isSpelled(_ texts: [String], _ others: [String]) -> Bool {
        texts.elementsEqual(others) { $0.utf8.elementsEqual($1.utf8) }
    }
}

extension Pod {
    /// The containers of all pods.
    static let commonContainers = containersInCommon()

    /// None is known.
    static func containersInCommon() -> CommonParts<[Container]> {
        CommonParts { containers in
            containers.flatMap { container in
                [container.name, container.restartPolicy ?? ""] + (container.ports ?? []).map { $0.name ?? "" }
                    + (container.env ?? []).flatMap { [$0.name, $0.value ?? ""] }
            }
        }
    }
}

extension ObjectMeta {
    /// The labels of all objects.
    static let commonLabels = CommonParts<TextPairs>(texts: \.texts)
}
