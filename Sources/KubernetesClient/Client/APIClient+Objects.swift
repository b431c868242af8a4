import Foundation

extension APIClient {
    /// Reads one object from no cache.
    package func get<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String,
        name: String,
        timeout: Duration = requestTimeout,
        retry: RetryPolicy = .standard
    ) async throws(KubernetesError) -> Resource {
        var call = APICall.get("get", Resource.resource, namespace: namespace, name: name)
        call.timeout = timeout
        return try await send(call, retry: retry)
    }

    /// Lists a collection consistently, as new as now, page by page.
    ///
    /// `labelSelector`: nil or empty: every object.
    package func list<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String?,
        labelSelector: String? = nil,
        retry: RetryPolicy = .standard
    ) async throws(KubernetesError) -> ResourceList<Resource> {
        let selector = labelSelector.flatMap { $0.isEmpty ? nil : [("labelSelector", $0)] } ?? []
        do throws(KubernetesError) {
            return try await listPages(namespace: namespace, selector: selector, retry: retry)
        } catch {
            // The continue token expired between two pages: one whole list instead.
            guard error.code == 410 else { throw error }
            return try await page(namespace: namespace, query: selector, retry: retry)
        }
    }

    /// The version of a collection now, at the cost of one object.
    func version<Resource: KubernetesResource>(
        of type: Resource.Type,
        namespace: String?
    ) async throws(KubernetesError) -> String? {
        let list: ResourceList<Resource> = try await page(namespace: namespace, query: [("limit", "1")], retry: .none)
        return list.metadata.resourceVersion
    }

    private func listPages<Resource: KubernetesResource>(
        namespace: String?,
        selector: [(String, String)],
        retry: RetryPolicy
    ) async throws(KubernetesError) -> ResourceList<Resource> {
        let query = selector + [("limit", "500")]
        var list: ResourceList<Resource> = try await page(namespace: namespace, query: query, retry: retry)
        list.items = list.items ?? []
        while let token = list.metadata.continue, !token.isEmpty {
            let next: ResourceList<Resource> = try await page(
                namespace: namespace,
                query: query + [("continue", token)],
                retry: retry
            )
            list.items?.append(contentsOf: next.items ?? [])
            list.metadata.continue = next.metadata.continue
        }
        return list
    }

    private func page<Resource: KubernetesResource>(
        namespace: String?,
        query: [(String, String)],
        retry: RetryPolicy
    ) async throws(KubernetesError) -> ResourceList<Resource> {
        var call = APICall.get("list", Resource.resource, namespace: namespace, query: query)
        call.timeout = Self.listTimeout
        return try await send(call, retry: retry)
    }

    /// Creates an object.
    ///
    /// - Returns: the object as stored.
    package func create<Resource: KubernetesResource>(
        _ object: Resource,
        namespace: String,
        timeout: Duration = requestTimeout,
        retry: RetryPolicy = .none
    ) async throws(KubernetesError) -> Resource {
        try await send(
            .write(
                "create",
                method: "POST",
                Resource.resource,
                namespace: namespace,
                timeout: timeout,
                body: try encoded(object)
            ),
            retry: retry
        )
    }

    /// Replaces an object; its `resourceVersion` and `uid` are the write's conditions.
    package func update<Resource: KubernetesResource>(
        _ object: Resource,
        namespace: String,
        timeout: Duration = requestTimeout,
        retry: RetryPolicy = .none
    ) async throws(KubernetesError) -> Resource {
        try await send(
            .write(
                "update",
                method: "PUT",
                Resource.resource,
                namespace: namespace,
                name: object.metadata.name,
                timeout: timeout,
                body: try encoded(object)
            ),
            retry: retry
        )
    }

    /// Changes labels and annotations of exactly one version of one object.
    ///
    /// - Throws: 404 if it is gone; 409 if another version is stored; 422 with a cause `metadata.uid` if another object
    ///   has its name.
    package func patchMetadata<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String,
        name: String,
        _ patch: MetadataPatch,
        isTrial: Bool = false,
        timeout: Duration = requestTimeout,
        retry: RetryPolicy = .none
    ) async throws(KubernetesError) -> Resource {
        try await merge(type, namespace: namespace, name: name, patch, isTrial: isTrial, timeout: timeout, retry: retry)
    }

    /// Replaces the endpoints of exactly one version of one EndpointSlice.
    ///
    /// - Throws: as `patchMetadata`.
    package func patchEndpoints(
        namespace: String,
        name: String,
        _ patch: EndpointSlicePatch,
        timeout: Duration = requestTimeout
    ) async throws(KubernetesError) -> EndpointSlice {
        try await merge(EndpointSlice.self, namespace: namespace, name: name, patch, timeout: timeout)
    }

    private func merge<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String,
        name: String,
        _ patch: some Encodable,
        isTrial: Bool = false,
        timeout: Duration,
        retry: RetryPolicy = .none
    ) async throws(KubernetesError) -> Resource {
        try await send(
            .write(
                "patch",
                method: "PATCH",
                Resource.resource,
                namespace: namespace,
                name: name,
                contentType: "application/merge-patch+json",
                isTrial: isTrial,
                timeout: timeout,
                body: try encoded(patch)
            ),
            retry: retry
        )
    }

    /// Deletes exactly one version of one object, as it was read.
    ///
    /// - Throws: 404 if it is gone; 409 if another version, or another object, has its name.
    package func delete<Resource: KubernetesResource>(
        _ object: Resource,
        namespace: String,
        timeout: Duration = requestTimeout
    ) async throws(KubernetesError) {
        try await delete(
            Resource.self,
            namespace: namespace,
            name: object.metadata.name ?? "",
            .init(uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion),
            timeout: timeout
        )
    }

    /// Deletes an object of just this uid, whatever became of it since.
    ///
    /// - Throws: 404 if it is gone; 409 if another object has its name.
    package func delete<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String,
        name: String,
        uid: String,
        timeout: Duration = requestTimeout
    ) async throws(KubernetesError) {
        try await delete(type, namespace: namespace, name: name, .init(uid: uid), timeout: timeout)
    }

    private func delete<Resource: KubernetesResource>(
        _ type: Resource.Type,
        namespace: String,
        name: String,
        _ conditions: DeleteOptions.Preconditions,
        timeout: Duration
    ) async throws(KubernetesError) {
        let call = APICall.delete(
            Resource.resource,
            namespace: namespace,
            name: name,
            timeout: timeout,
            body: try encoded(DeleteOptions(preconditions: conditions))
        )
        // The answer is a Status or the object, by the kind.
        let _: DeletionAnswer = try await send(call, retry: .none)
    }

    /// Asks whether we, or a user whom we may impersonate, may do something.
    package func review(
        _ attributes: SelfSubjectAccessReview.ResourceAttributes,
        as user: String? = nil
    ) async throws(KubernetesError) -> Bool {
        let body = try encoded(SelfSubjectAccessReview(attributes))
        var call = APICall.review(SelfSubjectAccessReview.resource, body: body)
        call.impersonatedUser = user
        let answer: SelfSubjectAccessReview = try await send(call, retry: .standard)
        return answer.status?.allowed ?? false
    }

    private func encoded(_ value: some Encodable) throws(KubernetesError) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(value))
        } catch {
            preconditionFailure("a typed object of ours cannot be encoded: \(error)")
        }
    }
}

/// What a deletion is bound to.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
private struct DeleteOptions: Encodable {
    struct Preconditions: Encodable {
        var uid: String?
        var resourceVersion: String?
    }

    var apiVersion = "v1"
    var kind = "DeleteOptions"
    var preconditions: Preconditions
}

private struct DeletionAnswer: Decodable {}
