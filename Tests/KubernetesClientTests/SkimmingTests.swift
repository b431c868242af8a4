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

    // MARK: Against the decoder

    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }

    /// Any JSON, of which nothing is asked.
    private static func anything(_ depth: Int, _ random: inout Generator) -> String {
        let texts = [
            #""""#, #""x""#, #""}],{\"\\""#, #""metadata""#, "null", "true", "-1.5e3", "0", "[]", "{}", #""ä\u0000""#,
        ]
        guard depth > 0, Bool.random(using: &random) else { return texts.randomElement(using: &random) ?? "null" }
        let values = (0..<Int.random(in: 1...3, using: &random)).map { _ in anything(depth - 1, &random) }
        if Bool.random(using: &random) { return "[" + values.joined(separator: " , ") + "]" }
        let keys = ["a", "metadata", "name", "labels", "items", #"k\"}"#]
        let pairs = values.enumerated().map { #""\#(keys[($0 + depth) % keys.count])\#($0)" : \#($1)"# }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    private static func object(_ random: inout Generator) -> String {
        let labels = (0..<Int.random(in: 0...3, using: &random)).map {
            #""k\#($0)/x":"v\#(Int.random(in: 0...9, using: &random))""#
        }
        var fields = [
            #""name":"pod-\#(Int.random(in: 0...99, using: &random))""#,
            #""labels":{\#(labels.joined(separator: ","))}"#,
            #""resourceVersion":"\#(UInt.random(in: 1 ... .max, using: &random))""#,
            #""managedFields":\#(anything(3, &random))"#, #""annotations2":\#(anything(2, &random))"#,
        ]
        fields.shuffle(using: &random)
        var members = [
            #""metadata": {\#(fields.joined(separator: " ,"))}"#, #""spec2":\#(anything(4, &random))"#,
            #""status2":\#(anything(4, &random))"#,
        ]
        members.shuffle(using: &random)
        return "{\n" + members.joined(separator: ",\n") + "}"
    }

    @Test(arguments: 1...50) func findsWhatDecodingFinds(seed: UInt64) throws {
        var random = Generator(state: seed)
        for _ in 0..<20 {
            let text = Self.object(&random)
            let metadata = try JSONDecoder().decode(Pod.self, from: Data(text.utf8)).metadata
            let head = ObjectHead(
                name: metadata.name ?? "",
                resourceVersion: metadata.resourceVersion,
                labels: metadata.labels ?? [:]
            )
            #expect(ObjectHead(Self.bytes(text)) == head, "\(text)")
            let event = ObjectHead.event(Self.bytes(#"{"type":"ADDED","object":\#(text)}"#))
            #expect(event?.type == "ADDED" && event?.head == head, "\(text)")
        }
    }

    /// Cut anywhere it is no object, or its head is whole already.
    @Test(arguments: 1...5) func aPartOfAnObjectIsNeverMisread(seed: UInt64) {
        var random = Generator(state: seed)
        let bytes = Self.bytes(Self.object(&random))
        let whole = ObjectHead(bytes)
        for count in 0..<bytes.count {
            let head = ObjectHead(Array(bytes[..<count]))
            #expect(head == nil || head == whole, "\(count)")
        }
    }
}
