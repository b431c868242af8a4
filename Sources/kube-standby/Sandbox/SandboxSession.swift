#if Sandbox

import Foundation
import Sandbox

/// A sandbox that stays up to try things out: its kubeconfig, its admin endpoint, and what to try.
struct SandboxSession: Sendable {
    private let sandbox: Sandbox
    private let kubeconfig: URL
    private let adminPort: Int
    private let next: NextStep
    /// What a kubeconfig of ours begins with; a file that does not is never overwritten.
    private static let mark = "# Written by kube-standby for its sandbox.\n"

    /// What there is to do at the sandbox first.
    enum NextStep {
        /// Nothing is on it: apply the example and supervise it.
        case applyAndSupervise
        /// Manifests are applied already.
        case supervise
        /// A supervisor runs already.
        case nothing
    }

    /// Checks that nothing is in the way of the kubeconfig.
    ///
    /// `kubeconfig`: nil: a file in the temporary folder.
    ///
    /// - Throws: if a file of somebody else is in the way.
    init(_ sandbox: Sandbox, kubeconfig: String?, adminPort: Int = 0, next: NextStep) throws {
        self.sandbox = sandbox
        self.adminPort = adminPort
        self.next = next
        self.kubeconfig =
            kubeconfig.map { URL(filePath: $0) }
            ?? FileManager.default.temporaryDirectory.appending(
                path: "kube-standby-sandbox-\(ProcessInfo.processInfo.processIdentifier).kubeconfig"
            )
        let path = self.kubeconfig.path(percentEncoded: false)
        // Also a broken link, or a file that is no text, is somebody's.
        let isPresent = (try? FileManager.default.attributesOfItem(atPath: path)) != nil
        let isOurs = (try? String(contentsOfFile: path, encoding: .utf8))?.hasPrefix(Self.mark) ?? false
        if isPresent, !isOurs {
            throw LoadingError(description: "\(path) exists and is not a sandbox's; give another --kubeconfig")
        }
    }

    /// Writes the kubeconfig, says what to try and stays until it is interrupted.
    func run() async throws {
        let path = kubeconfig.path(percentEncoded: false)
        let text = Self.mark + (await sandbox.kubeconfig())
        let isWritten = FileManager.default.createFile(
            atPath: path,
            contents: Data(text.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        if !isWritten { throw LoadingError(description: "cannot write \(path)") }
        defer { try? FileManager.default.removeItem(at: kubeconfig) }
        let (prints, printed) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await AdminServer(sandbox, port: adminPort).run { admin in
                    StandardOutput.print(await invitation(kubeconfig: path, admin: admin))
                    printed.yield()
                }
            }
            group.addTask { for await _ in prints { try StandardOutput.check() } }
            group.addTask { try await Interruption.wait() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func invitation(kubeconfig: String, admin: String) async -> String {
        let pod = await sandbox.applications.pods.first.map { "\($0.namespace)/\($0.name)" }
        let trial =
            switch next {
            case .applyAndSupervise:
                """
                  kubectl apply -f examples/helloworld/application.yaml
                  kube-standby run --config examples/helloworld/config.yaml --listen off

                """
            case .supervise: "  kube-standby run --config FILE --listen off\n"
            case .nothing: ""
            }
        var names = ""
        if let port = await sandbox.dns?.port {
            names = "  dig @127.0.0.1 -p \(port) helloworld-svc.default.svc.cluster.local\n"
        }
        return """

            The sandbox is up at \(await sandbox.url), until Ctrl-C. In another terminal:

              export KUBECONFIG=\(kubeconfig)
              kubectl get pods -A -o wide
            \(trial)\(names)  kubectl get pods -L role --watch

            Break something (GET \(admin)/ names everything that can be broken):

              curl -X POST \(admin)/pods/\(pod ?? "default/helloworld-statefulset-0")/status/500
              curl -X POST \(admin)/nodes/sandbox-node-1/dead
              curl -X POST '\(admin)/server/stop?seconds=20'
            """
    }
}

#endif
