/// Hears of one exchange, on the loop's thread.
package protocol TransferObserver: AnyObject {
    /// The final status and headers are in. Called from inside libcurl: must not call the loop.
    func received(head: HTTPHead)

    /// A piece of body is in. Called from inside libcurl: must not call the loop.
    ///
    /// - Returns: whether the observer takes the piece for itself; else it is kept for the response.
    func received(body: [UInt8]) -> Bool

    /// The exchange is over; called exactly once, last.
    func ended(_ outcome: Result<HTTPResponse, TransportError>)
}

extension TransferObserver {
    package func received(head: HTTPHead) {}

    package func received(body: [UInt8]) -> Bool { false }
}

/// Resumes the task that waits for the whole answer.
final class WholeResponse: TransferObserver {
    private let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>

    init(_ continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>) {
        self.continuation = continuation
    }

    func ended(_ outcome: Result<HTTPResponse, TransportError>) {
        continuation.resume(returning: outcome)
    }
}
