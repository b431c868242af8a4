import Foundation
import Subprocess
import SystemPackage
import TestedCluster

/// Runs the binary from a shell, for what the shell can do to it: descriptors, limits, namespaces.
enum ShellRun {
    /// How a script ended.
    struct Outcome: Sendable {
        var output: String
        var errors: String
        /// Negative for a signal.
        var code: Int
    }

    /// Runs a script of sh in which `"$0" "$@"` is the binary with `arguments`; after `limit` everything is killed.
    static func run(
        _ script: String,
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        limit: Duration = .seconds(60)
    ) async throws -> Outcome {
        // kubectl, run as root, would make itself a home.
        let cache = FileManager.default.temporaryDirectory.appending(path: "kube-standby-test-kubectl-cache")
        var variables: [Environment.Key: String?] = [
            "KUBECONFIG": nil, "HOME": "/nonexistent", "KUBECACHEDIR": cache.path(percentEncoded: false),
            // Of whoever runs the tests, whose output may go into a file; and whether there is a terminal is the test's.
            "NO_COLOR": nil,
        ]
        for (name, value) in environment { if let key = Environment.Key(rawValue: name) { variables[key] = value } }
        let seconds = "\(Int(limit.components.seconds))"
        let outcome = try await Subprocess.run(
            Configuration(
                executable: .name("timeout"),
                arguments: Arguments(
                    ["--signal=KILL", seconds, "/bin/sh", "-c", script, SupervisorProcess.binary] + arguments
                ),
                environment: .inherit.updating(variables)
            ),
            input: .none,
            output: .string(limit: 4 << 20),
            error: .string(limit: 4 << 20)
        )
        let code = if case .exited(let code) = outcome.terminationStatus { Int(code) } else { -1 }
        return Outcome(output: outcome.standardOutput, errors: outcome.standardError, code: code)
    }

    /// Whether a script ends with 0 here: a right, a tool or a kernel's feature that a test needs.
    static func works(_ script: String) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
