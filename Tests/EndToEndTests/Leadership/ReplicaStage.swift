import Coordination
import Foundation
import Glibc
import KubernetesClient
import Sandbox
import TestedCluster
import Testing

/// Replicas of the supervisor on one stage, each the real binary, started and ended by name.
actor ReplicaStage {
    /// How replicas are started.
    struct Options: Sendable {
        /// Into how many shards the groups are split.
        var shards = 1
        /// Replicas that split them into another number.
        var shardsOf: [String: Int] = [:]
        /// Replicas with a file of their own, which says other things of the same groups.
        var groupsOf: [String: [String]] = [:]
        /// Replicas with a token of their own.
        var tokens: [String: String] = [:]
        /// Commands that become the binary, by replica.
        var launchers: [String: [String]] = [:]
        /// Further arguments of `run`, for all.
        var arguments: [String] = []
    }

    /// Seconds: a Lease is good for 4, its holder writes for 3; as short as a busy machine allows.
    static let timing = ["--lease-duration=4", "--renew-deadline=3", "--retry-period=0.5"]

    nonisolated let stage: Stage
    nonisolated let shards: Int
    private var processes: [String: SupervisorProcess] = [:]
    private var running: Set<String> = []
    private var waiting: [String: CheckedContinuation<Void, Never>] = [:]
    private let starts: AsyncStream<String>.Continuation

    private init(_ stage: Stage, shards: Int, starts: AsyncStream<String>.Continuation) {
        self.stage = stage
        self.shards = shards
        self.starts = starts
    }

    /// Starts `names` on the groups, and ends whatever runs when `body` is through.
    static func run(
        _ names: [String],
        _ groups: [String],
        on stage: Stage,
        _ options: Options = .init(),
        _ body: @Sendable @escaping (ReplicaStage) async throws -> Void
    ) async throws {
        let (requests, starts) = AsyncStream.makeStream(of: String.self)
        let replicas = ReplicaStage(stage, shards: options.shards, starts: starts)
        let common = ["--leader-elect=true"] + timing + options.arguments
        let arguments = try await stage.arguments(groups: groups, common)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                try await withThrowingTaskGroup(of: Void.self) { runs in
                    for await name in requests {
                        var mine = arguments + ["--shards=\(options.shardsOf[name] ?? options.shards)"]
                        if let groups = options.groupsOf[name] {
                            mine[2] = try stage.write("config-\(name).yaml", configuration: groups)
                        }
                        if let token = options.tokens[name] {
                            mine[4] = try stage.write(
                                "kubeconfig-\(name)",
                                await stage.sandbox.kubeconfig(token: token)
                            )
                        }
                        let launcher = options.launchers[name] ?? []
                        runs.addTask { [mine] in try await replicas.run(name, mine, within: launcher) }
                    }
                    try await runs.waitForAll()
                }
            }
            let result: Result<Void, any Error>
            do {
                for name in names { await replicas.start(name) }
                result = .success(try await body(replicas))
            } catch {
                result = .failure(error)
            }
            starts.finish()
            await replicas.endAll()
            try await tasks.waitForAll()
            try result.get()
        }
    }

    private nonisolated func run(_ name: String, _ arguments: [String], within launcher: [String]) async throws {
        _ = try await SupervisorProcess.run(arguments, environment: ["POD_NAME": name], within: launcher) { process in
            await self.started(name, process)
            // Ends when the process does.
            _ = await process.log.wait(for: "\u{0}never printed")
            await self.ended(name, process)
        }
    }

    /// By its end another process of that name may have been started.
    private func ended(_ name: String, _ process: SupervisorProcess) {
        if processes[name]?.processID == process.processID { running.remove(name) }
    }

    private func started(_ name: String, _ process: SupervisorProcess) {
        processes[name] = process
        running.insert(name)
        waiting.removeValue(forKey: name)?.resume()
    }

    private func endAll() {
        for name in running {
            // One that is stopped takes no SIGTERM.
            processes[name]?.send(SIGCONT)
            processes[name]?.send(SIGTERM)
        }
    }

    // MARK: Replicas

    /// Starts a replica; returns when its process runs.
    func start(_ name: String) async {
        await withCheckedContinuation { continuation in
            waiting[name] = continuation
            starts.yield(name)
        }
    }

    /// The process of a replica that was started.
    func process(_ name: String) throws -> SupervisorProcess {
        try #require(processes[name], "\(name) was not started")
    }

    func send(_ signal: Int32, to name: String) throws {
        try process(name).send(signal)
    }

    /// Waits until the process has ended.
    func waitForEnd(of name: String) async throws {
        _ = try await process(name).log.wait(for: "\u{0}never printed")
    }

    /// Waits for a line of a replica's log.
    func wait(_ name: String, after count: Int = 0, for parts: String...) async throws {
        let log = try process(name).log
        let line = await log.wait(after: count, parts: parts)
        let text = await log.text
        try #require(line != nil, "\(name) ended without \(parts): \(text)")
    }

    /// Waits until a replica renews its own Lease, by which the others know that it is there.
    nonisolated func waitForSign(of name: String) async {
        let changes = await stage.sandbox.store.follow()
        for await change in changes where change.key.kind == .leases && change.action != .deleted {
            if change.key.name.contains(".replica-\(name)") { return }
        }
    }

    // MARK: Leading

    /// The Lease of a shard; `count`: of how many; nil: of as many as most replicas have.
    private nonisolated func lease(_ shard: Int, of count: Int? = nil) -> ObjectKey {
        ObjectKey(.leases, namespace: "default", name: "kube-standby.shard-\(shard)-of-\(count ?? shards)")
    }

    /// The replica in an identity, which is its pod's name and a part that nobody has had.
    static func name(in identity: JSONValue) -> String? {
        identity.string.flatMap { $0.split(separator: "_").first }.map { String($0) }
    }

    /// Which replica holds a shard by its Lease.
    nonisolated func holder(of shard: Int = 0, in count: Int? = nil) async -> String? {
        let stored = try? await stage.sandbox.store.get(lease(shard, of: count))
        return Self.name(in: stored?["spec"]["holderIdentity"] ?? .null)
    }

    /// Waits until a shard is held, and not by `others`.
    @discardableResult
    nonisolated func waitForLeader(of shard: Int = 0, otherThan others: String...) async throws -> String {
        let found = Locked<String?>(nil)
        try await stage.sandbox.wait(atMost: .seconds(60), for: "a leader other than \(others)") { _ in
            guard let holder = await self.holder(of: shard), !others.contains(holder) else { return false }
            found.withLock { $0 = holder }
            return true
        }
        return try #require(found.withLock { $0 })
    }

    /// Waits until the shard was renewed so often by `name`, from now on.
    nonisolated func waitForRenewals(_ count: Int, by name: String, of shard: Int = 0) async {
        let changes = await stage.sandbox.store.follow()
        var left = count
        for await change in changes where change.key == lease(shard) {
            guard Self.name(in: change.object["spec"]["holderIdentity"]) == name else { continue }
            left -= 1
            if left == 0 { return }
        }
    }

    /// Waits until a Lease of a replica says that it was renewed later than now.
    nonisolated func waitForRenewalInTheFuture(by name: String) async throws {
        // Texts of one form and length are in the order of their times.
        let soon = MicroTime(Date(timeIntervalSinceNow: 1800)).description
        try await stage.sandbox.wait(atMost: .seconds(60), for: "the clock of \(name) to be ahead") { store in
            await store.list(.leases, namespace: "default").contains { lease in
                let isOurs = Self.name(in: lease["spec"]["holderIdentity"]) == name
                return isOurs && lease["spec"]["renewTime"].string.map { $0 > soon } ?? false
            }
        }
    }

    /// How many shards each replica holds; released ones are left out.
    nonisolated func shares(of count: Int? = nil) async -> [String: Int] {
        var shares: [String: Int] = [:]
        for shard in 0..<(count ?? shards) {
            if let holder = await holder(of: shard, in: count) { shares[holder, default: 0] += 1 }
        }
        return shares
    }

    /// Waits until all shards are held, as even as can be, by exactly these replicas.
    nonisolated func waitForShares(among names: Set<String>, of count: Int? = nil) async throws {
        let total = count ?? shards
        let least = total / names.count
        let most = (total + names.count - 1) / names.count
        try await stage.sandbox.wait(atMost: .seconds(60), for: "\(names.sorted()) to share the shards out") { _ in
            let shares = await self.shares(of: count)
            return Set(shares.keys) == names && shares.values.reduce(0, +) == total
                && shares.values.allSatisfy { (least...most).contains($0) }
        }
    }
}
