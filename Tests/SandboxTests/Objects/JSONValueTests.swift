import Testing

@testable import Sandbox

@Suite struct JSONValueTests {
    @Test(arguments: [
        "null", "true", "3", "-4.5", "\"\"", "[]", "{}", "[1,\"a\",null]",
        "\"quote \\\" slash \\\\ line \\n bell \\u0007 é\"",
        "{\"a\":{\"b\":[{\"c\":false}]}}",
    ])
    func writesWhatItReads(text: String) throws {
        let value = try #require(JSONValue(json: Array(text.utf8)))
        #expect(JSONValue(json: value.json) == value)
    }

    @Test func refusesWhatIsNone() {
        for text in ["", "{", "nope", "{\"a\":}"] { #expect(JSONValue(json: Array(text.utf8)) == nil) }
    }
}
