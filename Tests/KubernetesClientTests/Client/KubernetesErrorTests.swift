import Coordination
import Foundation
import Testing
import Transport

@testable import KubernetesClient

/// What each failure means for what is done next, and how it is told.
@Suite struct KubernetesErrorTests {
    private static let request = RequestDescription(
        verb: "patch",
        resource: Pod.resource,
        namespace: "shop",
        name: "web-0"
    )

    private static func error(_ code: Int, retryAfter: Duration = .zero, _ message: String? = nil) -> KubernetesError {
        var status = APIStatus()
        status.message = message
        return KubernetesError(request, .status(code: code, message == nil ? nil : status, retryAfter: retryAfter))
    }

    private static func error(_ kind: TransportError.Kind) -> KubernetesError {
        KubernetesError(request, .transport(TransportError(kind, "detail")))
    }

    /// What a status says: the same again for good, a read may be tried again, a write was not executed, a node was not reached.
    struct Meaning: Sendable, Equatable {
        var isLasting = false
        var isTransient = false
        var wasNotExecuted = false
        var isUndelivered = false

        init(_ words: String) {
            isLasting = words.contains("lasting")
            isTransient = words.contains("transient")
            wasNotExecuted = words.contains("not executed")
            isUndelivered = words.contains("undelivered")
        }

        init(_ error: KubernetesError) {
            isLasting = error.isLastingRefusal
            isTransient = error.isTransient
            wasNotExecuted = error.wasNotExecuted
            isUndelivered = error.isUndelivered
        }
    }

    @Test(arguments: [
        (400, "lasting"), (401, ""), (403, "lasting"), (404, "lasting"), (405, "lasting"), (406, "lasting"),
        (409, ""), (410, ""), (413, "lasting"), (415, "lasting"), (422, "lasting"),
        (429, "transient, not executed"), (500, "transient, undelivered"), (501, "transient"),
        (502, "transient, undelivered"), (503, "transient"), (504, "transient, undelivered"),
    ]) func meansByItsStatus(code: Int, words: String) {
        let error = Self.error(code)
        #expect(Meaning(error) == Meaning(words))
        #expect(error.code == code && error.retryAfter == .zero && !error.isCancellation && !error.isUndecodable)
    }

    /// 503 without Retry-After comes from anything between us and the server, too.
    @Test func aServerThatAsksToBeLeftAloneHasNotExecuted() {
        let error = Self.error(503, retryAfter: .seconds(1))
        #expect(Meaning(error) == Meaning("transient, not executed") && error.retryAfter == .seconds(1))
        #expect(Meaning(Self.error(500, retryAfter: .seconds(1))) == Meaning("transient, undelivered"))
    }

    @Test(arguments: [
        (TransportError.Kind.timedOut, "transient, undelivered"), (.idle, "transient"),
        (.refused, "transient, not executed"), (.unreachable, "transient"), (.unresolved, ""), (.untrusted, ""),
        (.expired, ""), (.otherHost, ""), (.tls, "transient"), (.connectionLost, "transient"),
        (.notHTTP, "transient"), (.bodyTooLarge, "transient"), (.badRequest, ""), (.localResource, ""),
        (.cancelled, ""), (.stopped, ""),
    ]) func meansByItsTransport(kind: TransportError.Kind, words: String) {
        let error = Self.error(kind)
        #expect(Meaning(error) == Meaning(words))
        #expect(error.code == nil && error.status == nil && error.isCancellation == (kind == .cancelled))
    }

    @Test(arguments: [
        KubernetesError.Cause.undecodable("no JSON"), .credentials(.noCurrentContext),
    ]) func whatIsNoAnswerMeansNothingOfThat(cause: KubernetesError.Cause) {
        let error = KubernetesError(Self.request, cause)
        #expect(Meaning(error) == Meaning("") && error.code == nil && error.retryAfter == .zero)
    }

    // MARK: Who answers

    private static func answer(_ code: Int, _ body: String) throws -> KubernetesError {
        let status = try? JSONDecoder().decode(APIStatus.self, from: Data(body.utf8))
        return KubernetesError(request, .status(code: code, status, retryAfter: .zero))
    }

    private static let webhook = #""message": "admission webhook \"w\" denied the request: no""#

