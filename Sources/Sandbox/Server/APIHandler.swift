/// Answers requests from the store, by the API's rules.
struct APIHandler: Sendable {
    /// A whole answer.
    struct Answer: Sendable {
        var code: Int
        var body: JSONValue
    }

    let store: ObjectStore
    let pages: PageStore
    let kubelet: PodRuntime

    func answer(_ request: APIRequest) async throws(APIFailure) -> Answer {
        switch request.verb {
        case "get": return Answer(code: 200, body: try await store.get(try key(request)))
        case "list": return Answer(code: 200, body: try await list(request))
        case "create": return try await create(request)
        case "update": return try await update(request)
        case "patch": return Answer(code: 200, body: try await patch(request))
        case "delete": return try await delete(request)
        default: throw .methodNotAllowed()
        }
    }

    private func key(_ request: APIRequest) throws(APIFailure) -> ObjectKey {
        guard let name = request.name, request.kind.isNamespaced == (request.namespace != nil) else {
            throw .methodNotAllowed()
        }
        return ObjectKey(request.kind, namespace: request.namespace ?? "", name: name)
    }

    // MARK: Lists

    private func list(_ request: APIRequest) async throws(APIFailure) -> JSONValue {
        try await checkListOptions(request)
        let filter = try request.filter()
        let limit = request.query["limit"].flatMap { Int($0) } ?? 0
        if let token = request.query["continue"], !token.isEmpty {
            return body(of: try await pages.next(token, limit: limit), kind: request.kind)
        }
        let items = await store.list(request.kind, namespace: request.namespace).filter(filter.matches)
        let page = await pages.first(items, revision: await store.revision, limit: limit)
        return body(of: page, kind: request.kind)
    }

    private func checkListOptions(_ request: APIRequest) async throws(APIFailure) {
        let version = request.query["resourceVersion"] ?? ""
        let match = request.query["resourceVersionMatch"] ?? ""
        let token = request.query["continue"] ?? ""
        let name = request.kind.kind
        if !match.isEmpty, version.isEmpty || !token.isEmpty || match == "Exact" && version == "0" {
            throw .invalid(request.kind, name, field: "resourceVersionMatch", "Forbidden: not with these options")
        }
        if !token.isEmpty, !version.isEmpty, version != "0" {
            throw .badRequest("specifying resource version is not allowed when using continue")
        }
        guard let wanted = Int(version), wanted > 0 else { return }
        if wanted > (await store.revision) {
            throw APIFailure(
                code: 504,
                reason: "Timeout",
                message: "Too large resource version: \(wanted), current: \(await store.revision)",
                causes: [.init(field: "", message: "Too large resource version")],
                retryAfter: 1
            )
        }
    }

    private func body(of page: PageStore.Page, kind: Kind) -> JSONValue {
        var metadata: JSONValue = ["resourceVersion": .string("\(page.revision)")]
        if let token = page.token { metadata["continue"] = .string(token) }
        if let left = page.remaining { metadata["remainingItemCount"] = .int(left) }
        let items = page.items.map { item in
            var item = item
            item["kind"] = .null
            item["apiVersion"] = .null
            return item
        }
        return [
            "kind": .string("\(kind.kind)List"), "apiVersion": .string(kind.apiVersion), "metadata": metadata,
            "items": .array(items),
        ]
    }

    // MARK: Writes

    private func create(_ request: APIRequest) async throws(APIFailure) -> Answer {
        guard request.name == nil else { throw .methodNotAllowed() }
        let object = try request.object()
        try checkIdentity(of: object, request)
        return Answer(code: 201, body: try await store.create(request.kind, namespace: request.namespace ?? "", object))
    }

