import Foundation

/// The statuses that a kubelet writes.
package enum PodStatus {
    /// A pod whose containers run at an address; it is ready unless a readiness gate is closed.
    ///
    /// Containers that have not been started again keep their ids, and conditions that did not change their times.
    ///
    /// `addresses`: the first is that of the application, one more is of the other family.
    static func running(_ pod: JSONValue, addresses: [String], restarts: Int) -> JSONValue {
        let now = Timestamp.seconds()
        let start = pod["status"]["startTime"] == .null ? now : pod["status"]["startTime"]
        let containers = pod["spec"]["containers"].array ?? []
        let before = pod["status"]["containerStatuses"].array ?? []
        let goesOn = before.count == containers.count && before.allSatisfy { $0["restartCount"].int ?? 0 >= restarts }
        return [
            "phase": "Running", "qosClass": "BestEffort", "hostIP": "127.0.0.1",
            "podIP": addresses.first.map(JSONValue.string) ?? .null,
            "podIPs": .array(addresses.map { ["ip": .string($0)] }), "startTime": start,
            "conditions": .array(conditions(of: pod, now)),
            "containerStatuses": .array(goesOn ? before : containers.map { started($0, restarts: restarts, now) }),
        ]
    }

    private static func started(_ container: JSONValue, restarts: Int, _ now: JSONValue) -> JSONValue {
        [
            "name": container["name"], "image": container["image"], "imageID": "", "ready": true, "started": true,
            "restartCount": .int(restarts),
            "containerID": .string("sandbox://\(UUID().uuidString.lowercased())"),
            "state": ["running": ["startedAt": now]], "lastState": [:],
        ]
    }

    /// A pod whose containers have ended, as they were asked to.
    static func ended(_ pod: JSONValue) -> JSONValue {
        let now = Timestamp.seconds()
        let statuses = (pod["status"]["containerStatuses"].array ?? []).map { status in
            let end: JSONValue = [
                "exitCode": 0, "reason": "Completed", "startedAt": status["state"]["running"]["startedAt"],
                "finishedAt": now,
                "containerID": status["containerID"],
            ]
            return status.with("state", ["terminated": end]).with("ready", false).with("started", false)
        }
        let ended = ["Ready", "ContainersReady"].reduce(pod) { setting($1, "False", reason: "PodCompleted", $0) }
        return ended["status"].with("phase", "Succeeded").with("containerStatuses", .array(statuses))
    }

    private static func conditions(of pod: JSONValue, _ now: JSONValue) -> [JSONValue] {
        let types = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
        let old = pod["status"]["conditions"].array ?? []
        let ours = types.map { type -> JSONValue in
            let status: JSONValue = type != "Ready" || passesGates(pod) ? "True" : "False"
            let same = old.first { $0["type"] == .string(type) && $0["status"] == status }
            let time = same?["lastTransitionTime"] ?? .null
            return ["type": .string(type), "status": status, "lastTransitionTime": time == .null ? now : time]
        }
        return ours + old.filter { $0["type"].string.map { !types.contains($0) } ?? false }
    }

    /// Whether everybody who has a say in a pod's readiness has agreed.
    ///
    /// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate
    static func passesGates(_ pod: JSONValue) -> Bool {
        (pod["spec"]["readinessGates"].array ?? []).allSatisfy { gate in
            pod["status"]["conditions"].array?.contains {
                $0["type"] == gate["conditionType"] && $0["status"] == "True"
            } ?? false
        }
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

    /// Whether the Ready condition is True, also of a pod that is terminating.
    package static func isReady(_ pod: JSONValue) -> Bool {
        pod["status"]["conditions"].array?.contains { $0["type"] == "Ready" && $0["status"] == "True" } ?? false
    }
}
