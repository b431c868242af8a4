/// Finds what PCRE2 can do and we do not allow: what makes an engine with a bound on its work hard to have, should another one
/// ever take its place.
///
/// Safety does not rest on it: whatever it overlooks is bound to the same work as all else.
struct PatternSyntax {
    private let pattern: [UInt8]
    private var place = 0
    private var isInClass = false

    /// - Throws: `PatternError` at the first construct that is not allowed.
    static func check(_ pattern: [UInt8]) throws(PatternError) {
        var syntax = PatternSyntax(pattern: pattern)
        try syntax.check()
    }

    private init(pattern: [UInt8]) {
        self.pattern = pattern
    }

    private mutating func check() throws(PatternError) {
        while place < pattern.count {
            switch pattern[place] {
            case UInt8(ascii: "\\"): try passEscape()
            case UInt8(ascii: "[") where !isInClass: enterClass()
            case UInt8(ascii: "[") where startsPOSIXClass: passPOSIXClass()
            case UInt8(ascii: "]") where isInClass:
                isInClass = false
                place += 1
            case UInt8(ascii: "(") where !isInClass: try passGroup()
            default: place += 1
            }
        }
    }

    private func has(_ text: StaticString, after offset: Int = 0) -> Bool {
        pattern[min(place + offset, pattern.count)...].starts(with: text.description.utf8)
    }

    private func refusal(_ construct: String) -> PatternError {
        PatternError(.notAllowed(construct), at: place, in: pattern)
    }

    // MARK: Escapes

    private mutating func passEscape() throws(PatternError) {
        guard place + 1 < pattern.count else {
            place += 1
            return
        }
        let next = pattern[place + 1]
        if next == UInt8(ascii: "Q") { return passQuotation() }
        if !isInClass { try checkEscape(next) }
        place += 2
    }

    private func checkEscape(_ letter: UInt8) throws(PatternError) {
        switch letter {
        case UInt8(ascii: "1")...UInt8(ascii: "9"): throw refusal("a back-reference")
        case UInt8(ascii: "k"): throw refusal("a back-reference")
        case UInt8(ascii: "g"):
            throw refusal(has("\\g<") || has("\\g'") ? "recursion" : "a back-reference")
        case UInt8(ascii: "C"): throw refusal("\\C")
        default: break
        }
    }

    /// Everything is itself from `\Q` to `\E`, or to the end.
    private mutating func passQuotation() {
        place += 2
        while place < pattern.count, !has("\\E") { place += 1 }
        place = min(place + 2, pattern.count)
    }

    // MARK: Classes

    /// A bracket that closes is itself where it comes first.
    private mutating func enterClass() {
        isInClass = true
        place += has("[^]") ? 3 : has("[]") || has("[^") ? 2 : 1
    }

    private var startsPOSIXClass: Bool { has("[:") || has("[.") || has("[=") }

    private mutating func passPOSIXClass() {
        let sign = pattern[place + 1]
        var end = place + 2
        while end + 1 < pattern.count, pattern[end] != UInt8(ascii: "]") { end += 1 }
        let isClosed =
            end < pattern.count && pattern[end] == UInt8(ascii: "]") && pattern[end - 1] == sign && end > place + 2
        place = isClosed ? end + 1 : place + 1
    }

    // MARK: Groups

    private mutating func passGroup() throws(PatternError) {
        if has("(*") { throw refusal("a verb") }
        guard has("(?") else {
            place += 1
            return
        }
        if has("(?#") { return passComment() }
        if let construct = forbiddenGroup { throw refusal(construct) }
        place += 2
    }

    private var forbiddenGroup: String? {
        guard place + 2 < pattern.count else { return nil }
        return switch pattern[place + 2] {
        case UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "*"): "look-ahead"
        case UInt8(ascii: "<") where has("=", after: 3) || has("!", after: 3) || has("*", after: 3): "look-behind"
        case UInt8(ascii: "R"), UInt8(ascii: "&"), UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"): "recursion"
        // A minus also takes options away.
        case UInt8(ascii: "-") where (48...57).contains(place + 3 < pattern.count ? pattern[place + 3] : 0): "recursion"
        case UInt8(ascii: "P") where has(">", after: 3): "recursion"
        case UInt8(ascii: "P") where has("=", after: 3): "a back-reference"
        case UInt8(ascii: "("): "a condition"
        case UInt8(ascii: "C"): "a callout"
        default: nil
        }
    }

    private mutating func passComment() {
        while place < pattern.count, pattern[place] != UInt8(ascii: ")") { place += 1 }
        place += 1
    }
}
