/// Where the values of a JSON text are, so that each can be replaced without breaking the others.
///
/// A text that is no JSON gives the spans up to the place where it ceases to be.
struct JSONSpans {
    /// One value, with its key if it is a member of an object.
    struct Span {
        /// Of the value.
        var value: Range<Int>
        /// From the key on; equal to `value` for an element of a list.
        var member: Range<Int>
        /// Whether it stands in an object.
        var isMember: Bool
    }

    /// Every value but the outermost, an inner one before the one that holds it.
    private(set) var spans: [Span] = []
    private let text: [UInt8]
    private var place = 0

    /// Looks the text through, whatever it holds.
    init(_ text: [UInt8]) {
        self.text = text
        _ = value(depth: 0)
    }

    private mutating func value(depth: Int) -> Range<Int>? {
        skipSpace()
        let start = place
        guard start < text.count, depth < 200 else { return nil }
        switch text[start] {
        case UInt8(ascii: "{"): if !collection(closing: UInt8(ascii: "}"), depth) { return nil }
        case UInt8(ascii: "["): if !collection(closing: UInt8(ascii: "]"), depth) { return nil }
        case UInt8(ascii: "\""): if !string() { return nil }
        default:
            while place < text.count, !Self.ends.contains(text[place]) { place += 1 }
            if place == start { return nil }
        }
        return start..<place
    }

    private static let ends = Set(",]} \n\t\r:".utf8)

    private mutating func collection(closing: UInt8, _ depth: Int) -> Bool {
        place += 1
        let isObject = closing == UInt8(ascii: "}")
        while true {
            skipSpace()
            guard place < text.count else { return false }
            if text[place] == closing {
                place += 1
                return true
            }
            let start = place
            if isObject {
                guard text[place] == UInt8(ascii: "\""), string() else { return false }
                skipSpace()
                guard place < text.count, text[place] == UInt8(ascii: ":") else { return false }
                place += 1
            }
            guard let value = value(depth: depth + 1) else { return false }
            spans.append(Span(value: value, member: start..<value.upperBound, isMember: isObject))
            skipSpace()
            if place < text.count, text[place] == UInt8(ascii: ",") { place += 1 }
        }
    }

    private mutating func string() -> Bool {
        place += 1
        while place < text.count {
            switch text[place] {
            case UInt8(ascii: "\\"): place += 2
            case UInt8(ascii: "\""):
                place += 1
                return true
            default: place += 1
            }
        }
        return false
    }

    private mutating func skipSpace() {
        while place < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[place]) { place += 1 }
    }
}
