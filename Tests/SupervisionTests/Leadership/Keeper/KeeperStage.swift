import Coordination
import FailoverCore
import KubernetesClient
import Leadership
import Logging
import Sandbox
import StandbyConfiguration
import Transport

@testable import Supervision

/// Supervisors that share out shards on one sandbox, by a clock that the test moves; what happens is in one log.
///
/// Lines: `a taken 0`, `a in doubt 0`, `a lost 0`; `update NAME` for each write that was carried out; and `a sees 0:a 1:b of a,b`
/// whenever a replica's view of shards and live replicas changes, `-` for nobody.
struct KeeperStage: Sendable {
    /// A replica that runs.
    struct Replica: Sendable {
        let name: String
        let keeper: ShardKeeper
        let task: Task<Void, Never>
        let logs: LogRecorder
        let supervising: FakeShards

        /// It is gone from one moment to the next.
        func crash() async {
            task.cancel()
            await task.value
        }

        /// It ends in good order.
        func finish() async {
            keeper.finish()
            await task.value
        }
    }

    let sandbox: Sandbox
    let clock: TestClock
    let log: EventLog
    private let loop: EventLoop

    static func run(_ body: @Sendable @escaping (KeeperStage) async throws -> Void) async throws {
        let loop = EventLoop(name: "test")
        defer { loop.stop() }
        try await Sandbox.run { sandbox in
            let log = EventLog()
            await sandbox.control.afterEachWrite { log.add("\($0.verb) \($0.name ?? "")") }
            try await body(KeeperStage(sandbox: sandbox, clock: TestClock(), log: log, loop: loop))
        }
    }

    var client: APIClient {
        get async { await sandbox.client(loop) }
    }

    /// Starts a replica, and ends it with the test.
    func replica(
        _ name: String,
        shards: Int = 1,
        configuration: SupervisorConfiguration = SupervisorConfiguration(groups: []),
        token: String = Sandbox.adminToken
    ) async -> Replica {
        let logs = LogRecorder()
        var settings = ShardKeeper.Settings(
            client: await sandbox.client(loop, token: token, logger: logs.logger),
            namespace: "default",
            identity: name,
            leaseName: "ks",
            shardCount: shards,
            timing: .standard,
            logger: logs.logger
        )
        settings.clock = clock.clock
        settings.jitter = 0
        settings.observe = { [log] in log.add("\(name) sees \(Self.words($0))") }
        let supervising = FakeShards(name: name, log: log)
        let keeper = ShardKeeper(settings, configuration: configuration, supervising: supervising)
        let task = Task { await keeper.run() }
        return Replica(name: name, keeper: keeper, task: task, logs: logs, supervising: supervising)
    }

    private static func words(_ status: LeadershipStatus) -> String {
        let shards = status.shards.map { "\($0.index):\($0.holder ?? "-")" }
        return shards.joined(separator: " ") + " of " + status.replicas.map(\.identity).joined(separator: ",")
    }

    func lease(_ name: String) async throws -> Lease {
        try await client.get(Lease.self, namespace: "default", name: name)
    }

    /// Writes a Lease by hand.
    ///
    /// `change`: what becomes of the one that is there, or of a new one.
    func edit(_ name: String, _ change: (inout Lease) -> Void) async throws {
        let client = await client
        while true {
            var lease =
                (try? await lease(name)) ?? Lease(metadata: ObjectMeta(name: name, namespace: "default"), spec: .init())
            change(&lease)
            do throws(KubernetesError) {
                _ =
                    lease.metadata.resourceVersion == nil
                    ? try await client.create(lease, namespace: "default")
                    : try await client.update(lease, namespace: "default")
                return
            } catch {
                guard error.code == 409 else { throw error }
            }
        }
    }

    /// Puts a Lease of a shard or a replica there by hand, as if somebody held it.
    ///
    /// `annotations`: nil: those that are there stay.
    func place(
        _ kind: ShardLease.Kind,
        _ name: String,
        holder: String,
        seconds: Int = 15,
        annotations: [String: String]? = nil
    ) async throws {
        try await edit(name) { lease in
            lease.metadata.labels = [ShardLease.Label.kind: kind.rawValue, ShardLease.Label.family: "ks"]
            if let annotations { lease.metadata.annotations = annotations }
            lease.spec?.holderIdentity = holder
            lease.spec?.leaseDurationSeconds = seconds
        }
    }

    /// The holders that a Lease has had, each once in a row, empty for nobody.
    func holders(of name: String) async -> [(holder: String, revision: Int)] {
        var holders: [(holder: String, revision: Int)] = []
        for change in await sandbox.store.history where change.key.name == name {
            let holder = change.object["spec"]["holderIdentity"].string ?? ""
            if holders.last?.holder != holder { holders.append((holder, change.revision)) }
        }
        return holders
    }

    /// A user who may do everything with Leases, so that faults can be meant for one replica.
    func admit(_ user: String) async throws {
        try await sandbox.admit(
            token: user,
            user: user,
            rules: [.init(groups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["*"])]
        )
    }

    /// Lets five seconds pass, after which all renew; returns when these Leases were renewed.
    func renewal(of leases: String...) async {
        let before = leases.map { log.lines(with: "update \($0)").count }
        clock.advance(by: .seconds(5))
        for (name, count) in zip(leases, before) { await log.wait(for: "update \(name)", count: count + 1) }
    }
}

/// Supervises no groups, and says what it was told.
final class FakeShards: ShardSupervising {
    private let name: String
    private let log: EventLog
    private let authorities = Locked<[Int: WriteAuthority]>([:])
    /// Who waits in `shardLost`; nil: it does not wait.
    private let gate = Locked<Latch?>(nil)

    init(name: String, log: EventLog) {
        self.name = name
        self.log = log
    }

    /// The authority that a shard's groups have; nil: none was given, or they have ended.
    func authority(_ shard: Int) -> WriteAuthority? { authorities.withLock { $0[shard] } }

    /// Groups take until the latch is opened to end.
    func endsWith(_ latch: Latch) { gate.withLock { $0 = latch } }

    func shardTaken(_ shard: Int, authority: WriteAuthority) async {
        authorities.withLock { $0[shard] = authority }
        log.add("\(name) taken \(shard)")
    }

    func shardInDoubt(_ shard: Int) async { log.add("\(name) in doubt \(shard)") }

    func shardLost(_ shard: Int, grace: Duration) async {
        log.add("\(name) ending \(shard)")
        await gate.withLock { $0 }?.wait()
        authorities.withLock { $0[shard] = nil }
        log.add("\(name) lost \(shard)")
    }
}
