import Repeatable

/// Makes inputs: a text of the corpus, changed in a few places at random.
struct Mutator {
    /// Words of the format and of YAML, and what is known to hurt parsers.
    private static let tokens: [[UInt8]] =
        [
            "groups:\n", "- name: ", "defaults:\n", "probe: ", "{httpGet: {port: 1}}", "timeoutSeconds: ", "<<: *a",
            "&a ",
            "*a", "[", "]", "{", "}", ": ", "- ", "? ", "|\n", ">\n", "\n", "  ", "\t", "---\n", "...\n", "%YAML 1.2\n",
            "%TAG ! x\n", "!!int ", "!!binary ", "!", "\"", "'", "#", "\\", "null", "~", "true", "yes", ".inf", ".nan",
            "-1", "0", "1e999", "0x7fffffffffffffffffff", "99999999999999999999", "0.1", "3600", "kind: ConfigMap\n",
            "data:\n", "kind: List\n", "items:\n", "priorities: [{pod: a, priority: 1}]\n", "matchLabels: {a: b}",
            "expectedBody: \"((((\"\n", "expectedBody: '[a-'\n", "(?<x>a)|\\k<x>", "\u{FEFF}", "\r\n", "\r", "\u{85}",
            "\u{2028}", "\u{0}", "\u{1B}[31m", "😀", "passive: null", "failover: {order: PromoteFirst}\n",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x00, 0x00]]

    private static let longest = 64 * 1024

    private let corpus: [[UInt8]]
    private let seed: UInt64

    /// `corpus`: what is changed; the same `seed` gives the same inputs.
    init(corpus: [[UInt8]], seed: UInt64) {
        self.corpus = corpus
        self.seed = seed
    }

    /// Another text, changed in one place.
    func changed(_ text: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var text = text
        change(&text, &random)
        return text
    }

    /// The input of that number.
    func input(_ number: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ number)
        var text = corpus.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...4, using: &random) { change(&text, &random) }
        return Array(text.prefix(Self.longest))
    }

    private func change(_ text: inout [UInt8], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...text.count, using: &random)
        let end = min(text.count, place + Int.random(in: 0...40, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: if place < text.count { text[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 1: if place < text.count { text[place] = UInt8.random(in: 0...255, using: &random) }
        case 2: text.removeSubrange(place..<end)
        case 3: text.insert(contentsOf: text[place..<end], at: place)
        case 4: splice(&text, at: place, &random)
        case 5: repeatToken(&text, at: place, &random)
        case 6: text = text.filter { $0 != UInt8(ascii: "\r") }.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
        case 7: moveLine(&text, &random)
        default: text.insert(contentsOf: Self.tokens.randomElement(using: &random) ?? [], at: place)
        }
    }

    private func splice(_ text: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        let other = corpus.randomElement(using: &random) ?? []
        let start = Int.random(in: 0...other.count, using: &random)
        text.insert(contentsOf: other[start..<min(other.count, start + 200)], at: place)
    }

    private func repeatToken(_ text: inout [UInt8], at place: Int, _ random: inout SeededGenerator) {
        let token = Self.tokens.randomElement(using: &random) ?? []
        let count = Int.random(in: 1...200, using: &random)
        text.insert(contentsOf: Array(repeating: token, count: count).joined(), at: place)
    }

    private func moveLine(_ text: inout [UInt8], _ random: inout SeededGenerator) {
        var lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
        let line = lines.remove(at: Int.random(in: 0..<lines.count, using: &random))
        lines.insert(line, at: Int.random(in: 0...lines.count, using: &random))
        text = Array(lines.joined(separator: [0x0A]))
    }
}
