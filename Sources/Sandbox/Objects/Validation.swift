import Foundation

/// What the API checks of an object before it stores it.
enum Validation {
    /// - Throws: 400 or 422 as a real API server answers.
    static func check(_ object: JSONValue, of kind: Kind, replacing old: JSONValue?) throws(APIFailure) {
        let name = object["metadata"]["name"].string ?? ""
        if let old { try checkImmutableMetadata(object, old, kind, name) }
        switch kind {
        case .leases: try checkLease(object, name)
        case .events: try checkEvent(object, name)
        case .pods: try checkPod(object, name)
        default: break
        }
    }

    private static func checkImmutableMetadata(
        _ object: JSONValue,
        _ old: JSONValue,
        _ kind: Kind,
        _ name: String
    ) throws(APIFailure) {
        for field in ["uid", "name", "namespace"] where object["metadata"][field] != old["metadata"][field] {
            throw .invalid(
                kind,
                name,
                field: "metadata.\(field)",
                "Invalid value: \"\(object["metadata"][field].string ?? "")\": field is immutable"
            )
        }
    }

    private static func checkLease(_ lease: JSONValue, _ name: String) throws(APIFailure) {
        for field in ["acquireTime", "renewTime"] {
            if let text = lease["spec"][field].string, !isMicroTime(text) {
                throw .badRequest(
                    "Lease in version \"v1\" cannot be handled as a Lease: parsing time \"\(text)\" as"
                        + " \"2006-01-02T15:04:05.000000Z07:00\": cannot parse \"\(text)\""
                )
            }
        }
        if let seconds = lease["spec"]["leaseDurationSeconds"].int, seconds <= 0 {
            throw .invalid(
                .leases,
                name,
                field: "spec.leaseDurationSeconds",
                "Invalid value: \(seconds): must be greater than 0"
            )
        }
        if let count = lease["spec"]["leaseTransitions"].int, count < 0 {
            throw .invalid(
                .leases,
                name,
                field: "spec.leaseTransitions",
                "Invalid value: \(count): must be greater than or equal to 0"
            )
        }
        if lease["spec"]["holderIdentity"] == "" {
            throw .invalid(.leases, name, field: "spec.holderIdentity", "Invalid value: \"\": must not be empty")
        }
    }

    private static func checkEvent(_ event: JSONValue, _ name: String) throws(APIFailure) {
        for field in ["reportingController", "reportingInstance", "action", "reason"] {
            guard let text = event[field].string, !text.isEmpty else {
                throw .invalid(.events, name, field: field, "Required value")
            }
            if text.utf8.count > 128 { throw .invalid(.events, name, field: field, "can have at most 128 characters") }
        }
        guard let time = event["eventTime"].string else {
            throw .invalid(.events, name, field: "eventTime", "Required value")
        }
        if !isMicroTime(time) { throw .badRequest("parsing time \"\(time)\" as \"2006-01-02T15:04:05.000000Z07:00\"") }
        if (event["note"].string ?? "").utf8.count > 1024 {
            throw .invalid(.events, name, field: "message", "can have at most 1024 characters")
        }
        if event["regarding"]["namespace"] != event["metadata"]["namespace"] {
            throw .invalid(.events, name, field: "involvedObject.namespace", "does not match event.namespace")
        }
        if !["Normal", "Warning"].contains(event["type"].string) {
            throw .invalid(.events, name, field: "type", "Invalid value: \"\(event["type"].string ?? "")\"")
        }
    }

    private static func checkPod(_ pod: JSONValue, _ name: String) throws(APIFailure) {
        if pod["spec"]["containers"].array?.isEmpty ?? true {
            throw .invalid(.pods, name, field: "spec.containers", "Required value")
        }
        for (key, value) in pod["metadata"]["labels"].strings where value.utf8.count > 63 {
            throw .invalid(
                .pods,
                name,
                field: "metadata.labels",
                "Invalid value: \"\(value)\": \(key): must be no more than 63 bytes"
            )
        }
    }

    /// Exactly six fractional digits.
    private static func isMicroTime(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].count == 19 else { return false }
        return parts[1].prefix { $0.isNumber }.count == 6
    }
}
