import YAMLDocument

extension APIHandler {
    /// The Content-Type of a PATCH that is a server-side apply; its body is YAML or JSON.
    static let applyType = "application/apply-patch+yaml"

    /// Server-side apply: what the manager sends is merged, and what it has sent before and sends no more is taken away.
    ///
    /// Other managers' fields are not known, so there are no conflicts.
    /// https://kubernetes.io/docs/reference/using-api/server-side-apply/
    func apply(_ request: APIRequest) async throws(APIFailure) -> Answer {
        let key = try key(request)
        let wanted = try Self.appliedObject(request)
        guard let manager = request.query["fieldManager"], !manager.isEmpty else {
            throw WriteOptions.invalid(
                "PatchOptions",
                "fieldManager",
                "FieldValueRequired",
                "Required value: is required for apply patch"
            )
        }
        let isStatus = request.subresource == "status"
        guard let old = try? await store.get(key) else {
            if let uid = wanted["metadata"]["uid"].string {
                throw .otherUID(key.kind, key.name, wanted: uid, stored: "")
            }
            if isStatus { throw .notFound(request.kind, key.name) }
            let created = try await create(wanted, request)
            await store.noteApplied(wanted, by: manager, to: created)
            return answer(201, created, request)
        }
        let before = await store.applied(by: manager, to: old)
        let applied = try await store.modify(key, isDryRun: request.isDryRun, unless: request.refusal) {
            (old) throws(APIFailure) in
            let pruned = StrategicMergePatch.merge(Self.removal(of: before, for: wanted), into: old)
            let new = StrategicMergePatch.merge(wanted, into: pruned)
            return Self.replacing(old, with: new, subresource: request.subresource, key.kind)
        }
        if !request.isDryRun { await store.noteApplied(wanted, by: manager, to: applied) }
        return answer(200, applied, request)
    }

    private static func appliedObject(_ request: APIRequest) throws(APIFailure) -> JSONValue {
        guard let node = try? YAMLDocument.parse(request.body), JSONValue(node).object != nil else {
            throw .badRequest("error decoding YAML: the body is no object")
        }
        return JSONValue(node)
    }

    private func create(_ wanted: JSONValue, _ request: APIRequest) async throws(APIFailure) -> JSONValue {
        try await store.create(
            request.kind.stored,
            namespace: request.namespace ?? "",
            wanted.with("status", .null),
            isDryRun: request.isDryRun
        )
    }

    /// The patch that takes away what is in `before` and not in `wanted`.
    private static func removal(of before: JSONValue, for wanted: JSONValue) -> JSONValue {
        var patch: [String: JSONValue] = [:]
        for (key, value) in before.object ?? [:] {
            guard let kept = wanted.object?[key] else {
                patch[key] = .null
                continue
            }
            if value.object != nil, kept.object != nil {
                patch[key] = removal(of: value, for: kept)
            } else if let items = value.array, let keptItems = kept.array,
                let merge = StrategicMergePatch.mergeKey(of: key, items)
            {
                let gone = items.filter { item in !keptItems.contains { $0[merge] == item[merge] } }
                if !gone.isEmpty {
                    patch[key] = .array(gone.map { .object([merge: $0[merge], "$patch": "delete"]) })
                }
            }
        }
        return .object(patch)
    }
}
