import Testing
import Transport

@testable import KubernetesClient

/// What an answer that is no success says of why, whoever gave it.
@Suite struct RefusalTests {
    private static func refusal(
        _ code: Int,
        _ body: String = "",
        retryAfter: String? = nil
    ) -> (code: Int, reason: String?, pause: Duration) {
        let headers = retryAfter.map { [HTTPRequest.Header("retry-after", $0)] } ?? []
        let response = HTTPResponse(head: HTTPHead(status: code, headers: headers), body: Array(body.utf8))
        guard case .status(let code, let status, let pause) = APIClient.refusal(response) else {
            return (0, nil, .zero)
        }
        return (code, status?.reason, pause)
    }

    @Test(
        arguments: [
            (#"{"kind":"Status","reason":"NotFound"}"#, "NotFound"), ("{}", nil), ("", nil), ("<html>502</html>", nil),
            ("[]", nil), (#"{"reason":7}"#, nil), ("null", nil), (#"{"details":{"causes":null}}"#, nil),
        ] as [(String, String?)]
    ) func aBodyThatIsNoStatusSaysNothing(body: String, reason: String?) {
        #expect(Self.refusal(500, body) == (500, reason, .zero))
    }

    /// Seconds, half a minute at most; a date is no number, and nothing is waited for because of it.
    @Test(arguments: [
        ("0", 0), ("1", 1), ("30", 30), ("31", 30), ("3600", 30), ("99999999999999999999", 0), ("-5", 0), ("", 0),
        ("1.5", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0),
    ]) func aWishIsHeardWithinBounds(header: String, seconds: Int) {
        #expect(Self.refusal(503, retryAfter: header).pause == .seconds(seconds))
    }

    @Test func theHeaderComesBeforeTheBody() {
        let body = #"{"details":{"retryAfterSeconds":7}}"#
        #expect(Self.refusal(429, body).pause == .seconds(7))
        #expect(Self.refusal(429, body, retryAfter: "2").pause == .seconds(2))
        #expect(Self.refusal(429, body, retryAfter: "soon").pause == .seconds(7))
        #expect(Self.refusal(429, #"{"details":{"retryAfterSeconds":-7}}"#).pause == .zero)
        #expect(Self.refusal(429, #"{"details":{"retryAfterSeconds":1e9}}"#).pause == .seconds(30))
    }
}
