import Foundation
import Sandbox
import TestedCluster

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
        let configuration = "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups.joined()
        let kubeconfig = try write("kubeconfig", await sandbox.kubeconfig(token: token))
        return ["run", "--config", try write("config.yaml", configuration), "--kubeconfig", kubeconfig]
            + (more.contains("--listen") ? more : ["--listen", "off"] + more)
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
        otherThan old: String? = nil
    ) async throws -> String {
        try await sandbox.wait(for: "\(name) to settle") { store in
            guard let holder = await Self.settledHolder(store, name, namespace) else { return false }
            return holder != old
        }
        return await Self.settledHolder(sandbox.store, name, namespace) ?? ""
    }

    private static func settledHolder(_ store: ObjectStore, _ name: String, _ namespace: String) async -> String? {
        let lease = try? await store.get(ObjectKey(.leases, namespace: namespace, name: "kube-standby-\(name)"))
        let pods = await store.list(.pods, namespace: namespace).filter {
            $0["metadata"]["labels"]["app"] == .string(name)
        }
        return GroupSight.settledHolder(lease: lease, pods: pods)
    }
}
