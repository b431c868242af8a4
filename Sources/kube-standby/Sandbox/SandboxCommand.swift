#if Sandbox

import ArgumentParser
import Foundation
import HostSystem
import KubernetesClient
import Sandbox

/// `kube-standby sandbox`.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Run the embedded sandbox cluster alone, to play with.",
        discussion: """
            A Kubernetes API server over TLS, the controllers that a failover needs, and toy applications on loopback
            addresses. kubectl works against it; containers do not run in it. It ends with Ctrl-C and leaves nothing.

            EXAMPLES
              kube-standby sandbox
              kube-standby sandbox --manifests examples/helloworld --speed 10
              kube-standby sandbox --dns 5353 --dual-stack

            EXIT CODES
              0 ended as asked, 2 something could not be read, written or listened at, 64 wrong usage
            """
    )

    @Option(help: ArgumentHelp("Apply every manifest of this folder at the start.", valueName: "folder"))
    var manifests: String?

    @Option(help: ArgumentHelp("Where the kubeconfig is written; default: a temporary folder.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: "The API server's port; 0 for any that is free.")
    var port = 0

    @Option(help: "The port of the admin endpoint; 0 for any that is free.")
    var adminPort = 0

    @Option(help: "How many nodes there are.")
    var nodes = 3

    @Option(help: "How fast heartbeats, graces and evictions pass; 1 is as in a real cluster.")
    var speed = 1.0

    @Option(help: "Answer for the names of Services on this port, by DNS on UDP; 0 for any that is free.")
    var dns: Int?

    @Flag(help: "Let Services and pods have addresses of IPv6, too; nothing listens at them.")
    var dualStack = false

    @Flag(
        help:
            "Keep Endpoints beside EndpointSlices, as a real cluster does; each change of an endpoint is one more write."
    )
    var endpoints = false

    func validate() throws {
        for (name, port) in [("--port", port), ("--admin-port", adminPort), ("--dns", dns ?? 0)]
        where !(0...65_535).contains(port) {
            throw ValidationError("\(name) \(port): give 0 to 65535")
        }
        if !(0...100).contains(nodes) { throw ValidationError("--nodes \(nodes): give 0 to 100") }
        if !(0.1...1000).contains(speed) { throw ValidationError("--speed \(speed): give 0.1 to 1000") }
    }

    func run() async throws {
        var options = Sandbox.Options()
        options.port = port
        options.nodes = nodes
        options.pace = Pace(speed: speed)
        options.dnsPort = dns
        options.isDualStack = dualStack
        options.keepsEndpoints = endpoints
        // Enough for any watch; what is older is compacted, so that a sandbox may run for days.
        options.historyLimit = 20_000
        do {
            try await Sandbox.run(options) { sandbox in
                if let manifests { try await apply(manifests, to: sandbox) }
                let session = try SandboxSession(
                    sandbox,
                    kubeconfig: kubeconfig,
                    adminPort: adminPort,
                    next: manifests == nil ? .applyAndSupervise : .supervise
                )
                try await session.run()
            }
        } catch let code as ExitCode {
            throw code
        } catch {
            StandardError.print("kube-standby sandbox: \(error)")
            throw ExitStatus.unreachable.exitCode
        }
    }

    private func apply(_ folder: String, to sandbox: Sandbox) async throws {
        for file in try InputFiles.files(in: folder, endings: ["yaml", "yml", "json"]) {
            let name = (file as NSString).lastPathComponent
            do {
                let bytes = try RegularFile.bytes(of: file)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw LoadingError(description: "is no text in UTF-8")
                }
                let skipped = try await sandbox.apply(text)
                for what in skipped { StandardOutput.print("skipped in \(name): \(what)") }
                StandardOutput.print("applied \(name)")
            } catch let error as RegularFile.Failure {
                throw LoadingError(description: "\(error)")
            } catch let failure as APIFailure {
                throw LoadingError(description: "\(name): \(failure.message)")
            } catch {
                throw LoadingError(description: "\(name): \(error)")
            }
        }
    }
}

#endif
