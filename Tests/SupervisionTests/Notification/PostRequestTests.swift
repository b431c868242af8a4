import Foundation
import Testing
import Transport

@testable import StandbyConfiguration
@testable import Supervision

/// What an `httpPost` sends, and what becomes of its answer.
@Suite struct PostRequestTests {
    @Test(arguments: [
        (200, PostRequest.Outcome.taken), (204, .taken), (299, .taken), (301, .refused("HTTP 301")),
        (400, .refused("HTTP 400")), (404, .refused("HTTP 404")), (408, .failed("HTTP 408")),
        (409, .refused("HTTP 409")), (429, .failed("HTTP 429")), (500, .failed("HTTP 500")), (503, .failed("HTTP 503")),
    ]) func onlySomeAnswersAreWorthAnotherTry(status: Int, outcome: PostRequest.Outcome) {
        #expect(PostRequest.outcome(of: status) == outcome)
    }

    private static func request(_ headers: PostConfiguration.Header...) throws -> HTTPRequest {
        let configuration = PostConfiguration(url: "https://hooks.example.com/a", headers: headers)
        return try PostRequest(configuration, timeout: .seconds(3)).request("{}")
    }

    @Test func sendsWhatTheFileSays() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "header-\(UUID().uuidString)")
        try Data("Bearer a b\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let path = file.path(percentEncoded: false)
        let request = try Self.request(
            .init(name: "Authorization", value: .file(path)),
            .init(name: "content-type", value: .literal("text/plain"))
        )
        let headers = [
            HTTPRequest.Header("Authorization", "Bearer a b"), .init("content-type", "text/plain"),
            .init("User-Agent", "kube-standby/1"),
        ]
        #expect(request.headers == headers && request.timeout == .seconds(3) && request.body == Array("{}".utf8))
        #expect(request.tls.verifiesServer && request.tls.serverName == nil)
    }

    @Test func isJSONUnlessSaidOtherwise() throws {
        #expect(try Self.request().headers.contains(.init("Content-Type", "application/json")))
    }

    /// The words name the header and never a value.
    @Test(arguments: ["secret\r\nX: 1\n", nil]) func aFileThatHasNoValueIsNamedByItsHeader(content: String?) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "header-\(UUID().uuidString)")
        if let content { try Data(content.utf8).write(to: file) }
        defer { try? FileManager.default.removeItem(at: file) }
        let header = PostConfiguration.Header(name: "X-Token", value: .file(file.path(percentEncoded: false)))
        let failure = #expect(throws: PostRequest.Failure.self) { try Self.request(header) }
        let words = "\(try #require(failure))"
        #expect(words.hasPrefix("the file of the header X-Token") && !words.contains("secret"))
    }
}
