import Testing

@testable import Patterns

/// What is refused, in which words and where.
@Suite struct PatternSyntaxTests {
    private func refusal(_ text: String) -> String? {
        do throws(PatternError) {
            _ = try Pattern(text)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        (#"(a)\1"#, "a back-reference", 4), (#"(?<x>a)\k<x>"#, "a back-reference", 8),
        (#"(a)\g1"#, "a back-reference", 4),
        (#"(a)\g{-1}"#, "a back-reference", 4), (#"(?P<x>a)(?P=x)"#, "a back-reference", 9),
        ("a(?=b)", "look-ahead", 2),
        ("a(?!b)", "look-ahead", 2), ("(?<=a)b", "look-behind", 1), ("ä(?<!a)b", "look-behind", 2),
        ("a(?R)?", "recursion", 2), ("(a)(?1)", "recursion", 4), ("(a)(?-1)", "recursion", 4),
        ("(a)(?+1)", "recursion", 4),
        ("(?<x>a)(?&x)", "recursion", 8), ("(?P<x>a)(?P>x)", "recursion", 9), (#"(a)\g<1>"#, "recursion", 4),
        ("(?(1)a|b)", "a condition", 1), ("a(?C)b", "a callout", 2), ("(*UTF)a", "a verb", 1),
        ("a(*SKIP)b", "a verb", 2),
        ("(*pla:a)", "a verb", 1), ("(?*a)", "look-ahead", 1), (#"a\Cb"#, #"\C"#, 2), (#"[a](?=b)"#, "look-ahead", 4),
        (#"\Q(?=\E(?=b)"#, "look-ahead", 8), (#"[[:alpha:]](?=b)"#, "look-ahead", 12), (#"[^]](?=b)"#, "look-ahead", 5),
    ])
    func refusesWhatIsNotAllowed(text: String, construct: String, position: Int) {
        #expect(refusal(text) == "\(construct) is not allowed, at character \(position)")
    }

    @Test(arguments: [
        ("(", "missing closing parenthesis, at character 2"), ("a)", "unmatched closing parenthesis, at character 2"),
        ("[a-", "missing terminating ] for character class, at character 4"),
        ("ä*+*", "quantifier does not follow a repeatable item, at character 4"),
        (#"\p{Klingon}"#, "unknown property after \\P or \\p, at character 12"),
        (#"a\"#, "\\ at end of pattern, at character 3"),
        (String(repeating: "a", count: 1001), "it is longer than 1000 characters, at character 1000"),
        (
            String(repeating: "(", count: 60) + String(repeating: ")", count: 60),
            "parentheses are too deeply nested, at character 52"
        ),
        (
            "x[" + String(repeating: "ab", count: 130) + "]",
            "a class of characters is longer than 256, at character 2"
        ),
        ("(?:(?:(?:ab){900}){900}){900}", "regular expression is too large, at character 30"),
    ])
    func refusesWhatCannotBeCompiled(text: String, words: String) {
        #expect(refusal(text) == words)
    }

    @Test(arguments: [
        #"[(?=]"#, #"\(?="#, #"\Q(?=a)\1\E"#, #"[\]](a)"#, #"[]\1]"#, "(?#(?=a)", "(?i-s)a", "(?-i)a", "(?:a)",
        "(?|a|b)",
        "(?P<n>a)", "(?'n'a)", #"\\1"#, #"[[:alpha:]\]]\d{2,}?"#, "a{,3}", #"\x{e4}\N\R\h\v\K"#, "(?^)a",
    ])
    func allowsWhatOnlyLooksLikeIt(text: String) {
        #expect(refusal(text) == nil)
    }
}
