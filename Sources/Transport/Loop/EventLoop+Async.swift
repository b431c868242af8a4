extension EventLoop {
    /// Makes an exchange and waits for the whole answer.
    ///
    /// Cancelling the task ends the exchange and frees its handle.
    ///
    /// - Throws: `TransportError`; an HTTP error status is an answer, not an error.
    package func response(to request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let id = nextTransferID()
        let result: Result<HTTPResponse, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isPosted = execute { [self] in start(request, id: id, observer: WholeResponse(continuation)) }
                if !isPosted { continuation.resume(returning: .failure(TransportError(.stopped))) }
                // The handler below may have run before the start was posted.
                if Task.isCancelled { execute { [self] in cancel(id) } }
            }
        } onCancel: {
            execute { [self] in cancel(id) }
        }
        return try result.get()
    }

    /// Makes an exchange and waits for the answer's head only; the body follows piece by piece.
    ///
    /// - Throws: `TransportError` if it fails before the head is in.
    package func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        let id = nextTransferID()
        let observer = StreamedResponse(
            onConsumed: { [self] bytes in execute { [self] in consumed(bytes, of: id) } },
            onAbandoned: { [self] in execute { [self] in cancel(id) } }
        )
        let result: Result<HTTPStream, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isPosted = execute { [self] in
                    observer.onHead = continuation
                    start(request, id: id, observer: observer)
                }
                if !isPosted { continuation.resume(returning: .failure(TransportError(.stopped))) }
                if Task.isCancelled { execute { [self] in cancel(id) } }
            }
        } onCancel: {
            execute { [self] in cancel(id) }
        }
        return try result.get()
    }
}
