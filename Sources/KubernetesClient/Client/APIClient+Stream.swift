import Transport

/// Answers that come in pieces: watches, large lists.
extension APIClient {
    /// Opens a streamed answer; a 401 refreshes the credentials and is tried once more.
    ///
    /// `timeout`: for the whole answer; nil: it may go on for ever.
    func stream(
        _ call: APICall,
        idleTimeout: Duration,
        timeout: Duration? = nil
    ) async throws(KubernetesError) -> HTTPStream {
        let start = ContinuousClock.now
        var stream = try await streamOnce(call, idleTimeout: idleTimeout, timeout: timeout)
        if stream.head.status == 401 {
            await credentials.rejected(requestOf: start)
            stream = try await streamOnce(call, idleTimeout: idleTimeout, timeout: timeout)
        }
        if stream.head.status == 200 { return stream }
        let body = await beginning(of: stream.body)
        throw KubernetesError(call.description, refusal(HTTPResponse(head: stream.head, body: body)))
    }

    private func streamOnce(
        _ call: APICall,
        idleTimeout: Duration,
        timeout: Duration?
    ) async throws(KubernetesError) -> HTTPStream {
        var request = try await request(for: call)
        request.headTimeout = call.timeout
        request.idleTimeout = idleTimeout
        request.timeout = timeout
        do throws(TransportError) {
            let stream = try await loop.stream(request)
            metrics.ended(call.method, code: stream.head.status)
            return stream
        } catch {
            metrics.ended(call.method, code: nil)
            await failed(error, of: request)
            throw KubernetesError(call.description, .transport(error))
        }
    }

    /// What a refused stream says; Status bodies are small.
    private func beginning(of body: HTTPBody) async -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body where bytes.count < 65_536 { bytes += chunk }
        } catch {
            return bytes
        }
        return bytes
    }
}
