import Foundation
import Testing

@testable import KubernetesClient

/// What is read of objects at a glance is what decoding them in full finds.
@Suite struct SkimmingTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func findsTheHeadOfAnObjectAmongEverythingElse() throws {
        let object = """
            {"apiVersion":"v1","x":[1,{"metadata":{"name":"no"}},"]}\\"",null,-1.5e3],"metadata":{"managedFields":[{"f":{"}":{}}}],
             "name" : "a","uid":"u","resourceVersion":"17", "labels":{"app":"x","k/e.y":"","last":"z"}},"spec":{"name":"b"}}
            """
        let head = try #require(ObjectHead(Self.bytes(object)))
        #expect(head.name == "a" && head.resourceVersion == "17")
        #expect(head.labels == ["app": "x", "k/e.y": "", "last": "z"])
    }

    @Test func findsTheTypeOfAnEvent() throws {
        let frame =
            #"{"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a","labels":{"app":"x"}},"spec":{}}}"#
        let (type, head) = try #require(ObjectHead.event(Self.bytes(frame)))
        #expect(type == "MODIFIED" && head.name == "a" && head.labels == ["app": "x"])
    }

    /// Nothing is said of what is not plain; it is decoded in full.
    @Test(arguments: [
        "", "[]", "{}", "{\"metadata\":{}}", "{\"metadata\":null}", #"{"metadata":{"name":"a\u0062"}}"#,
        #"{"metadata":{"name":"a","labels":{"x":1}}}"#, #"{"metadata":{"name":"a","labels":null}}"#,
        #"{"metadata":{"name":"a""#, #"{"metadata":{"name":"a","labels":{"a\"b":"c"}}}"#, "{\"type\":\"ADDED\"",
        "{\"a\\",
    ])
    func leavesWhatIsNotPlain(text: String) {
        #expect(ObjectHead(Self.bytes(text)) == nil)
        #expect(ObjectHead.event(Self.bytes(text)) == nil)
    }

    private static let list = """
        {"kind":"PodList","items_":[{"a":1}],"metadata":{"resourceVersion":"9","continue":"items"},"items":[
         {"metadata":{"name":"a","annotations":{"x":"}],\\"{\\\\"}},"spec":{"containers":[{"name":"c"}]}} ,
         {"metadata":{"name":"b"}}],"last":[{"b":[]}]}
        """

    /// In pieces of every size, cut anywhere.
    @Test(arguments: 1...40) func cutsAListIntoItsItems(size: Int) throws {
        var splitter = ListSplitter()
        var items: [[UInt8]] = []
        let bytes = Self.bytes(Self.list)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            let found = splitter.items(adding: piece)
            items += try #require(found)
        }
        let pods = try items.map { try JSONDecoder().decode(Pod.self, from: Data($0)) }
        #expect(pods.map(\.metadata.name) == ["a", "b"])
        #expect(pods[0].metadata.annotations == ["x": "}],\"{\\"])
        let frame = try JSONDecoder().decode(ResourceList<Pod>.self, from: Data(splitter.frame))
        #expect(
            frame.metadata.resourceVersion == "9" && frame.metadata.continue == "items" && frame.items?.isEmpty == true
        )
    }

    @Test func takesListsWithoutItems() throws {
        for text in [#"{"metadata":{},"items":[]}"#, #"{"metadata":{},"items":null}"#, #"{"metadata":{}}"#] {
            var splitter = ListSplitter()
            let found = splitter.items(adding: Self.bytes(text))
            #expect(found == [])
            #expect(try JSONDecoder().decode(ResourceList<Pod>.self, from: Data(splitter.frame)).items ?? [] == [])
        }
    }

    @Test func boundsWhatItKeeps() {
        var splitter = ListSplitter()
        let begin = splitter.items(adding: Self.bytes("{\"items\":[{\"a\":\""))
        #expect(begin == [])
        let flood = splitter.items(adding: [UInt8](repeating: 120, count: ListSplitter.itemLimit + 1))
        #expect(flood == nil)
        var other = ListSplitter()
        let braces = other.items(adding: [UInt8](repeating: 123, count: ListSplitter.frameLimit + 1))
        #expect(braces == nil)
    }
}
