import FailoverCore
import Testing

@testable import Probing

@Suite struct ScoreReadingTests {
    private static func score(_ text: String, at pointer: String? = nil) -> CandidateScore {
        ScoreReading.score(in: Array(text.utf8), at: pointer)
    }

    @Test(
        arguments: [
            ("12", 12), (" -0.5\n", -0.5), ("1e3", 1000), ("007", 7), ("+4", 4), ("0", 0), ("1.5E-2\r\n", 0.015),
        ] as [(String, Double)]
    )
    func anAnswerMayBeTheNumber(text: String, number: Double) {
        #expect(Self.score(text) == .number(number))
    }

    @Test(arguments: [
        "", " \n", "ok", "nan", "NaN", "inf", "-infinity", "0x10", "1e999", "12 34", "12 s", "1,5", "{\"lag\": 1}",
        "true",
        "١٢",
    ])
    func whatIsNoFiniteNumberIsNoScore(text: String) {
        #expect(Self.score(text).number == nil, "\(text)")
    }

    @Test func aNumberOfAMillionDigitsIsNone() {
        #expect(Self.score(String(repeating: "9", count: 1_000_000)).number == nil)
    }

    @Test(
        arguments: [
            ("/lag/bytes", 12), ("/a~1b", 1), ("/m~0n", 2), ("/list/0", 3), ("/list/1/x", 4), ("/", 5), ("/e/~01", 6),
            ("/large", 1e300),
        ] as [(String, Double)]
    )
    func aPointerLeadsToTheNumber(pointer: String, number: Double) {
        let text =
            #"{"lag": {"bytes": 12}, "a/b": 1, "m~n": 2, "list": [3, {"x": 4}], "": 5, "e": {"~1": 6}, "large": 1e300}"#
        #expect(Self.score(text, at: pointer) == .number(number))
    }

    @Test func theEmptyPointerIsTheWholeAnswer() {
        #expect(Self.score("7.5", at: "") == .number(7.5))
    }

    @Test(arguments: [
        ("/lag", "is no number"), ("/text", "is no number"), ("/yes", "is no number"), ("/none", "is no number"),
        ("/huge", ""), ("/list/01", "nothing at"), ("/list/-", "nothing at"), ("/list/9", "nothing at"),
        ("/lag/bits", "nothing at"), ("/text/x", "nothing at"), ("", "is no number"),
    ])
    func whatIsNoNumberThereIsNoScore(pointer: String, words: String) {
        let text = #"{"lag": {"bytes": 12}, "text": "12", "yes": true, "none": null, "huge": HUGE, "list": [3]}"#
            .replacing("HUGE", with: pointer == "/huge" ? "1e999" : "0")
        guard case .missing(let reason) = Self.score(text, at: pointer) else {
            Issue.record("\(pointer) is a score")
            return
        }
        #expect(words.isEmpty || reason.contains(words), "\(reason)")
    }

    @Test(arguments: ["", "{", "lag: 12", "{\"lag\": nan}", "<html>"]) func whatIsNoJSONIsNoScore(text: String) {
        #expect(Self.score(text, at: "/lag") == .missing("the answer is no JSON, or longer than 10240 bytes"))
    }

    @Test func aDocumentThatIsCutOffOrTooDeepIsNoScore() {
        let long = #"{"lag": 1, "rest": ""# + String(repeating: "x", count: 11_000) + #""}"#
        #expect(Self.score(long, at: "/lag").number == nil)
        let deep = String(repeating: "[", count: 5000) + "1" + String(repeating: "]", count: 5000)
        #expect(Self.score(deep, at: "/0").number == nil)
    }
}
