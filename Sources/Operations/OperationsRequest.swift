import NIOCore
import NIOHTTP1

/// A request whose body has ended, and the way back for its answer.
struct OperationsRequest: Sendable {
    /// Method, path and headers; of the body nothing is kept.
    let head: HTTPRequestHead
    /// The address of whoever asks; nil if the connection is gone already.
    let peer: String?
    /// Sends the answer; from anywhere, once.
    let answer: @Sendable (OperationsAnswer) -> Void

    /// The path without the query.
    var path: String { String(head.uri.prefix { $0 != "?" }) }
}

/// What is answered.
struct OperationsAnswer: Sendable {
    /// The status line.
    var status: HTTPResponseStatus
    /// The body; copies share it.
    let body: ByteBuffer
    /// The body as text.
    var text: String { String(buffer: body) }
    /// Content type, no caching; `allow` where a method was wrong.
    var headers: HTTPHeaders

    /// `type`: the body's media type.
    init(_ status: HTTPResponseStatus, _ text: String, type: String = "text/plain; charset=utf-8") {
        self.status = status
        body = ByteBuffer(string: text)
        headers = ["content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff"]
    }
}
