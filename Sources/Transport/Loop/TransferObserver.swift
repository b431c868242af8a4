/// Is notified of one exchange, on the loop's thread.
protocol TransferObserver: AnyObject {
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
    /// Unless it says otherwise, an observer waits for the whole.
    func received(head: HTTPHead) {}

    /// Unless it says otherwise, an observer leaves the body to the response.
    func received(body: [UInt8]) -> Bool { false }
}

/// Resumes the task that waits for the whole answer.
final class WholeResponse: TransferObserver {
    private let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>

    /// `continuation`: who waits.
    init(_ continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>) {
        self.continuation = continuation
    }

    /// Hands the answer or the failure to the waiting task.
    func ended(_ outcome: Result<HTTPResponse, TransportError>) {
        continuation.resume(returning: outcome)
    }
}

/// Hands the head to the task that waits for it and the body to the stream's reader.
///
/// Confined to the loop's thread once the exchange has begun.
final class StreamedResponse: TransferObserver, @unchecked Sendable {
    /// Resumed with the head, or with the failure that came instead.
    var onHead: CheckedContinuation<Result<HTTPStream, TransportError>, Never>?
    /// The reader's end, until the reader has it: when the last reader lets go of it, the transfer is ended.
    private var chunks: AsyncThrowingStream<[UInt8], any Error>?
    private let input: AsyncThrowingStream<[UInt8], any Error>.Continuation
    private let onConsumed: @Sendable (Int) -> Void

    /// `onConsumed`: called with how many bytes the reader took; `onAbandoned`: when nobody is left who reads.
    init(onConsumed: @escaping @Sendable (Int) -> Void, onAbandoned: @escaping @Sendable () -> Void) {
        self.onConsumed = onConsumed
        // Unbounded here, bounded by the transfer, which pauses at the high-water mark.
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self, throwing: (any Error).self)
        chunks = stream
        input = continuation
        input.onTermination = { _ in onAbandoned() }
    }

    /// Hands the head to the task that waits for it.
    func received(head: HTTPHead) {
        guard let onHead, let chunks else { return }
        self.chunks = nil
        self.onHead = nil
        onHead.resume(returning: .success(HTTPStream(head: head, body: HTTPBody(chunks: chunks, consumed: onConsumed))))
    }

    /// Hands a piece to the reader; it is never kept for the response.
    func received(body: [UInt8]) -> Bool {
        input.yield(body)
        return true
    }

    /// Ends the stream, or the wait for the head.
    func ended(_ outcome: Result<HTTPResponse, TransportError>) {
        switch outcome {
        case .success(let response):
            if onHead != nil { received(head: response.head) }
            input.finish()
        case .failure(let error):
            onHead?.resume(returning: .failure(error))
            onHead = nil
            input.finish(throwing: error)
        }
    }
}
