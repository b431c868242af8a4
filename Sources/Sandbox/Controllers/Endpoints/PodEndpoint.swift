/// What a Service's endpoints say of a pod.
enum PodEndpoint {
    /// The reference to a pod.
    static func reference(to pod: JSONValue) -> JSONValue {
        [
            "kind": "Pod", "name": pod["metadata"]["name"], "namespace": pod["metadata"]["namespace"],
            "uid": pod["metadata"]["uid"],
        ]
    }

    /// The pod's address of a family; null if it has none.
    static func address(of pod: JSONValue, _ family: String) -> JSONValue {
        let listed = (pod["status"]["podIPs"].array ?? []).map { $0["ip"] }
        return (listed.isEmpty ? [pod["status"]["podIP"]] : listed).first {
            $0.string.flatMap(IPAddress.init)?.isIPv4 == (family == "IPv4")
        } ?? .null
    }

    /// Whether it may be among the endpoints at all: one without address has none, and neither has one that is finished.
    static func isListed(_ pod: JSONValue) -> Bool {
        pod["status"]["podIP"] != .null && !["Succeeded", "Failed"].contains(pod["status"]["phase"].string)
    }

    /// Whether it is being deleted.
    static func isTerminating(_ pod: JSONValue) -> Bool { pod["metadata"]["deletionTimestamp"] != .null }

    /// The name under which DNS knows it; null if it has none at this Service.
    static func hostname(of pod: JSONValue, at service: JSONValue) -> JSONValue {
        let isAtService =
            pod["spec"]["subdomain"] == service["metadata"]["name"]
            && pod["metadata"]["namespace"] == service["metadata"]["namespace"]
        return isAtService ? pod["spec"]["hostname"] : .null
    }

    /// A port of a Service as a pod has it; a name is looked up in the containers, then in those that run beside them.
    ///
    /// `pod`: nil: there is none, so that a name means nothing.
    ///
    /// - Returns: nil if the pod has no such port.
    static func port(_ port: JSONValue, in pod: JSONValue?) -> JSONValue? {
        var found: JSONValue = ["name": port["name"] == .null ? "" : port["name"], "protocol": port["protocol"]]
        found["appProtocol"] = port["appProtocol"]
        found["port"] = port["targetPort"]
        if port["targetPort"].int != nil { return found }
        let sidecars = (pod?["spec"]["initContainers"].array ?? []).filter { $0["restartPolicy"] == "Always" }
        let ports = ((pod?["spec"]["containers"].array ?? []) + sidecars).flatMap { $0["ports"].array ?? [] }
        let named = ports.first {
            let transport = $0["protocol"] == .null ? "TCP" : $0["protocol"]
            return $0["name"] == port["targetPort"] && transport == port["protocol"]
        }
        guard let named else { return nil }
        found["port"] = named["containerPort"]
        return found
    }
}
