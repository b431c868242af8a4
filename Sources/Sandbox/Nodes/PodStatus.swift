import Foundation

/// The statuses that a kubelet writes.
package enum PodStatus {
    /// A pod whose containers run at an address, and are ready.
    static func running(_ pod: JSONValue, address: String, restarts: Int) -> JSONValue {
        let now = Timestamp.seconds()
        let start = pod["status"]["startTime"] == .null ? now : pod["status"]["startTime"]
        let types = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
        return [
            "phase": "Running", "qosClass": "BestEffort", "hostIP": "127.0.0.1", "podIP": .string(address),
            "podIPs": [["ip": .string(address)]], "startTime": start,
            "conditions": .array(
                types.map { ["type": .string($0), "status": "True", "lastTransitionTime": now] }
            ),
            "containerStatuses": .array(
                (pod["spec"]["containers"].array ?? []).map { container in
                    [
                        "name": container["name"], "image": container["image"], "imageID": "", "ready": true,
                        "started": true, "restartCount": .int(restarts),
                        "containerID": .string("sandbox://\(UUID().uuidString.lowercased())"),
                        "state": ["running": ["startedAt": now]], "lastState": [:],
                    ]
                }
            ),
        ]
    }

    /// The object with a condition set; its time changes with its status only.
    static func setting(_ type: String, _ status: String, reason: String? = nil, _ object: JSONValue) -> JSONValue {
        var conditions = object["status"]["conditions"].array ?? []
        let index = conditions.firstIndex { $0["type"] == .string(type) }
        var condition: JSONValue = index.map { conditions[$0] } ?? ["type": .string(type)]
        if condition["status"] != .string(status) { condition["lastTransitionTime"] = Timestamp.seconds() }
        condition["status"] = .string(status)
        if let reason { condition["reason"] = .string(reason) }
        if let index { conditions[index] = condition } else { conditions.append(condition) }
        return object.with("status", object["status"].with("conditions", .array(conditions)))
    }

    /// The pod as the scheduler leaves it.
    static func scheduled(_ pod: JSONValue) -> JSONValue { setting("PodScheduled", "True", pod) }

    package static func isReady(_ pod: JSONValue) -> Bool {
        pod["status"]["conditions"].array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
    }
}
