import KubernetesClient
import Logging
import Sandbox
import StandbyConfiguration
import Testing
import Transport

@testable import FailoverCore
@testable import Supervision

extension Sandbox {
    /// Asks this API server in the namespace `default`.
    func client(_ loop: EventLoop, token: String = Sandbox.adminToken, logger: Logger? = nil) async -> APIClient {
        let connection = ClusterConnection(
            cluster: .init(server: await url, authority: .inline(Array(authority.utf8))),
            credential: Credential(token: .inline(token)),
            namespace: "default"
        )
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return APIClient(connection: connection, loop: loop, version: "test", logger: logger ?? silent)
    }
}

/// The Lease of the group `web` on a server that checks versions, and the doors to it.
struct LeaseStage: Sendable {
    let sandbox: Sandbox
    let client: APIClient
    /// The door of the supervisor that leads.
    let leader: KubernetesGroupAPI
    private let group: GroupConfiguration

    static func run(_ body: @Sendable @escaping (LeaseStage) async throws -> Void) async throws {
        let group = try Samples.group()
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            let client = await sandbox.client(loop)
            let leader = door(client, group, WriteAuthority(until: nil))
            try await body(LeaseStage(sandbox: sandbox, client: client, leader: leader, group: group))
        }
    }

    private static func door(
        _ client: APIClient,
        _ group: GroupConfiguration,
        _ authority: WriteAuthority
    ) -> KubernetesGroupAPI {
        KubernetesGroupAPI(
            client: client,
            group: group,
            namespace: "default",
            limits: .init(),
            gate: WriteGate(authority),
            clock: .system
        )
    }

    /// The door of another replica; `mayLead`: whether it may write more than an answer.
    func replica(mayLead: Bool = false) -> KubernetesGroupAPI {
        Self.door(client, group, mayLead ? WriteAuthority(until: nil) : .none)
    }

    /// The operators' door.
    var operators: GroupLease { GroupLease(client: client, group: "web", namespace: "default") }

    func lease() async throws -> Lease {
        try await client.get(Lease.self, namespace: "default", name: "kube-standby-web")
    }

    /// Writes an annotation as somebody else.
    func annotate(_ key: String, _ value: String?) async throws {
        let lease = try await lease()
        let patch = MetadataPatch(
            uid: lease.metadata.uid ?? "",
            resourceVersion: lease.metadata.resourceVersion ?? "",
            annotations: [key: value]
        )
        _ = try await client.patchMetadata(Lease.self, namespace: "default", name: "kube-standby-web", patch)
    }

    // MARK: Records

    func record(_ epoch: Int, writer: String = "me") -> GroupRecord {
        GroupRecord(
            holder: .init(name: "web-0", id: .init("uid-0")),
            epoch: Epoch(epoch),
            origin: .adopted,
            writer: writer,
            reason: "found"
        )
    }

    /// The leader writes a record.
    func write(_ record: GroupRecord, over version: StoredRecord.Version?) async -> RecordWriteOutcome {
        await leader.writeRecord(record, replacing: version, asking: nil, urgency: .failing)
    }

    /// The leader writes a first record.
    func begin() async throws -> StoredRecord {
        let outcome = await write(record(1), over: nil)
        guard case .written(let stored) = outcome else { throw GroupLease.Failure.contended }
        return stored
    }
}
