import KubernetesClient
package import Sandbox
import Transport

/// The events of one watch, as they come.
package final class WatchReader {
    /// The status of the answer; a watch that is refused has no events but a Status.
    package let code: Int
    private var iterator: HTTPBody.Iterator
    private var buffer = FrameBuffer()
    private var waiting: [[UInt8]] = []

    init(code: Int, body: HTTPBody) {
        self.code = code
        iterator = body.makeAsyncIterator()
    }

    /// The next frame as it came; nil at the clean end of the watch.
    ///
    /// - Throws: if the watch was silent for too long, or broke.
    package func nextFrame() async throws -> [UInt8]? {
        while waiting.isEmpty {
            guard let chunk = try await iterator.next(isolation: #isolation) else { return nil }
            waiting += buffer.frames(adding: chunk) ?? []
        }
        return waiting.removeFirst()
    }

    /// The next event; nil at the clean end of the watch.
    package func next() async throws -> JSONValue? {
        guard let frame = try await nextFrame() else { return nil }
        return JSONValue(json: frame)
    }

    /// The next event of a type.
    package func next(_ type: String) async throws -> JSONValue? {
        while let event = try await next() {
            if event["type"] == .string(type) { return event["object"] }
        }
        return nil
    }
}
