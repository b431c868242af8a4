/// What a kubelet says of its node.
package enum NodeStatus {
    /// The namespace of the Leases that are the nodes' heartbeats.
    package static let leaseNamespace = "kube-node-lease"

    /// A Node that is well.
    package static func ready(_ name: String) -> JSONValue {
        let now = Timestamp.seconds()
        let capacity: JSONValue = ["cpu": "4", "memory": "8Gi", "pods": "1000"]
        let pressures = ["MemoryPressure", "DiskPressure", "PIDPressure"].map { type -> JSONValue in
            condition(type, "False", "KubeletHasNo\(type)", now)
        }
        return [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(name),
                "labels": ["kubernetes.io/hostname": .string(name), "kubernetes.io/os": "linux"],
            ],
            "status": [
                "capacity": capacity, "allocatable": capacity,
                "conditions": .array(pressures + [condition("Ready", "True", "KubeletReady", now)]),
                "addresses": [
                    ["type": "InternalIP", "address": "127.0.0.1"], ["type": "Hostname", "address": .string(name)],
                ],
                "nodeInfo": [
                    "kubeletVersion": .string(Sandbox.version), "operatingSystem": "linux", "architecture": "amd64",
                    "osImage": "toy", "kernelVersion": "toy", "containerRuntimeVersion": "toy://1",
                    "kubeProxyVersion": "", "bootID": "", "machineID": "", "systemUUID": "",
                ],
            ],
        ]
    }

    private static func condition(_ type: String, _ status: String, _ reason: String, _ now: JSONValue) -> JSONValue {
        [
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": "",
            "lastHeartbeatTime": now, "lastTransitionTime": now,
        ]
    }

    /// The Lease that shows that a node lives.
    package static func lease(of node: String) -> JSONValue {
        [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": ["name": .string(node), "namespace": .string(leaseNamespace)],
            "spec": [
                "holderIdentity": .string(node), "leaseDurationSeconds": 40, "renewTime": Timestamp.micro(),
            ],
        ]
    }

    /// Whether the Ready condition is True; False, Unknown and a missing condition are not.
    static func isReady(_ node: JSONValue) -> Bool {
        node["status"]["conditions"].array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
    }
}
