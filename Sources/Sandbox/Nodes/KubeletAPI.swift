/// What a kubelet says to the API server; in the sandbox it writes into the store, elsewhere it may speak HTTPS.
package protocol KubeletAPI: Sendable {
    /// Tells of the pods that are bound to a node, as they are and then after each change, until the task is cancelled or
    /// the connection is lost.
    func followPods(of node: String, _ receive: @Sendable (PodSighting) async -> Void) async throws
    /// Makes a Node known, or says again how it is.
    func register(_ node: JSONValue) async throws
    /// Renews the node's Lease.
    func renewHeartbeat(of node: String) async throws
    func publish(_ status: JSONValue, of pod: JSONValue) async throws
    /// The pod's containers have ended: the object may go.
    func confirmDeletion(of pod: JSONValue) async throws
}

/// What is seen of a pod.
package enum PodSighting: Sendable {
    case present(JSONValue)
    case gone(JSONValue)
}
