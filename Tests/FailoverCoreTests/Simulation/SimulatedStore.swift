@testable import FailoverCore

/// The API server's rules for one Lease and the pods of one group: versions, uids, and nothing else.
struct SimulatedStore {
    private(set) var pods: [String: Member] = [:]
    private(set) var lease: StoredRecord?
    private(set) var version = 10
    private var created = 0
    /// Whether writes are checked against the version they name; off only to prove that the check is needed.
    var checksVersions = true
    /// The most pods that were labelled active at one version.
    private(set) var mostActive = 0

    var members: [Member] { pods.values.sorted { $0.name < $1.name } }
    var actives: [Member] { members.filter { $0.role == .active } }

    /// Creates a pod, replacing one of the same name by another uid.
    mutating func recreate(_ name: String, role: Role? = nil) {
        version += 1
        created += 1
        pods[name] = Member(id: .init("uid-\(created)"), name: name, version: .init("\(version)"), role: role)
        note()
    }

    mutating func change(_ name: String, _ change: (inout Member) -> Void) {
        guard var pod = pods[name] else { return }
        version += 1
        change(&pod)
        pod.version = .init("\(version)")
        pods[name] = pod
        note()
    }

    mutating func deleteLease() {
        lease = nil
    }

    mutating func write(_ write: RoleWrite) -> RoleWriteOutcome {
        guard let pod = pods[write.member.name] else { return .gone }
        // The API server compares the version before the uid.
        if checksVersions, pod.version != write.member.version { return .conflict }
        if pod.id != write.member.id { return .gone }
        change(write.member.name) {
            $0.role = write.role
            $0.epoch = write.epoch
        }
        return .written(pods[write.member.name] ?? pod)
    }

    mutating func write(_ record: GroupRecord, replacing expected: StoredRecord.Version?) -> RecordWriteOutcome {
        if lease?.version != expected { return .conflict }
        version += 1
        let stored = StoredRecord(
            record: record,
            version: .init(uid: lease?.version.uid ?? "lease-\(version)", version: .init("\(version)"))
        )
        lease = stored
        return .written(stored)
    }

    private mutating func note() {
        mostActive = max(mostActive, actives.count)
    }
}
