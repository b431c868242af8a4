import Foundation
import Testing

@testable import KubernetesClient

@Suite struct TextPairsTests {
    @Test(arguments: [[:], ["a": "1"], ["b": "2", "a": "1"], ["": "", "\u{e9}": "e\u{301}"]])
    func areThoseThatWereGiven(_ pairs: [String: String]) throws {
        #expect(TextPairs(pairs).dictionary == pairs)
        #expect(TextPairs(pairs).texts.count == 2 * pairs.count)
        var meta = ObjectMeta(name: "web-0")
        meta.labels = pairs
        meta.annotations = pairs
        let again = try JSONDecoder().decode(ObjectMeta.self, from: JSONEncoder().encode(meta))
        #expect(again == meta)
        #expect(again.labels == pairs)
        #expect(again.annotations == pairs)
    }

    @Test(arguments: [2, 15, 16, 17, 50]) func areEqualInWhateverOrderTheyCame(count: Int) {
        let keys = (0..<count).map { "key-\($0)" }
        let forth = Dictionary(uniqueKeysWithValues: keys.map { ($0, "v") })
        let back = Dictionary(uniqueKeysWithValues: keys.reversed().map { ($0, "v") })
        #expect(TextPairs(forth) == TextPairs(back))
        #expect(TextPairs(forth).hashValue == TextPairs(back).hashValue)
        #expect(TextPairs(forth).texts == keys.sorted().flatMap { [$0, "v"] } && TextPairs(forth).dictionary == back)
    }

    /// As many annotations as an object can have at all are neither sorted nor copied pair by pair when they are looked at.
    @Test func manyAreLookedUpWhereTheyAre() {
        let pairs = TextPairs(Dictionary(uniqueKeysWithValues: (0..<10_000).map { ("key-\($0)", "v") }))
        for number in 0..<10_000 { #expect(pairs.dictionary["key-\(number)"] == "v") }
    }

    /// The API server takes `null` for the wish to remove a field.
    @Test func whatIsNotThereIsNotWritten() throws {
        let json = String(decoding: try JSONEncoder().encode(ObjectMeta(name: "web-0")), as: UTF8.self)
        #expect(json == #"{"name":"web-0"}"#)
    }

    @Test func oneIsChangedWithoutTheOthers() {
        var meta = ObjectMeta()
        meta.labels = ["app": "web", "role": "passive"]
        meta.labels?["role"] = "active"
        #expect(meta.labels == ["app": "web", "role": "active"])
        meta.labels?["app"] = nil
        #expect(meta.labels == ["role": "active"])
    }
}
