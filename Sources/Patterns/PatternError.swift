import CPCRE2

/// Why a text is no pattern, and where.
package struct PatternError: Error, Sendable, Hashable {
    /// What is wrong.
    package enum Reason: Sendable, Hashable {
        /// It has more than `Pattern.longest` bytes.
        case tooLong
        /// A construct that PCRE2 has and we have not.
        case notAllowed(String)
        /// A class of characters has more than `Pattern.longestClass` bytes.
        case longClass
        /// What PCRE2 says.
        case syntax(String)
        /// PCRE2 could not allocate.
        case noMemory
    }

    /// What is wrong.
    package var reason: Reason
    /// The character, counted from 1.
    package var position: Int

    /// What is allowed, in words.
    package static let allowed =
        "a regular expression of at most \(Pattern.longest) characters in PCRE2's syntax, without back-references,"
        + " look-around, recursion, conditions, callouts, verbs and \\C"

    /// `offset`: bytes before the place in `pattern`.
    init(_ reason: Reason, at offset: Int, in pattern: [UInt8]) {
        self.reason = reason
        position = String(decoding: pattern.prefix(offset), as: UTF8.self).unicodeScalars.count + 1
    }

    /// `position`: the character, counted from 1.
    init(_ reason: Reason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    /// PCRE2's own error.
    init(code: Int32, at offset: Int, in pattern: [UInt8]) {
        var words = [UInt8](repeating: 0, count: 256)
        let count = unsafe pcre2_get_error_message_8(code, &words, words.count)
        let text = String(decoding: words.prefix(Int(max(0, count))), as: UTF8.self)
        self.init(.syntax(text), at: offset, in: pattern)
    }
}

extension PatternError: CustomStringConvertible {
    package var description: String {
        let words =
            switch reason {
            case .tooLong: "it is longer than \(Pattern.longest) characters"
            case .notAllowed(let construct): "\(construct) is not allowed"
            case .longClass: "a class of characters is longer than \(Pattern.longestClass)"
            case .syntax(let words): words
            case .noMemory: "there is no memory to compile it"
            }
        return "\(words), at character \(position)"
    }
}