    /// Only the API server's own 404 that names the object says that it is not there.
    @Test(arguments: [
        (#"{"reason": "NotFound", "details": {"name": "web-0", "kind": "pods"}}"#, true),
        (#"{"reason": "NotFound", "details": {"name": "web-1", "kind": "pods"}}"#, false),
        (#"{"reason": "NotFound", "details": {"name": "web-0", "kind": "leases"}}"#, false),
        (#"{"reason": "NotFound", "details": {"name": "shop", "kind": "namespaces"}}"#, false),
        ("{\(webhook)}", false), (#"{"reason": "NotFound"}"#, false), ("404 page not found", false),
        (#"{\#(webhook), "reason": "NotFound", "details": {"name": "web-0", "kind": "pods"}}"#, false),
    ]) func isAbsentIfTheServerNamesIt(body: String, isAbsence: Bool) throws {
        #expect(try Self.answer(404, body).isAbsence == isAbsence)
        #expect(try !Self.answer(410, body).isAbsence)
    }

    /// A webhook gives any code, and its denial is one with each.
    @Test(arguments: [400, 401, 403, 404, 409, 410, 422, 429, 500, 503, 504]) func aDenialIsOneWithAnyCode(
        code: Int
    ) throws {
        let policy = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no"
        for error in [try Self.answer(code, "{\(Self.webhook)}"), Self.error(code, policy)] {
            #expect(error.isDenial && error.isLastingRefusal && !error.isConflict && !error.isAbsence)
            #expect("\(error)".hasSuffix("no"), "what denies it is told: \(error)")
        }
        let unreachable = Self.error(code, #"Internal error occurred: failed calling webhook "w": connection refused"#)
        #expect(unreachable.isFailedAdmission && unreachable.wasNotExecuted && !unreachable.isDenial)
        #expect(!Self.error(code, "the server is busy").isDenial && !Self.error(code).isFailedAdmission)
    }

    @Test func aConflictIsWhatNoWebhookSays() throws {
        #expect(Self.error(409, "the object has been modified").isConflict && !Self.error(404).isConflict)
    }

    // MARK: Words

    @Test(arguments: [
        (
            error(401),
            #"cannot patch pods "web-0" in namespace "shop": 401, the API server does not accept the credentials"#
        ),
        (
            error(403),
            #"may not patch pods "web-0" in namespace "shop": 403 Forbidden; a Role with this rule grants it: "#
                + #"{apiGroups: [""], resources: ["pods"], verbs: ["patch"]}"#
        ),
        (
            error(403, #"pods "web-0" is forbidden: User "u" cannot patch resource "pods" in API group """#),
            #"may not patch pods "web-0" in namespace "shop": 403 Forbidden; a Role with this rule grants it: "#
                + #"{apiGroups: [""], resources: ["pods"], verbs: ["patch"]}"#
        ),
        (
            error(403, #"admission webhook "w" denied the request: a User "u" cannot change the role"#),
            #"cannot patch pods "web-0" in namespace "shop": 403 admission webhook "w" denied the request: a User "u" "#
                + "cannot change the role"
        ),
        (
            error(403, "the role cannot be changed on a Friday"),
            #"cannot patch pods "web-0" in namespace "shop": 403 the role cannot be changed on a Friday"#
        ),
        (error(403, "exceeded quota"), #"cannot patch pods "web-0" in namespace "shop": 403 exceeded quota"#),
        (error(404, "not found"), #"cannot patch pods "web-0" in namespace "shop": 404 not found"#),
        (error(500), #"cannot patch pods "web-0" in namespace "shop": 500 "#),
        (error(.refused), #"cannot patch pods "web-0" in namespace "shop": connection refused: detail"#),
        (
            KubernetesError(request, .undecodable("no JSON")),
            #"cannot patch pods "web-0" in namespace "shop": the answer is not understood: no JSON"#
        ),
        (
            KubernetesError(request, .credentials(.noCurrentContext)),
            #"cannot patch pods "web-0" in namespace "shop": the kubeconfig has no current-context; give --context NAME"#
        ),
    ]) func saysWhatWasAskedForAndWhyItWasNotDone(error: KubernetesError, words: String) {
        #expect("\(error)" == words)
    }

    /// A server may answer with a megabyte; nobody wants it in a log.
    @Test func aDecodersWordsAreCut() {
        struct Long: Error, CustomStringConvertible { let description = String(repeating: "x", count: 10_000) }
        let error = KubernetesError(Self.request, undecodable: Long())
        #expect(error.isUndecodable && "\(error)".hasSuffix(": " + String(repeating: "x", count: 300)))
    }

    // MARK: Trying again

    private static let policy = RetryPolicy(attempts: 3, backoff: Backoff(), longestPause: .seconds(5))

    /// Reads after whatever may pass, writes after what was not executed; no longer than the longest pause.
    @Test(
        arguments: [
            (error(500), true, 0, Duration.milliseconds(100)), (error(500), true, 1, .milliseconds(200)),
            (error(500), true, 2, nil), (error(500), false, 0, nil), (error(404), true, 0, nil),
            (error(429), false, 0, .milliseconds(100)), (error(429, retryAfter: .seconds(2)), false, 0, .seconds(2)),
            (error(429, retryAfter: .seconds(5)), true, 0, .seconds(5)),
            (error(429, retryAfter: .seconds(6)), true, 0, nil),
            (error(503), false, 0, nil), (error(503, retryAfter: .seconds(1)), false, 0, .seconds(1)),
            (error(.refused), false, 1, .milliseconds(200)), (error(.connectionLost), false, 0, nil),
            (error(.connectionLost), true, 0, .milliseconds(100)), (error(.cancelled), true, 0, nil),
        ] as [(KubernetesError, Bool, Int, Duration?)]
    ) func pausesBeforeAnotherAttempt(error: KubernetesError, isRead: Bool, attempt: Int, pause: Duration?) {
        #expect(Self.policy.pause(after: error, attempt: attempt, isRead: isRead, jitter: 1) == pause)
        #expect(RetryPolicy.none.pause(after: error, attempt: 0, isRead: isRead, jitter: 1) == nil)
    }

    @Test func jitterShortensThePauseByHalfAtMost() {
        let pauses = [0, 0.5, 1].map { Self.policy.pause(after: Self.error(500), attempt: 1, isRead: true, jitter: $0) }
        #expect(pauses == [.milliseconds(100), .milliseconds(150), .milliseconds(200)])
    }
}
