/// Labels or annotations as they are kept: a short list takes half the memory of a dictionary, and thousands of pods are looked at
/// seldom.
struct TextPairs: Sendable, Hashable {
    private struct Pair: Sendable, Hashable {
        var key: String
        var value: String
    }

    private enum Contents: Sendable, Hashable {
        /// In the order of keys, each of which is there once.
        case few([Pair])
        /// To make a list of them, or a dictionary of the list, would take too long each time.
        case many([String: String])
    }

    /// The longest list.
    private static let mostInList = 16

    private let contents: Contents

    /// The same pairs.
    init(_ dictionary: [String: String]) {
        guard dictionary.count <= Self.mostInList else {
            contents = .many(dictionary)
            return
        }
        var pairs = dictionary.map { Pair(key: $0, value: $1) }
        pairs.sort { $0.key < $1.key }
        contents = .few(pairs)
    }

    /// The same pairs, to be looked up and changed.
    var dictionary: [String: String] {
        switch contents {
        case .few(let pairs): Dictionary(uniqueKeysWithValues: pairs.map { ($0.key, $0.value) })
        case .many(let dictionary): dictionary
        }
    }

    /// All texts, in an order that equal pairs have in common.
    var texts: [String] {
        switch contents {
        case .few(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .many(let dictionary): dictionary.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        }
    }
}

extension TextPairs: Codable {
    init(from decoder: any Decoder) throws {
        self.init(CommonTexts.sharing(try [String: String](from: decoder)))
    }

    func encode(to encoder: any Encoder) throws {
        try dictionary.encode(to: encoder)
    }
}