    private func checkIdentity(of object: JSONValue, _ request: APIRequest) throws(APIFailure) {
        if let kind = object["kind"].string, kind != request.kind.kind {
            throw .badRequest("\(kind) in version \"v1\" cannot be handled as a \(request.kind.kind)")
        }
        if let namespace = object["metadata"]["namespace"].string, namespace != request.namespace ?? "" {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        if let wanted = request.name, let name = object["metadata"]["name"].string, name != wanted {
            throw .badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(wanted))"
            )
        }
    }

    private func update(_ request: APIRequest) async throws(APIFailure) -> Answer {
        let key = try key(request)
        let object = try request.object()
        try checkIdentity(of: object, request)
        let (uid, version) = (object["metadata"]["uid"].string, object["metadata"]["resourceVersion"].string)
        do {
            let stored = try await store.modify(key) { (old) throws(APIFailure) in
                if let uid, uid != old["metadata"]["uid"].string {
                    let have = old["metadata"]["uid"].string ?? ""
                    throw .conflict(
                        key.kind,
                        key.name,
                        "Precondition failed: UID in precondition: \(uid), UID in object meta: \(have)"
                    )
                }
                if version == nil, !key.kind.allowsUnconditionalUpdate {
                    throw .invalid(
                        key.kind,
                        key.name,
                        field: "metadata.resourceVersion",
                        "Invalid value: 0: must be specified for an update"
                    )
                }
                return Self.replacing(old, with: object, subresource: request.subresource)
            }
            return Answer(code: 200, body: stored)
        } catch {
            guard error.code == 404, key.kind.createsOnUpdate else { throw error }
            if let uid {
                throw .conflict(
                    key.kind,
                    key.name,
                    "Precondition failed: UID in precondition: \(uid), UID in object meta: "
                )
            }
            return Answer(code: 201, body: try await store.create(key.kind, namespace: key.namespace, object))
        }
    }

    /// A PUT of the object leaves the status, a PUT of the status leaves the rest; metadata that was not sent stays.
    private static func replacing(_ old: JSONValue, with new: JSONValue, subresource: String?) -> JSONValue {
        var result = subresource == "status" ? old : new
        if subresource == "status" {
            result["status"] = new["status"]
            result["metadata"]["resourceVersion"] = new["metadata"]["resourceVersion"]
            return result
        }
        if old["status"] != .null { result["status"] = old["status"] }
        for field in ["uid", "namespace", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            if result["metadata"][field] == .null { result["metadata"][field] = old["metadata"][field] }
        }
        return result
    }

    private func patch(_ request: APIRequest) async throws(APIFailure) -> JSONValue {
        let key = try key(request)
        guard let patch = JSONValue(json: request.body) else { throw .badRequest("the patch is no JSON") }
        let type = request.contentType.split(separator: ";").first.map(String.init) ?? ""
        let isKnown = ["merge", "strategic-merge", "json"].contains { type == "application/\($0)-patch+json" }
        guard isKnown else {
            throw APIFailure(
                code: 415,
                reason: "UnsupportedMediaType",
                message: "the body of the request was in an unknown format - accepted media types include:"
                    + " application/json-patch+json, application/merge-patch+json"
            )
        }
        return try await store.modify(key) { (old) throws(APIFailure) in
            type == "application/json-patch+json"
                ? try JSONPatch.apply(patch, to: old) : JSONPatch.merge(patch, into: old)
        }
    }

    // MARK: Deletion

    private func delete(_ request: APIRequest) async throws(APIFailure) -> Answer {
        let key = try key(request)
        let options = request.body.isEmpty ? [:] : try request.object()
        let conditions = DeletePreconditions(
            uid: options["preconditions"]["uid"].string,
            resourceVersion: options["preconditions"]["resourceVersion"].string
        )
        let grace = options["gracePeriodSeconds"].int ?? request.query["gracePeriodSeconds"].flatMap { Int($0) }
        if key.kind == .pods {
            return Answer(code: 200, body: try await kubelet.delete(key, gracePeriod: grace, conditions))
        }
        let gone = try await store.remove(key, conditions)
        var details: JSONValue = ["name": .string(key.name), "kind": .string(key.kind.plural)]
        details["uid"] = gone["metadata"]["uid"]
        return Answer(
            code: 200,
            body: ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
        )
    }
}
