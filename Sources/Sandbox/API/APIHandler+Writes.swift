extension APIHandler {
    /// POST to a collection: stores the object and answers 201.
    ///
    /// - Throws: 400, 405 if the path names an object, 409 if the name is taken, 422 if the object is not valid.
    func create(_ request: APIRequest) async throws(APIFailure) -> Answer {
        guard request.name == nil, request.kind.isNamespaced == (request.namespace != nil) else {
            throw .methodNotAllowed
        }
        var object = try request.object()
        try checkIdentity(of: object, request)
        object = stored(object, request)
        // What the server writes itself is not taken from the request.
        for field in ["resourceVersion", "uid", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"] {
            if field == "resourceVersion", object["metadata"][field].string?.isEmpty == false {
                throw .versionOnCreation
            }
            object["metadata"][field] = .null
        }
        if request.kind.subresources.contains(.status), request.kind != .nodes { object["status"] = .null }
        let created = try await store.create(
            request.kind.stored,
            namespace: request.namespace ?? "",
            object,
            isDryRun: request.isDryRun
        )
        return answer(201, created, request)
    }

    /// The stored form of an object as it came.
    private func stored(_ object: JSONValue, _ request: APIRequest) -> JSONValue {
        guard case .form(let conversion) = request.kind.storage else { return object }
        return conversion.toStored(object)
    }

    private func checkIdentity(of object: JSONValue, _ request: APIRequest) throws(APIFailure) {
        let (kind, version) = (object["kind"].string ?? "", object["apiVersion"].string ?? "")
        if !kind.isEmpty, kind != request.kind.kind || !version.isEmpty && version != request.kind.apiVersion {
            throw .badRequest("\(kind) in version \"\(version)\" cannot be handled as a \(request.kind.kind)")
        }
        if let namespace = object["metadata"]["namespace"].string, !namespace.isEmpty,
            namespace != request.namespace ?? ""
        {
            throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
        }
        if let wanted = request.name, object["metadata"]["name"].string != wanted {
            let name = object["metadata"]["name"].string ?? ""
            throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(wanted))")
        }
    }

    // MARK: Update

    /// PUT: replaces the object, or creates it if its kind allows that.
    ///
    /// - Throws: 403 if the caller may not create it, 404, 409 if the resourceVersion or uid differs from the stored one, 422.
    func update(_ request: APIRequest, from caller: Caller) async throws(APIFailure) -> Answer {
        let key = try key(request)
        let raw = try request.object()
        try checkIdentity(of: raw, request)
        let object = stored(raw, request)
        do throws(APIFailure) {
            let updated = try await store.modify(key, isDryRun: request.isDryRun, unless: request.refusal) {
                (old) throws(APIFailure) in
                try Self.checkConditions(of: object, old, key)
                return Self.replacing(old, with: object, subresource: request.subresource, key.kind)
            }
            return answer(200, updated, request)
        } catch {
            guard error.code == 404, error.kind == key.kind, key.kind.createsOnUpdate else { throw error }
            if let uid = object["metadata"]["uid"].string, !uid.isEmpty {
                throw .otherUID(key.kind, key.name, wanted: uid, stored: "")
            }
            try await authorizer.check(caller, Self.creation(of: try request.attributes()), kind: request.kind)
            var new = object
            new["metadata"]["resourceVersion"] = .null
            let created = try await store.create(key.kind, namespace: key.namespace, new, isDryRun: request.isDryRun)
            return answer(201, created, request)
        }
    }

    /// Whoever creates by a PUT needs the right to create.
    private static func creation(of attributes: AccessAttributes) -> AccessAttributes {
        var creation = attributes
        creation.verb = "create"
        return creation
    }

    private static func checkConditions(of object: JSONValue, _ old: JSONValue, _ key: ObjectKey) throws(APIFailure) {
        let stored = old["metadata"]["uid"].string ?? ""
        if let uid = object["metadata"]["uid"].string, !uid.isEmpty, uid != stored {
            throw .otherUID(key.kind, key.name, wanted: uid, stored: stored)
        }
        if object["metadata"]["resourceVersion"] == .null, !key.kind.allowsUnconditionalUpdate {
            throw .invalid(key.kind, old, "metadata.resourceVersion", 0, "must be specified for an update")
        }
    }

    /// A write of the object leaves the status, a write of the status leaves the spec; metadata that the server keeps
    /// stays.
    static func replacing(
        _ old: JSONValue,
        with new: JSONValue,
        subresource: String?,
        _ kind: Kind
    ) -> JSONValue {
        var result = new
        let hasStatus = kind.subresources.contains(.status)
        if subresource == "status" {
            result["spec"] = old["spec"]
        } else if hasStatus {
            result["status"] = old["status"]
        }
        result["kind"] = old["kind"]
        result["apiVersion"] = old["apiVersion"]
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
            result["metadata"][field] = old["metadata"][field]
        }
        for field in ["uid", "namespace"] where result["metadata"][field] == .null {
            result["metadata"][field] = old["metadata"][field]
        }
        return result
    }

    // MARK: Patch

    /// PATCH: a JSON Patch, merge patch, strategic merge patch or server-side apply, by its Content-Type.
    ///
    /// - Throws: 400, 404, 409, 415 for any other Content-Type, 422.
    func patch(_ request: APIRequest) async throws(APIFailure) -> Answer {
        if request.contentType == Self.applyType { return try await apply(request) }
        let key = try key(request)
        let apply = try Self.patch(request)
        let subresource = request.subresource
        let kind = request.kind
        let patched = try await store.modify(key, isDryRun: request.isDryRun, unless: request.refusal) {
            (old) throws(APIFailure) in
            let shown = if case .form(let conversion) = kind.storage { conversion.fromStored(old) } else { old }
            let changed = try apply(shown)
            guard changed.object != nil else { throw .badRequest("the patch leaves no object") }
            let new = if case .form(let conversion) = kind.storage { conversion.toStored(changed) } else { changed }
            return Self.replacing(old, with: new, subresource: subresource, key.kind)
        }
        return answer(200, patched, request)
    }

    /// What a patch's body does to an object.
    ///
    /// - Throws: 415 for a kind of patch that there is not, 400 for a body that is none.
    static func patch(_ request: APIRequest) throws(APIFailure) -> @Sendable (JSONValue) throws(APIFailure) -> JSONValue
    {
        let kinds = ["merge", "strategic-merge", "json"]
        guard kinds.contains(where: { request.contentType == "application/\($0)-patch+json" }) else {
            throw .unsupportedMediaType
        }
        guard let patch = JSONValue(json: request.body) else {
            throw .badRequest("error decoding patch: it is no JSON")
        }
        switch request.contentType {
        case "application/json-patch+json":
            return { (object) throws(APIFailure) in try JSONPatch.apply(patch, to: object) }
        case "application/merge-patch+json":
            return { (object) throws(APIFailure) in JSONPatch.merge(patch, into: object) }
        default: return { (object) throws(APIFailure) in StrategicMergePatch.merge(patch, into: object) }
        }
    }

    // MARK: Deletion

    /// DELETE of one object: answers with a Status, or with the object if it is a pod or is still terminating.
    ///
    /// - Throws: 404, 409 if a precondition does not hold.
    func delete(_ request: APIRequest) async throws(APIFailure) -> Answer {
        let key = try key(request)
        let left = try await store.delete(key, try deletion(request), isDryRun: request.isDryRun)
        if key.kind == .pods || left["metadata"]["deletionTimestamp"] != .null { return answer(200, left, request) }
        var details: JSONValue = ["name": .string(key.name), "kind": .string(key.kind.plural)]
        if !key.kind.group.isEmpty { details["group"] = .string(key.kind.group) }
        details["uid"] = left["metadata"]["uid"]
        return Answer(
            code: 200,
            ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
        )
    }

    private func deletion(_ request: APIRequest) throws(APIFailure) -> Deletion {
        let options = request.body.isEmpty ? [:] : try request.object()
        return Deletion(
            uid: options["preconditions"]["uid"].string,
            resourceVersion: options["preconditions"]["resourceVersion"].string,
            gracePeriod: options["gracePeriodSeconds"].int ?? request.query["gracePeriodSeconds"].flatMap { Int($0) }
        )
    }

    /// DELETE of a collection: answers with the list of what the selectors matched; what cannot be deleted is passed over.
    func deleteCollection(_ request: APIRequest) async throws(APIFailure) -> Answer {
        let filter = try request.filter()
        let deletion = try deletion(request)
        let view = await store.view(of: request.kind, namespace: request.namespace, for: filter)
        let victims = view.list(request.kind.stored, namespace: request.namespace).filter {
            filter.matches($0.object.value, of: request.kind)
        }
        for victim in victims { _ = try? await store.delete(victim.key, deletion, isDryRun: request.isDryRun) }
        let metadata: JSONValue = ["resourceVersion": .string("\(await store.revision)")]
        let text = request.presentation.text(of: victims.map(\.object), request.kind, metadata: metadata)
        return Answer(code: 200, text: text)
    }
}
