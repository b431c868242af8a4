import Coordination
import Foundation
import Sandbox
import TestedCluster
import Testing

/// A sandbox with groups on it, and the files that the real binary is started with.
struct Stage: Sendable {
    let sandbox: Sandbox
    let folder: URL

    /// Runs a sandbox and a folder for files as long as `body` takes.
    static func run<Result: Sendable>(
        _ options: Sandbox.Options = .init(),
        _ body: @Sendable @escaping (Stage) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "kube-standby-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await Sandbox.run(options) { sandbox in try await body(Stage(sandbox: sandbox, folder: folder)) }
    }

    /// Runs a sandbox with one group, `web` of three pods; `body` is given the arguments of `run` for it, and `more`.
    static func withWeb<Result: Sendable>(
        _ more: [String] = [],
        _ body: @Sendable @escaping (Stage, [String]) async throws -> Result
    ) async throws -> Result {
        try await run { stage in
            try await stage.place("web")
            return try await body(stage, try await stage.arguments(groups: [Manifests.group("web")], more))
        }
    }

    /// Puts a StatefulSet and its active/passive Service on the stage and waits until all pods run.
    func place(_ name: String, replicas: Int = 3, namespace: String = "default") async throws {
        try await sandbox.apply(
            Manifests.service(name) + "---\n" + Manifests.statefulSet(name, replicas: replicas),
            namespace: namespace
        )
        try await waitForPods(of: name, count: replicas, namespace: namespace)
    }

    func waitForPods(of name: String, count: Int, namespace: String = "default") async throws {
        try await sandbox.wait(for: "\(count) pods of \(name) to run") { store in
            await store.list(.pods, namespace: namespace).count {
                $0["metadata"]["labels"]["app"] == .string(name) && $0["status"]["podIP"] != .null
            } == count
        }
    }

    /// Writes the files and returns the arguments of `run`.
    func arguments(
        groups: [String],
        token: String = Sandbox.adminToken,
        _ more: [String] = []
    ) async throws -> [String] {
        let kubeconfig = try write("kubeconfig", await sandbox.kubeconfig(token: token))
        let configuration = try write("config.yaml", configuration: groups)
        return ["run", "--config", configuration, "--kubeconfig", kubeconfig]
            + (more.contains("--listen") ? more : ["--listen", "off"] + more)
    }

    /// Writes a configuration of these groups into the stage's folder.
    func write(_ name: String, configuration groups: [String]) throws -> String {
        try write(
            name,
            "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups.joined()
        )
    }

    /// Runs a command that gives a request or looks at a group.
    ///
    /// - Returns: what it printed, without the last line end, and its exit code.
    func request(
        _ arguments: [String],
        token: String = Sandbox.adminToken
    ) async throws -> (text: String, code: Int) {
        let kubeconfig = try write("kubeconfig-\(token)", await sandbox.kubeconfig(token: token))
        let outcome = try await SupervisorProcess.finish(arguments + ["--kubeconfig", kubeconfig])
        return (outcome.text.trimmingCharacters(in: .newlines), outcome.code)
    }

    /// Somebody else writes a role label, or takes it away.
    func label(_ pod: String, role: String?) async throws {
        let key = ObjectKey(.pods, namespace: "default", name: pod)
        try await sandbox.store.modify(key) { (old) throws(APIFailure) in
            var new = old
            new["metadata"]["labels"]["role"] = role.map { .string($0) } ?? .null
            return new
        }
    }

    func address(of pod: String) async -> String? {
        let found = try? await sandbox.store.get(ObjectKey(.pods, namespace: "default", name: pod))
        return found?["status"]["podIP"].string
    }

    /// Puts a group of two pods on the stage, `NAME-a` on the first node and `NAME-b` on the second.
    func placeOnTwoNodes(_ name: String) async throws {
        let pods = [("a", "sandbox-node-1"), ("b", "sandbox-node-2")].map { suffix, node in
            """
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: \(name)-\(suffix), labels: {app: \(name)}}
            spec:
              nodeName: \(node)
              containers: [{name: app, image: toy, ports: [{name: http, containerPort: 8080}]}]

            """
        }
        try await sandbox.apply(Manifests.service(name) + pods.joined())
        try await waitForPods(of: name, count: 2)
    }

