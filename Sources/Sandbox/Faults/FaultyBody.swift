import HTTPTypes
import Hummingbird
import NIOCore

/// Answers whose bodies do not come as they should.
enum FaultyBody {
    /// Promises the whole body, sends the beginning and ends the connection.
    static func truncated(_ answer: APIHandler.Answer, after count: Int, _ connection: any Channel) -> Response {
        let body = ResponseBody(contentLength: answer.text.count) { writer in
            try await writer.write(ByteBuffer(bytes: answer.text.prefix(count)))
            try await connection.close()
        }
        return response(answer, body)
    }

    /// Sends the body one byte at a time.
    static func trickled(_ answer: APIHandler.Answer) -> Response {
        let body = ResponseBody(contentLength: answer.text.count) { writer in
            for byte in answer.text { try await writer.write(ByteBuffer(bytes: [byte])) }
            try await writer.finish(nil)
        }
        return response(answer, body)
    }

    /// A number stands where objects and lists are promised.
    static func distorted(_ answer: APIHandler.Answer) -> [UInt8] {
        let members = JSONValue(json: answer.text)?.object ?? [:]
        return JSONValue.object(members.mapValues { $0.string == nil ? 7 : $0 }).json
    }

    private static func response(_ answer: APIHandler.Answer, _ body: ResponseBody) -> Response {
        Response(status: .init(code: answer.code), headers: [.contentType: "application/json"], body: body)
    }
}
