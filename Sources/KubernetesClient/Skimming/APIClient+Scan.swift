import Foundation
import Transport

extension APIClient {
    /// A page that sends nothing for so long is given up.
    private static let pageIdleTimeout: Duration = .seconds(10)

    /// What was found in a collection.
    struct Scan<Resource: KubernetesResource> {
        /// What was kept.
        var items: [Resource] = []
        /// The version that the list shows; nil: it names none.
        var resourceVersion: String?
        /// Bytes that were looked through.
        var size = 0
        fileprivate var token: String?
    }

    /// Looks through a collection, consistently, as new as now, and decodes only what is wanted, object by object as they
    /// come; so its cost in memory is that of what is wanted.
    ///
    /// `labelSelector`: nil: every object.
    /// `began`: called once the server answers, before any object is looked at.
    /// `wants`: tells whether an object is to be decoded.
    func scan<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String?,
        labelSelector: String?,
        began: () -> Void,
        wants: (ObjectHead) -> Bool
    ) async throws(KubernetesError) -> Scan<Resource> {
        let selector = labelSelector.map { [("labelSelector", $0)] } ?? []
        do throws(KubernetesError) {
            var scan = Scan<Resource>()
            repeat {
                let next = scan.token.map { [("continue", $0)] } ?? []
                let query = selector + [("limit", "500")] + next
                try await page(namespace, query, into: &scan, began: next.isEmpty ? began : {}, wants: wants)
            } while scan.token?.isEmpty == false
            return scan
        } catch {
            // The continue token expired between two pages: one whole list instead.
            guard error.code == 410 else { throw error }
            var scan = Scan<Resource>()
            try await page(namespace, selector, into: &scan, began: began, wants: wants)
            return scan
        }
    }

    private func page<Resource>(
        _ namespace: String?,
        _ query: [(String, String)],
        into scan: inout Scan<Resource>,
        began: () -> Void,
        wants: (ObjectHead) -> Bool
    ) async throws(KubernetesError) {
        var call = APICall.get("list", Resource.resource, namespace: namespace, query: query)
        call.timeout = Self.listTimeout
        let stream = try await self.stream(call, idleTimeout: Self.pageIdleTimeout, timeout: Self.listTimeout)
        began()
        var splitter = ListSplitter()
        var iterator = stream.body.makeAsyncIterator()
        while let piece = try await nextPiece(&iterator, of: call) {
            scan.size += piece.count
            guard let items = splitter.items(adding: piece) else {
                throw KubernetesError(
                    call.description,
                    .undecodable("an object of over \(ListSplitter.itemLimit) bytes")
                )
            }
            for item in items where ObjectHead(item).map(wants) ?? true {
                scan.items.append(try decode(item, of: call))
            }
        }
        let frame: ResourceList<Resource> = try decode(splitter.frame, of: call)
        scan.resourceVersion = scan.resourceVersion ?? frame.metadata.resourceVersion
        scan.token = frame.metadata.continue
    }

    private func decode<Value: Decodable>(_ bytes: [UInt8], of call: APICall) throws(KubernetesError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            throw KubernetesError(call.description, undecodable: error, in: ObjectHead(bytes))
        }
    }
}
