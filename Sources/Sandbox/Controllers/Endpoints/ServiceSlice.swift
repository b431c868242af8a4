/// The EndpointSlice of one family that a Service with a selector has.
struct ServiceSlice {
    /// Whose slice it is.
    let service: JSONValue
    /// What its selector selects, by name.
    let pods: [JSONValue]
    /// The zones of nodes, by their names; a node without zone is left out.
    let zones: [String: JSONValue]

    /// The label that names a slice's Service.
    static let serviceName = "kubernetes.io/service-name"
    /// The label that names who writes a slice.
    static let managedBy = "endpointslice.kubernetes.io/managed-by"
    /// Who writes those of Services with a selector.
    static let manager: JSONValue = "endpointslice-controller.k8s.io"
    /// The label of what belongs to a Service without address.
    static let headless = "service.kubernetes.io/headless"

    /// As it is created; `family`: `IPv4` or `IPv6`.
    func object(_ family: String) -> JSONValue {
        let name = service["metadata"]["name"].string ?? ""
        var labels = service["metadata"]["labels"]
        labels[Self.serviceName] = .string(name)
        labels[Self.managedBy] = Self.manager
        labels[Self.headless] = service["spec"]["clusterIP"] == "None" ? "" : .null
        let listed = pods.filter { PodEndpoint.isListed($0) && PodEndpoint.address(of: $0, family) != .null }
        let ports = (service["spec"]["ports"].array ?? []).compactMap { PodEndpoint.port($0, in: listed.first) }
        return [
            "metadata": [
                "generateName": .string("\(name)-"), "labels": labels,
                "ownerReferences": [.owner(service, kind: .services)],
            ], "addressType": .string(family), "endpoints": .array(listed.map { endpoint($0, family) }),
            // With nothing behind them there are no ports.
            "ports": .array(listed.isEmpty ? [] : ports),
        ]
    }

    private func endpoint(_ pod: JSONValue, _ family: String) -> JSONValue {
        let publishesAll = service["spec"]["publishNotReadyAddresses"].bool ?? false
        let isServing = PodStatus.isReady(pod)
        let isTerminating = PodEndpoint.isTerminating(pod)
        var endpoint: JSONValue = [
            "addresses": [PodEndpoint.address(of: pod, family)],
            "conditions": [
                "ready": .bool(publishesAll || isServing && !isTerminating), "serving": .bool(isServing),
                "terminating": .bool(isTerminating),
            ], "targetRef": PodEndpoint.reference(to: pod),
        ]
        endpoint["nodeName"] = pod["spec"]["nodeName"]
        endpoint["hostname"] = PodEndpoint.hostname(of: pod, at: service)
        endpoint["zone"] = pod["spec"]["nodeName"].string.flatMap { zones[$0] } ?? .null
        return endpoint
    }
}
