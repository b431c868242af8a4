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

    /// Containers in memory of their own.
    private func containers(_ json: String) throws -> [Pod.Container] {
        let pod = try JSONDecoder().decode(Pod.self, from: Data(#"{"spec":{"containers":[\#(json)]}}"#.utf8))
        return try #require(pod.spec?.containers).map { $0 }
    }

    /// Whether the second of two lists is found in the memory of the first.
    private func share(_ first: String, _ second: String) throws -> Bool {
        let parts = Pod.containersInCommon()
        let (one, other) = (try containers(first), try containers(second))
        let shared = [parts.shared(one), parts.shared(other)]
        #expect(shared == [one, other])
        let places = unsafe shared.map { unsafe $0.withUnsafeBytes { $0.baseAddress } }
        return unsafe places[0] == places[1]
    }

    private static let app =
        #"{"name":"app","ports":[{"name":"http","containerPort":80}],"env":[{"name":"A","value":"b"}]}"#

    @Test func podsOfOneWorkloadShareTheirContainers() throws {
        #expect(try share(Self.app, Self.app))
    }

    @Test(arguments: [
        #"{"name":"app"}"#,
        #"{"name":"app","ports":[{"name":"http","containerPort":81}],"env":[{"name":"A","value":"b"}]}"#,
        #"{"name":"app","ports":[{"name":"http","containerPort":80}],"env":[{"name":"A","value":"c"}]}"#,
        #"{"name":"app","ports":[{"name":"http","containerPort":80}],"env":[{"name":"A","value":"b"}],"readinessProbe":{}}"#,
    ])
    func containersThatDifferStayAsTheyAre(_ other: String) throws {
        #expect(try !share(Self.app, other))
    }

    /// Texts that Swift takes for equal, and a program does not.
    @Test func containersAreSpelledAsTheyWere() throws {
        let letters = ["\u{e9}", "e\u{301}"].map { #"{"name":"app","env":[{"name":"A","value":"\#($0)"}]}"# }
        #expect(try !share(letters[0], letters[1]))
    }

    /// What is kept for others is bounded.
    @Test func largePartsAreNotShared() throws {
        let json = #"{"name":"app","env":[{"name":"A","value":"\#(String(repeating: "x", count: 5000))"}]}"#
        #expect(try !share(json, json))
    }

    @Test func labelsAreTheSamePairs() {
        for number in 0..<1000 {
            let labels = ["app": "web-\(number / 2 % 50)", "letter": number % 2 == 0 ? "\u{e9}" : "e\u{301}"]
            let shared = ObjectMeta.commonLabels.shared(TextPairs(labels)).dictionary
            #expect(shared == labels)
            #expect(shared["letter"].map { Array($0.utf8) } == labels["letter"].map { Array($0.utf8) })
        }
    }
}
