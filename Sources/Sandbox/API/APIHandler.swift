/// Answers requests from the store, by the API's rules.
struct APIHandler: Sendable {
    /// A whole answer.
    struct Answer: Sendable {
        /// The HTTP status code.
        var code: Int
        /// JSON.
        var text: [UInt8]

        /// `text`: JSON that is already written.
        init(code: Int, text: [UInt8]) {
            self.code = code
            self.text = text
        }

        /// `value`: written as JSON now.
        init(code: Int, _ value: JSONValue) {
            self.init(code: code, text: value.json)
        }
    }

    /// Where the objects are read and written.
    let store: ObjectStore
    /// Issues the tokens that a TokenRequest asks for.
    let authentication: Authentication
    /// Asked for access reviews, and once more when a PUT creates an object.
    let authorizer: Authorizer

    /// `past`: what reads show instead of what is there; nil: what is there.
    func answer(_ request: APIRequest, from caller: Caller, past: StoreView?) async throws(APIFailure) -> Answer {
        if case .answered = request.kind.storage {
            guard request.verb == "create", request.name == nil else { throw .methodNotAllowed }
            let reviews = AccessReviews(authorizer: authorizer)
            return Answer(code: 201, try await reviews.answer(request.kind, try request.object(), from: caller))
        }
        if request.verb != "get", request.verb != "list" { try WriteOptions.check(request) }
        if let name = request.subresource, name != "status" { return try await subresource(name, request) }
        switch request.verb {
        case "get": return try await get(request, past: past)
        case "list": return try await list(request, past: past)
        case "create": return try await create(request)
        case "update": return try await update(request, from: caller)
        case "patch": return try await patch(request)
        case "delete": return try await delete(request)
        case "deletecollection": return try await deleteCollection(request)
        default: throw .methodNotAllowed
        }
    }

    /// The object that a request names.
    func key(_ request: APIRequest) throws(APIFailure) -> ObjectKey {
        guard let name = request.name, request.kind.isNamespaced == (request.namespace != nil) else {
            throw .methodNotAllowed
        }
        if let subresource = request.subresource {
            guard let known = Kind.Subresource(rawValue: subresource), request.kind.subresources.contains(known) else {
                throw .noResource
            }
        }
        return ObjectKey(request.kind.stored, namespace: request.namespace ?? "", name: name)
    }

    /// An answer with one object, in the form that the Accept header asks for.
    func answer(_ code: Int, _ object: JSONValue, _ request: APIRequest) -> Answer {
        Answer(code: code, text: request.presentation.text(of: StoredObject(object), request.kind))
    }

    // MARK: Reads

    private func get(_ request: APIRequest, past: StoreView?) async throws(APIFailure) -> Answer {
        let key = try key(request)
        if let past {
            guard let object = past[key] else { throw .notFound(request.kind, key.name) }
            return Answer(code: 200, text: request.presentation.text(of: object, request.kind))
        }
        return Answer(code: 200, text: request.presentation.text(of: try await store.stored(key), request.kind))
    }

    private func list(_ request: APIRequest, past: StoreView?) async throws(APIFailure) -> Answer {
        let options = try ListOptions(request)
        let filter = try request.filter()
        let view = try await options.view(of: store, for: request, filter, past: past)
        var items = view.list(request.kind.stored, namespace: request.namespace)[...]
        if let start = options.start { items = items.drop { ($0.key.namespace, $0.key.name) <= start } }
        let objects = Self.matching(items, filter, request.kind)
        let page = options.limit > 0 ? objects.prefix(options.limit) : objects[...]
        var metadata: JSONValue = ["resourceVersion": .string("\(view.revision)")]
        if page.count < objects.count, let last = page.last {
            metadata["continue"] = .string(ListOptions.token(after: last.key, revision: view.revision))
            // With a selector the rest is not counted.
            if filter.isEmpty { metadata["remainingItemCount"] = .int(objects.count - page.count) }
        }
        let text = request.presentation.text(of: page.map(\.object), request.kind, metadata: metadata)
        return Answer(code: 200, text: text)
    }

    private static func matching(
        _ items: ArraySlice<(key: ObjectKey, object: StoredObject)>,
        _ filter: ObjectFilter,
        _ kind: Kind
    ) -> [(key: ObjectKey, object: StoredObject)] {
        filter.isEmpty ? Array(items) : items.filter { filter.matches($0.object.value, of: kind) }
    }
}
