import Foundation

/// How an object is to be deleted.
struct Deletion: Sendable {
    /// Nil: any.
    var uid: String?
    /// Nil: any.
    var resourceVersion: String?
    /// Seconds; nil: what the object says.
    var gracePeriod: Int?

    /// - Throws: 409 if the object is not the one that is meant.
    func check(_ object: JSONValue, _ key: ObjectKey) throws(APIFailure) {
        let metadata = object["metadata"]
        if let uid, metadata["uid"].string != uid {
            throw .otherUID(key.kind, key.name, wanted: uid, stored: metadata["uid"].string ?? "")
        }
        if let resourceVersion, metadata["resourceVersion"].string != resourceVersion {
            throw .modified(key.kind, key.name)
        }
    }

    /// Seconds that the object is given; only a pod that a node has and that is not finished is given any.
    func gracePeriod(for object: JSONValue, _ kind: Kind) -> Int {
        let isFinished = ["Succeeded", "Failed"].contains(object["status"]["phase"].string)
        guard kind == .pods, object["spec"]["nodeName"] != .null, !isFinished else { return 0 }
        return gracePeriod ?? object["spec"]["terminationGracePeriodSeconds"].int ?? 30
    }

    /// The object as it stays until it may go.
    func mark(_ object: JSONValue, gracePeriod: Int) -> JSONValue {
        var marked = object
        let end = Date(timeIntervalSinceNow: TimeInterval(gracePeriod))
        marked["metadata"]["deletionTimestamp"] = Timestamp.seconds(end)
        marked["metadata"]["deletionGracePeriodSeconds"] = .int(gracePeriod)
        if object["kind"] == "Namespace" { marked["status"]["phase"] = "Terminating" }
        return marked
    }
}
