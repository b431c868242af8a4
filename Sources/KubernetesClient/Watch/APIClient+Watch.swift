import Foundation
import Transport

extension APIClient {
    /// How long a watch may be silent, unless a test says otherwise: the server sends a bookmark about every minute.
    package static let usualWatchPatience: Duration = .seconds(90)

    /// Watches a collection from a version on, until the server ends the watch.
    ///
    /// `labelSelector`, `fieldSelector`: nil: every object.
    /// `body`: called for each event in order; answers whether to go on.
    /// - Throws: `KubernetesError` if the watch could not be opened, was refused, broke, fell silent, or sent what is no
    ///   event.
    package func watch<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String?,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        from resourceVersion: String,
        _ body: (WatchEvent<Resource>) async -> Bool
    ) async throws(KubernetesError) {
        try await watch(
            type,
            namespace: namespace,
            labelSelector: labelSelector,
            fieldSelector: fieldSelector,
            from: resourceVersion,
            opened: {},
            skips: { _, _ in false },
            body
        )
    }

    /// Watches a collection as above.
    ///
    /// `opened`: called once the server accepted the watch.
    /// `skips`: tells of an event, by its type and its object's head, whether it need not even be decoded.
    func watch<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String?,
        labelSelector: String? = nil,
        fieldSelector: String? = nil,
        from resourceVersion: String,
        opened: () async -> Void,
        skips: (_ type: String, ObjectHead) -> Bool,
        _ body: (WatchEvent<Resource>) async -> Bool
    ) async throws(KubernetesError) {
        let seconds = Int.random(in: 300...600)
        let selectors = [labelSelector.map { ("labelSelector", $0) }, fieldSelector.map { ("fieldSelector", $0) }]
        let query =
            [
                ("watch", "true"), ("resourceVersion", resourceVersion), ("allowWatchBookmarks", "true"),
                ("timeoutSeconds", "\(seconds)"),
            ] + selectors.compactMap { $0 }
        let call = APICall.get("watch", Resource.resource, namespace: namespace, query: query)
        let stream = try await self.stream(call, idleTimeout: watchPatience)
        await opened()
        var buffer = FrameBuffer()
        var iterator = stream.body.makeAsyncIterator()
        while let piece = try await nextPiece(&iterator, of: call) {
            guard let frames = buffer.frames(adding: piece) else {
                throw KubernetesError(call.description, .undecodable("an event of over \(FrameBuffer.limit) bytes"))
            }
            for frame in frames {
                if let (type, head) = ObjectHead.event(frame), skips(type, head) { continue }
                let event: WatchEvent<Resource> = try event(frame, of: call)
                if await !body(event) { return }
            }
        }
    }

    /// The next bytes of an answer's body; nil at its end.
    ///
    /// Throws what broke the transfer, with the call's description.
    func nextPiece(
        _ iterator: inout HTTPBody.Iterator,
        of call: APICall
    ) async throws(KubernetesError) -> [UInt8]? {
        do {
            return try await iterator.next()
        } catch {
            let cause = error as? TransportError ?? TransportError(.cancelled)
            throw KubernetesError(call.description, .transport(cause))
        }
    }

    private func event<Resource>(
        _ frame: [UInt8],
        of call: APICall
    ) throws(KubernetesError) -> WatchEvent<Resource> {
        do {
            return try JSONDecoder().decode(WatchEvent<Resource>.self, from: Data(frame))
        } catch {
            throw KubernetesError(call.description, undecodable: error, in: ObjectHead.event(frame)?.head)
        }
    }
}
