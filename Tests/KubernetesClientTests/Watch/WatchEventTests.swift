import Foundation
import Testing

@testable import KubernetesClient

/// A watch's bytes, from pieces to events.
@Suite struct WatchEventTests {
    private static func event(_ text: String) throws -> WatchEvent<Pod> {
        try JSONDecoder().decode(WatchEvent<Pod>.self, from: Data(text.utf8))
    }

    private static func words(_ event: WatchEvent<Pod>) -> String {
        switch event {
        case .added(let pod): "added \(pod.metadata.name ?? "")"
        case .modified(let pod): "modified \(pod.metadata.name ?? "")"
        case .deleted(let pod): "deleted \(pod.metadata.name ?? "")"
        case .bookmark(let version): "bookmark \(version)"
        case .error(let status): "error \(status.code ?? 0)"
        }
    }

    @Test(arguments: [
        (#"{"type":"ADDED","object":{"metadata":{"name":"a"}}}"#, "added a"),
        (#"{"type":"MODIFIED","object":{"metadata":{"name":"a"}}}"#, "modified a"),
        (#"{"object":{"metadata":{"name":"a"}},"type":"DELETED"}"#, "deleted a"),
        (#"{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"7"}}}"#, "bookmark 7"),
        (#"{"type":"BOOKMARK","object":{}}"#, "bookmark "),
        (#"{"type":"ERROR","object":{"kind":"Status","code":410}}"#, "error 410"),
        (#"{"type":"RENAMED","object":{"metadata":{"resourceVersion":"8"}}}"#, "bookmark 8"),
    ]) func readsEachType(text: String, words: String) throws {
        #expect(Self.words(try Self.event(text)) == words)
    }

    @Test(arguments: ["", "{}", "[]", #"{"type":"ADDED"}"#, #"{"type":7,"object":{}}"#, #"{"type":"ADDED","object":{"#])
    func whatIsNoEventIsAnError(text: String) {
        #expect(throws: DecodingError.self) { try Self.event(text) }
    }

    // MARK: Frames

    private static let stream = "{\"a\":1}\n\n{\"b\":\"ä\\n\"}\n{\"c\":[]}\n\n\n{\"d\":"

    /// One byte at a time, and in pieces of every other size.
    @Test(arguments: 1...40) func cutsPiecesOfAnySizeIntoFrames(size: Int) throws {
        var buffer = FrameBuffer()
        var frames: [String] = []
        let bytes = Array(Self.stream.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            let complete = buffer.frames(adding: piece)
            frames += try #require(complete).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(frames == [#"{"a":1}"#, #"{"b":"ä\n"}"#, #"{"c":[]}"#])
        let rest = buffer.frames(adding: Array("2}\n".utf8))
        #expect(rest?.map { String(decoding: $0, as: UTF8.self) } == [#"{"d":2}"#])
    }

    @Test func anEmptyPieceCompletesNothing() {
        var buffer = FrameBuffer()
        let answers = [[], Array("{}".utf8), [], [10]].map { buffer.frames(adding: $0) }
        #expect(answers == [[], [], [], [Array("{}".utf8)]])
    }

    @Test func refusesAFrameWithoutEnd() {
        var buffer = FrameBuffer()
        let piece = [UInt8](repeating: 32, count: FrameBuffer.limit / 4)
        let answers = [piece, piece, piece, piece, [32]].map { buffer.frames(adding: $0) }
        #expect(answers == [[], [], [], [], nil])
    }

    // MARK: Versions

    @Test(
        arguments: [
            ("1", "2", true), ("2", "1", false), ("2", "2", false), ("9", "10", true), ("10", "9", false),
            ("99999999999999999999998", "99999999999999999999999", true), (nil, "1", true), ("", "1", true),
            ("1", nil, false), (nil, nil, false), ("", "", false), ("abc", "1", true), ("1", "abc", false),
            ("-1", "1", true),
            ("1.5", "1", true), ("٣", "1", true),
        ] as [(String?, String?, Bool)]
    ) func versionsAreNumbersOfAnyLength(left: String?, right: String?, isOlder: Bool) {
        #expect(ResourceVersion.isOlder(left, than: right) == isOlder)
    }

    // MARK: Scopes

    @Test(
        arguments: [
            (InformerScope.name("a"), "a", ["app": "x"], true), (.name("a"), "b", ["app": "x"], false),
            (.labels([:]), "a", [:], true), (.labels(["app": "x"]), "a", ["app": "x", "b": "c"], true),
            (.labels(["app": "x"]), "a", ["app": "y"], false),
            (.labels(["app": "x", "b": "c"]), "a", ["app": "x"], false),
            (.labels(["app": ""]), "a", [:], false), (.labels(["app": ""]), "a", ["app": ""], true),
        ] as [(InformerScope, String, [String: String], Bool)]
    ) func aScopeHoldsWhatItNames(scope: InformerScope, name: String, labels: [String: String], holds: Bool) {
        var metadata = ObjectMeta(name: name)
        metadata.labels = labels
        #expect(scope.contains(metadata) == holds && scope.contains(name: name, labels: labels) == holds)
    }

    /// Whoever covers a scope has all that is in it.
    @Test func coversAreWider() {
        let labels = ["a": "1", "b": "2", "c": "3"]
        let covers = InformerScope.labels(labels).covers
        #expect(Set(covers).count == 8 && covers.allSatisfy { $0.contains(name: "x", labels: labels) })
        #expect(Set(InformerScope.name("x").covers) == [.name("x"), .labels([:])])
        let many = Dictionary(uniqueKeysWithValues: (0..<7).map { ("k\($0)", "v") })
        #expect(Set(InformerScope.labels(many).covers) == [.labels(many), .labels([:])], "2^7 would be many")
    }
}
