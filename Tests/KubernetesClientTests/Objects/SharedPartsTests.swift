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

    @Test func sharedKeysAreTheSamePairs() {
        let pairs = ["app": "web", "app.kubernetes.io/part-of": "shop", "topology.kubernetes.io/zone": "a"]
        for _ in 0..<2 { #expect(CommonKeys.sharing(pairs) == pairs) }
        #expect(CommonKeys.sharing([:]).isEmpty)
    }
}
