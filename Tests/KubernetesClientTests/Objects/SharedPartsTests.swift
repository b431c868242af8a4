import Coordination
import Foundation
import Testing

@testable import KubernetesClient

@Suite struct SharedPartsTests {
    private struct Holder: Codable, Hashable {
        @Boxed var metadata: ObjectMeta
    }

    @Test func isCodedLikeThePartItself() throws {
        let text = #"{"metadata":{"name":"web-0"}}"#
        let holder = try JSONDecoder().decode(Holder.self, from: Data(text.utf8))
        #expect(holder.metadata == ObjectMeta(name: "web-0"))
        #expect(String(decoding: try JSONEncoder().encode(holder), as: UTF8.self) == text)
    }

    @Test func copiesGoTheirOwnWays() {
        let first = Holder(metadata: ObjectMeta(name: "web-0"))
        var second = first
        #expect(first == second)
        second.metadata.name = "web-1"
        #expect(first.metadata.name == "web-0")
        #expect(first != second)
    }

    @Test func sharedTextsAreTheSamePairs() {
        let pairs = [
            "app": "web", "app.kubernetes.io/part-of": "shop", "topology.kubernetes.io/zone": "zone-of-a-long-name",
        ]
        for _ in 0..<2 { #expect(CommonTexts.sharing(pairs) == pairs) }
        #expect(CommonTexts.sharing([:]).isEmpty)
    }

    /// Texts that Swift takes for equal and servers do not; far more texts than there are places; long ones.
    @Test func everyTextStaysAsItIs() {
        let spellings = ["a letter with an accent: \u{e9}", "a letter with an accent: e\u{301}"]
        let many =
            (0..<10_000).map { "a text that is long enough \($0)" } + [String(repeating: "x", count: 10_000), "", "a"]
        for text in spellings + many + spellings { #expect(Array(CommonTexts.shared(text).utf8) == Array(text.utf8)) }
    }
}
