import Testing

@testable import PlainText

@Suite struct PrintableTextTests {
    /// Each class of what must not be printed, by an example and its neighbours.
    static let hostile: [Unicode.Scalar] = [
        "\u{0}", "\u{7}", "\u{8}", "\t", "\n", "\u{B}", "\r", "\u{1B}", "\u{1F}", "\u{7F}", "\u{80}", "\u{85}",
        "\u{9B}", "\u{9D}",
        "\u{9F}", "\u{61C}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202B}", "\u{202C}",
        "\u{202D}",
        "\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}", "\u{FEFF}",
    ]

    @Test(arguments: hostile)
    func printsNoneOfTheHostile(scalar: Unicode.Scalar) {
        let text = "a" + String(scalar) + "b"
        for printed in [
            PrintableText.line(text), PrintableText.json(text), PrintableText.line(bytes: Array(text.utf8)),
        ] {
            #expect(printed.unicodeScalars.allSatisfy { $0.isPrintable }, "\(printed)")
            #expect(printed.hasSuffix("b") || printed.hasSuffix("b\""))
        }
        let document = PrintableText.document(text)
        #expect(document.unicodeScalars.allSatisfy { $0.isPrintable || $0 == "\n" || $0 == "\t" })
        #expect(PrintableText.lines(text).unicodeScalars.allSatisfy { $0.isPrintable || $0 == "\n" || $0 == "\t" })
    }

    @Test(arguments: [
        ("plain, \"quoted\" and \\", "plain, \"quoted\" and \\"), ("Grüße, 日本語 👩‍🚀", "Grüße, 日本語 👩‍🚀"), ("", ""),
        ("a\nb\r\tc\0", "a\\nb\\r\\tc\\0"), ("\u{1B}[31m", "\\u{1B}[31m"), ("\u{202E}x", "\\u{202E}x"),
    ])
    func escapesALine(text: String, printed: String) {
        #expect(PrintableText.line(text) == printed)
    }

    @Test func keepsTheLinesOfATextAndTheStructureOfADocument() {
        #expect(PrintableText.lines("a\n\tb\u{9B}1m\n") == "a\n\tb\\u{9B}1m\n")
        #expect(PrintableText.document("{\n\"a\": \"\u{9B}\"\n}") == "{\n\"a\": \"\\u009b\"\n}")
        #expect(PrintableText.json("a\"\\\n\u{7F}\u{2028}") == "\"a\\\"\\\\\\u000a\\u007f\\u2028\"")
    }

    @Test func showsBytesThatAreNoText() {
        #expect(
            PrintableText.line(bytes: [0x61, 0xFF, 0xC3, 0xBC, 0xC3, 0x28, 0xED, 0xA0, 0x80])
                == "a\\xffü\\xc3(\\xed\\xa0\\x80"
        )
        #expect(PrintableText.line(bytes: []).isEmpty)
    }

    @Test func cutsWhatIsTooLong() {
        let long = String(repeating: "x", count: 3000)
        #expect(PrintableText.line(long).hasSuffix("x… (952 more)"))
        #expect(PrintableText.line("abc", limit: 3) == "abc" && PrintableText.line("abcd", limit: 3) == "abc… (1 more)")
        #expect(PrintableText.line("äöü", limit: 2) == "äö… (1 more)")
        #expect(PrintableText.json("abcd", limit: 2) == "\"ab… (2 more)\"")
    }
}
