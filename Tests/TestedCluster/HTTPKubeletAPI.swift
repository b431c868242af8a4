package import Sandbox

/// A played kubelet's door to any API server: the status subresource, the node's Lease, and deletions that it confirms.
package struct HTTPKubeletAPI: KubeletAPI {
    private let speaker: APISpeaker

    package init(_ speaker: APISpeaker) {
        self.speaker = speaker
    }

    package func followPods(of node: String, _ receive: @Sendable (PodSighting) async -> Void) async throws {
        let query = "/api/v1/pods?fieldSelector=spec.nodeName%3D\(node)"
        let list = try await speaker.ask("GET", query).body
        let version = list["metadata"]["resourceVersion"].string ?? ""
        for pod in list["items"].array ?? [] { await receive(.present(pod)) }
        let events = try await speaker.watch(
            "\(query)&watch=true&resourceVersion=\(version)&timeoutSeconds=300",
            idleTimeout: .seconds(310)
        )
        while let event = try await events.next(), event["type"] != "ERROR" {
            await receive(event["type"] == "DELETED" ? .gone(event["object"]) : .present(event["object"]))
        }
    }

    package func register(_ node: JSONValue) async throws {
        var node = node
        // Nobody else's pods come to a node without containers.
        node["spec"]["taints"] = [["key": "kube-standby.io/test", "effect": "NoSchedule"]]
        let created = try await speaker.ask("POST", "/api/v1/nodes", node)
        if created.code == 201 { return }
        let path = "/api/v1/nodes/\(node["metadata"]["name"].string ?? "")/status"
        let answer = try await speaker.ask(
            "PATCH",
            path,
            ["status": node["status"]],
            type: "application/merge-patch+json"
        )
        if answer.code != 200 { throw TestedCluster.Unusable(description: "cannot register a node: \(answer.text)") }
    }

    package func renewHeartbeat(of node: String) async throws {
        let leases = "/apis/coordination.k8s.io/v1/namespaces/\(NodeStatus.leaseNamespace)/leases"
        let lease = NodeStatus.lease(of: node)
        let patched = try await speaker.ask(
            "PATCH",
            "\(leases)/\(node)",
            ["spec": lease["spec"]],
            type: "application/merge-patch+json"
        )
        if patched.code == 404 { _ = try await speaker.ask("POST", leases, lease) }
    }

    package func publish(_ status: JSONValue, of pod: JSONValue) async throws {
        _ = try await speaker.ask(
            "PATCH",
            path(of: pod) + "/status",
            ["metadata": ["uid": pod["metadata"]["uid"]], "status": status],
            type: "application/merge-patch+json"
        )
    }

    package func confirmDeletion(of pod: JSONValue) async throws {
        _ = try await speaker.ask(
            "DELETE",
            path(of: pod),
            ["gracePeriodSeconds": 0, "preconditions": ["uid": pod["metadata"]["uid"]]]
        )
    }

    private func path(of pod: JSONValue) -> String {
        let key = ObjectKey(pod: pod)
        return "/api/v1/namespaces/\(key.namespace)/pods/\(key.name)"
    }
}
