/// A kubelet's door to the sandbox's own store.
struct StoreKubeletAPI: KubeletAPI {
    /// Written to directly: no token and no role is needed.
    let store: ObjectStore

    /// Ends only with the task: there is no connection that could be lost.
    func followPods(of node: String, _ receive: @Sendable (PodSighting) async -> Void) async throws {
        let changes = await store.follow()
        for pod in await store.list(.pods, namespace: nil) where pod["spec"]["nodeName"] == .string(node) {
            await receive(.present(pod))
        }
        for await change in changes
        where change.key.kind == .pods && change.object["spec"]["nodeName"] == .string(node) {
            await receive(change.action == .deleted ? .gone(change.object) : .present(change.object))
        }
    }

    /// Creates the Node, or replaces the status of the one that exists.
    func register(_ node: JSONValue) async throws {
        let key = ObjectKey(.nodes, namespace: "", name: node["metadata"]["name"].string ?? "")
        if (try? await store.get(key)) == nil {
            try await store.create(.nodes, namespace: "", node)
        } else {
            try await store.modify(key) { (old) throws(APIFailure) in old.with("status", node["status"]) }
        }
    }

    /// Creates the Lease if it is missing, so that a deleted one comes back.
    func renewHeartbeat(of node: String) async throws {
        let key = ObjectKey(.leases, namespace: NodeStatus.leaseNamespace, name: node)
        if (try? await store.get(key)) == nil {
            try await store.create(.leases, namespace: key.namespace, NodeStatus.lease(of: node))
        } else {
            try await store.modify(key) { (old) throws(APIFailure) in
                old.with("spec", NodeStatus.lease(of: node)["spec"])
            }
        }
    }

    /// Leaves a pod alone that has the same name and another uid, and one that has finished: that is for good, whatever a kubelet saw
    /// before it.
    ///
    /// - Throws: 404 if the pod is gone.
    func publish(_ status: JSONValue, of pod: JSONValue) async throws {
        try await store.modify(ObjectKey(pod: pod)) { (old) throws(APIFailure) in
            guard old["metadata"]["uid"] == pod["metadata"]["uid"], !PodStatus.isFinished(old) else { return old }
            return old.with("status", status)
        }
    }

    /// Deletes the pod with a grace period of 0.
    ///
    /// - Throws: 404 if it is gone, 409 if the pod of this name has another uid.
    func confirmDeletion(of pod: JSONValue) async throws {
        try await store.delete(
            ObjectKey(pod: pod),
            Deletion(uid: pod["metadata"]["uid"].string, gracePeriod: 0)
        )
    }
}

extension ObjectKey {
    /// The key of a pod.
    package init(pod: JSONValue) {
        self.init(
            .pods,
            namespace: pod["metadata"]["namespace"].string ?? "",
            name: pod["metadata"]["name"].string ?? ""
        )
    }
}

/// What a kubelet says to the API server; in the sandbox it writes into the store, elsewhere it may speak HTTPS.
package protocol KubeletAPI: Sendable {
    /// Tells of the pods that are bound to a node, as they are and then after each change, until the task is cancelled or
    /// the connection is lost.
    func followPods(of node: String, _ receive: @Sendable (PodSighting) async -> Void) async throws
    /// Makes a Node known, or says again how it is.
    func register(_ node: JSONValue) async throws
    /// Renews the node's Lease.
    func renewHeartbeat(of node: String) async throws
    /// Replaces the status of a pod; `pod`: as the kubelet has seen it.
    func publish(_ status: JSONValue, of pod: JSONValue) async throws
    /// The pod's containers have ended: the object may go.
    func confirmDeletion(of pod: JSONValue) async throws
}

/// What is seen of a pod.
package enum PodSighting: Sendable {
    /// It is there: new, changed, or terminating.
    case present(JSONValue)
    /// It was deleted; this is its last state.
    case gone(JSONValue)
}
