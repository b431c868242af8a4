import Sandbox
import TestedCluster

extension Rule {
    private static func event(_ s: Subject, _ changes: JSONValue = [:]) -> JSONValue {
        var event: JSONValue = [
            "metadata": s.metadata("a"), "eventTime": "2026-01-02T03:04:05.000000Z",
            "reportingController": "kube-standby.io/supervisor", "reportingInstance": "conformance",
            "action": "Failover", "reason": "Promoted", "type": "Normal", "note": "a note",
            "regarding": [
                "apiVersion": "v1", "kind": "Pod", "namespace": .string(s.namespace), "name": .string(s.name("pod")),
            ],
        ]
        for (key, value) in changes.object ?? [:] { event[key] = value }
        return event
    }

    static let events: [Rule] = [
        Rule("7", "an Event of the newer form is 201") { s in
            let stored = try await s.ask("POST", s.path(.events), event(s)).expect(201).body
            try s.check(stored["note"] == "a note" && stored["kind"] == "Event", "\(stored)")
        },
        Rule("7", "what the newer form requires is 422 when it is missing") { s in
            for field in ["eventTime", "reportingController", "reportingInstance", "action", "reason"] {
                try await s.ask("POST", s.path(.events), event(s).without(field)).expect(422, "Invalid")
            }
        },
        Rule("7", "a note is at most 1024 long, a reason 128, and the type one of two") { s in
            for (field, value) in [
                ("note", String(repeating: "x", count: 1025)), ("reason", String(repeating: "x", count: 129)),
                ("type", "Important"),
            ] {
                try await s.ask("POST", s.path(.events), event(s, [field: .string(value)])).expect(422, "Invalid")
            }
        },
        Rule("5.3", "what it regards may be in another namespace; the empty fields of the older form are shown") { s in
            let other: JSONValue = ["apiVersion": "v1", "kind": "Pod", "namespace": "kube-standby-other", "name": "x"]
            let stored = try await s.ask("POST", s.path(.events), event(s, ["regarding": other])).expect(201).body
            let members = stored.object ?? [:]
            try s.check(members["deprecatedFirstTimestamp"] == .null && members["deprecatedSource"] == [:], "\(stored)")
            try s.check(members.keys.contains("deprecatedLastTimestamp"), "\(stored)")
        },
        Rule("7", "an Event of the older form is of its object's namespace") { s in
            let body: JSONValue = [
                "metadata": s.metadata("a"), "message": "m", "reason": "Old", "type": "Normal", "count": 1,
                "source": ["component": "test"],
                "involvedObject": ["apiVersion": "v1", "kind": "Pod", "namespace": "kube-standby-other", "name": "x"],
            ]
            try await s.ask("POST", s.path(.coreEvents), body).expect(422, "Invalid", field: "involvedObject.namespace")
        },
        Rule("7", "a note does not change, a series does") { s in
            try await s.ask("POST", s.path(.events), event(s)).expect(201)
            try await s.patch(s.path(.events, "a"), ["note": "another"]).expect(422, "Invalid")
            let series: JSONValue = ["series": ["count": 2, "lastObservedTime": "2026-01-02T03:04:06.000000Z"]]
            let patched = try await s.patch(s.path(.events, "a"), series).expect(200).body
            try s.check(patched["series"]["count"] == 2, "\(patched)")
        },
        Rule("7", "the older API shows the same Event in its form, by its fields") { s in
            try await s.ask("POST", s.path(.events), event(s)).expect(201)
            let selector = "involvedObject.name%3D\(s.name("pod")),involvedObject.kind%3DPod"
            let list = try await s.ask("GET", s.path(.coreEvents) + "?fieldSelector=\(selector)").expect(200).body
            let event = list["items"].array?.first ?? .null
            try s.check(event["message"] == "a note" && event["reason"] == "Promoted", "\(event)")
            try s.check(event["reportingComponent"] == "kube-standby.io/supervisor", "\(event)")
            try s.check(event["involvedObject"]["name"] == .string(s.name("pod")), "\(event)")
        },
        Rule("7", "the newer API shows an Event of the older form") { s in
            let body: JSONValue = [
                "metadata": s.metadata("a"), "message": "a message", "reason": "Old", "type": "Normal",
                "source": ["component": "test"], "count": 1, "firstTimestamp": "2026-01-02T03:04:05Z",
                "lastTimestamp": "2026-01-02T03:04:05Z",
                "involvedObject": [
                    "apiVersion": "v1", "kind": "Pod", "namespace": .string(s.namespace), "name": "x",
                ],
            ]
            try await s.ask("POST", s.path(.coreEvents), body).expect(201)
            let event = try await s.ask("GET", s.path(.events, "a")).expect(200).body
            try s.check(event["note"] == "a message" && event["regarding"]["name"] == "x", "\(event)")
            try s.check(event["deprecatedSource"]["component"] == "test", "\(event)")
        },
    ]
}

extension JSONValue {
    /// The object without a member.
    fileprivate func without(_ key: String) -> JSONValue {
        var result = self
        result[key] = .null
        return result
    }
}
