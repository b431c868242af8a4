import Foundation

extension Kind {
    /// Events in the newer form, in which they are stored.
    ///
    /// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
    package static let events: Kind = Kind(
        group: "events.k8s.io",
        plural: "events",
        kind: "Event",
        shortNames: ["ev"],
        columns: EventRules.columns,
        fields: EventRules.fields,
        fillIn: EventRules.fillIn,
        check: EventRules.check
    )

    /// The same events in the core group's older form.
    static let coreEvents: Kind = Kind(
        group: "",
        plural: "events",
        kind: "Event",
        shortNames: ["ev"],
        storage: .form(
            of: FormConversion(of: { .events }, toStored: EventRules.fromCore, fromStored: EventRules.toCore)
        ),
        columns: EventRules.columns,
        fields: EventRules.coreFields
    )
}

/// What sets Events apart, and their two forms.
private enum EventRules {
    static let columns: [Column] = [
        Column("Last Seen") { event, now in .string(Timestamp.age(lastSeen(event), now: now)) },
        .text("Type") { $0["type"].string },
        .text("Reason") { $0["reason"].string },
        .text("Object") { event in
            let object = event["regarding"]
            return "\((object["kind"].string ?? "").lowercased())/\(object["name"].string ?? "")"
        },
        .text("Source", priority: 1) { $0["reportingController"].string ?? $0["deprecatedSource"]["component"].string },
        .text("Message") { $0["note"].string },
        .text("Name", priority: 1) { $0["metadata"]["name"].string },
    ]

    private static func lastSeen(_ event: JSONValue) -> JSONValue {
        [
            event["series"]["lastObservedTime"], event["deprecatedLastTimestamp"],
            event["eventTime"], event["metadata"]["creationTimestamp"],
        ].first { $0 != .null } ?? .null
    }

    static func fields(_ event: JSONValue) -> [String: String] {
        fields(of: event["regarding"], named: "regarding").merging([
            "reason": event["reason"].string ?? "", "type": event["type"].string ?? "",
            "reportingController": event["reportingController"].string ?? "",
        ]) { first, _ in first }
    }

    /// The fields of the older form, read from the newer one.
    static func coreFields(_ event: JSONValue) -> [String: String] {
        fields(of: event["regarding"], named: "involvedObject").merging([
            "reason": event["reason"].string ?? "", "type": event["type"].string ?? "",
            "reportingComponent": event["reportingController"].string ?? "",
            "source": event["deprecatedSource"]["component"].string ?? event["reportingController"].string ?? "",
        ]) { first, _ in first }
    }

    private static func fields(of object: JSONValue, named name: String) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"].map
            {
                ("\(name).\($0)", object[$0].string ?? "")
            }
        )
    }

    // MARK: Two forms

    /// The names that differ: core group, events group.
    private static let names = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    static func toCore(_ event: JSONValue) -> JSONValue {
        var result = event
        for (core, new) in names {
            result[core] = event[new]
            result[new] = .null
        }
        result["apiVersion"] = "v1"
        if result["source"] == .null { result["source"] = [:] }
        return result
    }

    static func fromCore(_ event: JSONValue) -> JSONValue {
        var result = event
        for (core, new) in names {
            result[new] = event[core]
            result[core] = .null
        }
        result["apiVersion"] = "events.k8s.io/v1"
        return result
    }

    // MARK: Validation

    /// The fields of the older form are shown, empty, also where the newer one is used.
    static func fillIn(_ event: inout JSONValue) {
        var members = event.object ?? [:]
        if members["deprecatedSource"] ?? .null == .null { members["deprecatedSource"] = [:] }
        for field in ["deprecatedFirstTimestamp", "deprecatedLastTimestamp"] where members[field] == nil {
            members[field] = .null
        }
        event = .object(members)
    }

    static func check(_ event: JSONValue, _ old: JSONValue?) throws(APIFailure) {
        // Only the newer form has an eventTime, and only it has rules; only the older one must be of the object's namespace.
        let isOlder = event["deprecatedSource"] != [:] || event["deprecatedCount"] != .null
        if event["eventTime"] == .null, isOlder { return try checkNamespace(event) }
        guard let time = event["eventTime"].string else { throw .required(.coreEvents, event, "eventTime") }
        if !Timestamp.isMicro(time) {
            throw .badRequest("parsing time \"\(time)\" as \"2006-01-02T15:04:05.000000Z07:00\"")
        }
        for field in ["reportingController", "reportingInstance", "action", "reason"] {
            guard let text = event[field].string, !text.isEmpty else { throw .required(.coreEvents, event, field) }
            if text.utf8.count > 128 {
                throw .invalid(.coreEvents, event, field, .string(text), "can have at most 128 characters")
            }
        }
        if !["Normal", "Warning"].contains(event["type"].string) {
            throw .invalid(
                .coreEvents,
                event,
                "type",
                event["type"],
                "has invalid value: \(event["type"].string ?? "")"
            )
        }
        if (event["note"].string ?? "").utf8.count > 1024 {
            throw .invalid(.coreEvents, event, "message", event["note"], "can have at most 1024 characters")
        }
        if let old { try checkUnchanged(event, old) }
    }

    private static func checkNamespace(_ event: JSONValue) throws(APIFailure) {
        let namespace = event["metadata"]["namespace"].string ?? ""
        let regarded = event["regarding"]["namespace"].string ?? ""
        let isOfCluster = regarded.isEmpty && ["default", "kube-system"].contains(namespace)
        if regarded == namespace || isOfCluster { return }
        let words = "does not match event.namespace"
        throw .invalid(.coreEvents, event, "involvedObject.namespace", .string(regarded), words)
    }

    private static func checkUnchanged(_ event: JSONValue, _ old: JSONValue) throws(APIFailure) {
        for field in ["regarding", "reason", "action", "note", "type", "eventTime", "reportingController"] {
            if event[field] != old[field] {
                throw .invalid(.coreEvents, event, field, event[field], "field is immutable")
            }
        }
    }
}
