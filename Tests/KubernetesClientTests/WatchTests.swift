import Foundation
import Testing

@testable import KubernetesClient

@Suite struct WatchTests {
    @Test(arguments: [1, 2, 3, 7, 1000])
    func cutsFramesOutOfPiecesOfAnySize(size: Int) {
        let text = Array("{\"a\":1}\n\n{\"b\":2}\n{\"c\"".utf8)
        var buffer = FrameBuffer()
        var frames: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            frames += (buffer.frames(adding: piece) ?? []).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(frames == ["{\"a\":1}", "{\"b\":2}"])
    }

    @Test func refusesAFrameBeyondTheLimit() {
        var buffer = FrameBuffer()
        let piece = [UInt8](repeating: 120, count: FrameBuffer.limit)
        #expect(buffer.frames(adding: piece) != nil)
        #expect(buffer.frames(adding: [120]) == nil)
    }

    private func event(_ type: String, _ object: String) throws -> WatchEvent<Pod> {
        try JSONDecoder().decode(WatchEvent<Pod>.self, from: Data("{\"type\":\"\(type)\",\"object\":\(object)}".utf8))
    }

    @Test func decodesEveryKindOfEvent() throws {
        let pod = "{\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"5\"}}"
        guard case .added = try event("ADDED", pod), case .modified = try event("MODIFIED", pod),
            case .deleted = try event("DELETED", pod), case .bookmark("5") = try event("BOOKMARK", pod),
            case .bookmark("5") = try event("SOMETHING", pod)
        else {
            Issue.record("an event was decoded as another")
            return
        }
        guard case .error(let status) = try event("ERROR", "{\"code\":410,\"reason\":\"Expired\"}") else {
            Issue.record("no error")
            return
        }
        #expect(status.code == 410)
    }

    @Test(arguments: [("9", "10", true), ("10", "9", false), (nil, "1", true), ("5", "5", false)])
    func ordersVersions(left: String?, right: String, isOlder: Bool) {
        #expect(ResourceVersion.isOlder(left, than: right) == isOlder)
    }

    @Test(arguments: [
        ("2026-01-02T03:04:05.000000Z", "2026-01-02T03:04:05.000000Z"),
        ("2026-01-02T03:04:05.123Z", "2026-01-02T03:04:05.123000Z"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000Z"),
    ])
    func writesTimesWithSixDigits(text: String, expected: String) {
        #expect(MicroTime(text)?.description == expected)
    }
}
