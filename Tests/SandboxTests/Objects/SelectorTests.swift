import Testing

@testable import Sandbox

@Suite struct SelectorTests {
    @Test(arguments: [
        ("a=b", ["a": "b"], true), ("a==b", ["a": "c"], false), ("a!=b", [:], true), ("a in (b, c)", ["a": "c"], true),
        ("a notin (b)", [:], true), ("a", ["a": ""], true), ("!a", ["a": ""], false), ("a=b,c", ["a": "b"], false),
    ])
    func selectsByLabels(text: String, labels: [String: String], expected: Bool) throws {
        #expect(try #require(Selector(text)).matches(labels) == expected)
    }

    @Test(arguments: ["a in b", "a b"])
    func refusesWhatIsNoSelector(text: String) {
        #expect(Selector(text) == nil)
    }
}
