import Testing

@testable import Patterns

/// What is found, and that every search ends within its bound of work, which is counted and does not depend on the machine.
@Suite struct PatternTests {
    private static let kibibytes = 10 * 1024

    private static func repeated(_ text: String) -> [UInt8] {
        Array(String(repeating: text, count: kibibytes / text.utf8.count + 1).utf8.prefix(kibibytes))
    }

    @Test(arguments: [
        ("ok", "it is ok", true), ("^ok", "it is ok", false), ("(?i)UP", "status: up", true), ("", "", true),
        ("^$", "", true), ("\\Q(a)\\E", "(a)", true), ("(?<name>a)b", "ab", true), ("(?x) a # b\n c", "ac", true),
        ("\"status\":\\s*\"(UP|OK)\"", "{\"status\": \"UP\"}", true), ("[^]]+", "]", false), ("[]a]", "]", true),
        ("ä.ö", "äüö", true), ("^.$", "ü", true), ("(?i)ÄÖ", "äö", true), ("\\p{L}{3}", "äöü", true),
        ("[[:digit:](]+$", "12(", true), ("a++b", "aab", true), ("(?>a+)b", "aab", true), ("(?s)a.b", "a\nb", true),
        ("(?m)^b$", "a\nb\nc", true), ("\\d", "٣", false), ("a{2,3}?b", "xaab", true), ("[\\]]", "]", true),
    ])
    func finds(text: String, body: String, isFound: Bool) throws {
        #expect(try Pattern(text).search(Array(body.utf8)).end == (isFound ? .found : .notFound), "\(text)")
    }

    @Test(
        arguments: [
            ("ok", [0xFF, 0x6F, 0x6B, 0xFE], true), ("^ok", [0xFF, 0x6F, 0x6B], false), (".", [0xC3], false),
            ("a.b", [0x61, 0xFF, 0x62], false), ("a(?s:.)b", [0x61, 0x00, 0x62], true),
            ("ü", [0xC3, 0xBC, 0xC3], true),
        ] as [(String, [UInt8], Bool)]
    )
    func bytesThatAreNoTextMatchNothing(text: String, body: [UInt8], isFound: Bool) throws {
        #expect(try Pattern(text).search(body).end == (isFound ? .found : .notFound), "\(text)")
    }

    /// A sentence of sixty bytes kept a backtracking engine busy for ever.
    @Test func endsOnNestedRepetitionsOfASentence() throws {
        let sentence = Array("the quick brown fox jumps over the lazy dog and then it goes!".utf8)
        let search = try Pattern(#"^(\w+\s?)*$"#).search(sentence)
        #expect(search.end == .exhausted)
        #expect(search.work <= Pattern.workLimit + sentence.count)
    }

    private static let hostile = [
        #"^(\w+\s?)*$"#, #"(x+x+)+y"#, #"(a|aa)+[bd]"#, #"(.*)*[bd]"#, #".*.*.*[bd]"#, #"\w+[!?]"#, #"[a-z]+[0-9]"#,
        #"(?:(?:(?:a|b)+)+)+[cd]"#, #"a{0,600}a{0,600}a{0,600}[bd]"#, #"[ab]{300}c"#, #"(?:a?){300}a{300}[bd]"#,
        #"(?:(?:(?:a|b|c){9}){9}){9}[bd]"#, #"(?:|a)+[bd]"#, #"\X+[bd]"#, #"(?:\X{50})+[bd]"#, #"(?i)[à-þa]+[bd]"#,
        #"(?:(?:(?:(?:(?:(?:a?)?)?)?)?)?)*[bd]"#, #"(?>(?>(?>a+)+)+)+[bd]"#, #"\p{L}+\d"#, #"(?m)^.*$x"#,
    ]

    @Test(arguments: hostile)
    func endsOnTenKibibytesOfAnything(text: String) throws {
        let pattern = try Pattern(text)
        for filling in ["a", "ab", "the quick brown ", "à", "a\n", "1", "\u{301}", "🇦"] {
            for ending in ["", "!", "é", "bd"] {
                let body = Array((Self.repeated(filling) + Array(ending.utf8)).suffix(Self.kibibytes))
                let search = pattern.search(body)
                // One item may pass all bytes before it is counted.
                #expect(search.work <= Pattern.workLimit + Self.kibibytes * 17, "\(text) on \(filling)")
                #expect(pattern.search(body) == search)
            }
        }
    }

    @Test(arguments: [#"^(\w+\s?)*$"#, #"(x+x+)+[yz]"#, #"(?:(?:(?:a|b|x)+)+)+[cd]"#])
    func whatIsNotFoundWithinTheBoundIsNotFound(text: String) throws {
        #expect(try Pattern(text).search(Self.repeated("xxxxxxx ").dropLast() + [0x21]).end == .exhausted)
    }

    /// What people write is far from the bound, on the largest body.
    @Test(arguments: [
        #""status":\s*"UP""#, #"(?i)^\s*(ok|healthy|ready)\s*$"#, #"(?s)^\{.*"db":\s*\{[^}]*"status":"UP".*\}$"#,
        #"\b\d+\.\d+\.\d+\b"#, #"^(?:[^,]*,){5}ready"#,
        #"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"#,
        #"uptime: [1-9]\d{0,9} s"#,
    ])
    func ordinaryPatternsComeNowhereNearTheBound(text: String) throws {
        let json = Self.repeated(
            #"{"name":"queue-7","status":"DOWN","detail":{"lag":17.5,"at":"2024-05-01T10:00:00Z"}},"#
        )
        let search = try Pattern(text).search(json)
        #expect(search.end == .notFound)
        #expect(search.work < Pattern.workLimit, "\(search.work)")
    }

    @Test func equalPatternsAreOne() throws {
        let text = "of the tests \(UInt64.random(in: 0...UInt64.max))"
        let first = try Pattern.shared(text)
        #expect(try Pattern.shared(text) === first)
        #expect(try Pattern(text) == first && Pattern("other") != first)
    }
}