    /// Writes a file into the stage's folder.
    func write(_ name: String, _ text: String) throws -> String {
        let file = folder.appending(path: name)
        try Data(text.utf8).write(to: file)
        return file.path(percentEncoded: false)
    }

    // MARK: Looking

    /// Who is labelled active, by the recorded history.
    func audit(_ name: String, namespace: String = "default") async -> RoleAudit {
        RoleAudit(await sandbox.store.history, namespace: namespace) {
            $0["metadata"]["labels"]["app"] == .string(name)
        }
    }

    /// Waits until the record of a group names a holder that is labelled active, and nobody else is.
    @discardableResult
    func waitUntilSettled(
        _ name: String,
        namespace: String = "default",
        otherThan old: String? = nil,
        noneOf others: Set<String> = []
    ) async throws -> String {
        // Who it was at that moment: whoever looks again later may meet the next change.
        let found = Locked("")
        try await sandbox.wait(for: "\(name) to settle") { store in
            guard let holder = await Self.settledHolder(store, name, namespace), holder != old, !others.contains(holder)
            else { return false }
            found.withLock { $0 = holder }
            return true
        }
        return found.withLock { $0 }
    }

    /// Waits like `waitUntilSettled`, and checks who it is.
    func expect(
        _ name: String,
        otherThan old: String? = nil,
        toSettleOn expected: String,
        at location: SourceLocation = #_sourceLocation
    ) async throws {
        let holder = try await waitUntilSettled(name, otherThan: old)
        #expect(holder == expected, sourceLocation: location)
    }

    /// Waits until it is on record how the first move of a group ended, which is written when nothing else waits.
    func waitForEndOfFirstMove(_ name: String) async throws {
        let key = ObjectKey(.leases, namespace: "default", name: "kube-standby-\(name)")
        try await sandbox.wait(for: "the end of the move on record") { store in
            let history = (try? await store.get(key))?["metadata"]["annotations"]["kube-standby.io/history"].string
            return history?.contains("durationSeconds") ?? false
        }
    }

    /// Waits until an Event of this reason says `words` of an object.
    func waitForEvent(_ reason: String, of object: String, _ words: String = "") async throws {
        try await sandbox.wait(for: "an Event \(reason) of \(object)") { store in
            await store.list(.events, namespace: "default").contains {
                $0["reason"] == .string(reason) && $0["regarding"]["name"] == .string(object)
                    // An empty string is in none.
                    && (words.isEmpty || $0["note"].string?.contains(words) ?? false)
            }
        }
    }

    /// Seconds from when a pod was active the last time until another was, by the recorded history.
    func gap(from old: String, to new: String) async -> Double? {
        let changes = await sandbox.store.history.filter {
            $0.key.kind == .pods && [old, new].contains($0.key.name)
        }
        let isActive = { (change: StoreChange, pod: String) in
            change.key.name == pod && change.object["metadata"]["labels"]["role"] == "active"
        }
        guard let last = changes.lastIndex(where: { isActive($0, old) }),
            let end = changes[last...].first(where: { $0.key.name == old && !isActive($0, old) }),
            let start = changes[last...].first(where: { isActive($0, new) })
        else { return nil }
        return (start.time - end.time) / .seconds(1)
    }

    private static func settledHolder(_ store: ObjectStore, _ name: String, _ namespace: String) async -> String? {
        let lease = try? await store.get(ObjectKey(.leases, namespace: namespace, name: "kube-standby-\(name)"))
        let pods = await store.list(.pods, namespace: namespace).filter {
            $0["metadata"]["labels"]["app"] == .string(name)
        }
        return GroupSight.settledHolder(lease: lease, pods: pods)
    }
}
