/// The templates that a StatefulSet has had, each in a ControllerRevision.
///
/// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/
struct StatefulSetRevisions: Sendable {
    /// The template by which pods are made that an update has not reached yet.
    let current: JSONValue
    /// The newest template.
    let update: JSONValue

    /// The template that a revision holds.
    static func template(of revision: JSONValue) -> JSONValue {
        revision["data"]["spec"]["template"].with("$patch", .null)
    }

    /// Finds the two revisions of a StatefulSet, and makes the newest one known.
    ///
    /// A template that has been there before keeps its revision, under a new number.
    ///
    /// - Returns: nil if the revision could not be written.
    init?(_ set: JSONValue, in store: ObjectStore) async {
        let known = await store.controlled(by: set["metadata"]["uid"].string ?? "", .controllerRevisions)
        let newest = known.map(Self.number).max() ?? 0
        let data = Self.data(of: set)
        var found = known.last { $0["data"] == data }
        if let revision = found, Self.number(revision) < newest {
            found = try? await store.modify(revision.key(.controllerRevisions)) { (old) throws(APIFailure) in
                old.with("revision", .int(newest + 1))
            }
        } else if found == nil {
            let revision = Self.revision(of: set, data, number: newest + 1)
            let namespace = set["metadata"]["namespace"].string ?? ""
            found = try? await store.create(.controllerRevisions, namespace: namespace, revision)
        }
        guard let found else { return nil }
        update = found
        current = known.first { $0["metadata"]["name"] == set["status"]["currentRevision"] } ?? found
        await Self.forget(known, keeping: [current, update], of: set, in: store)
    }

    private static func number(_ revision: JSONValue) -> Int { revision["revision"].int ?? 0 }

    /// What takes a StatefulSet back to its template, as a patch.
    private static func data(of set: JSONValue) -> JSONValue {
        ["spec": ["template": set["spec"]["template"].with("$patch", "replace")]]
    }

    private static func revision(of set: JSONValue, _ data: JSONValue, number: Int) -> JSONValue {
        let hash = TemplateHash.text(of: set["spec"]["template"])
        var labels = set["spec"]["template"]["metadata"]["labels"]
        labels["controller.kubernetes.io/hash"] = .string(hash)
        return [
            "metadata": [
                "name": .string("\(set["metadata"]["name"].string ?? "")-\(hash)"), "labels": labels,
                "ownerReferences": [.owner(set, kind: .statefulSets)],
            ],
            "data": data, "revision": .int(number),
        ]
    }

    /// Keeps no more revisions than the history may hold, beside those that pods have.
    private static func forget(
        _ known: [JSONValue],
        keeping live: [JSONValue],
        of set: JSONValue,
        in store: ObjectStore
    ) async {
        let limit = set["spec"]["revisionHistoryLimit"].int ?? 10
        if known.count <= limit { return }
        let pods = await store.controlled(by: set["metadata"]["uid"].string ?? "", .pods)
        let names =
            live.map { $0["metadata"]["name"] }
            + pods.map { $0["metadata"]["labels"][StatefulSetPlan.revisionLabel] }
        let unused = known.filter { !names.contains($0["metadata"]["name"]) }.sorted { number($0) < number($1) }
        for revision in unused.prefix(max(0, unused.count - limit)) {
            _ = try? await store.delete(revision.key(.controllerRevisions))
        }
    }
}

/// A short name for a pod template, by which revisions are told apart: FNV-1a with 32 bits, in letters and digits that spell no word.
///
/// https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/controller_utils.go (`ComputeHash`)
enum TemplateHash {
    private static let safeLetters = Array("bcdfghjklmnpqrstvwxz2456789")

    /// The same template has the same hash, whatever the order of its members.
    static func text(of template: JSONValue) -> String {
        let hash = sortedText(template).reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return String(String(hash).utf8.map { safeLetters[Int($0) % safeLetters.count] })
    }

    /// A text that is the same for equal values.
    private static func sortedText(_ value: JSONValue) -> [UInt8] {
        switch value {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { Array("\($0.key):".utf8) + sortedText($0.value) + [0] }
        case .array(let items): items.flatMap { sortedText($0) + [1] }
        default: value.json
        }
    }
}
