import Foundation
import Glibc
import Subprocess
import SystemPackage

/// The real binary, running.
package struct SupervisorProcess: Sendable {
    package let processID: Int32
    package let log: ProcessLog

    /// The binary that was built beside the tests.
    package static let binary = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "kube-standby").path(percentEncoded: false)

    package func send(_ signal: Int32) {
        kill(processID, signal)
    }

    /// Runs the binary for as long as `body` takes, then asks it to end.
    ///
    /// `launcher`: a command that is given the binary and its arguments, and becomes it: for limits, namespaces and the like.
    /// - Returns: what `body` returns, and the exit code; negative for a signal.
    package static func run<Result: Sendable>(
        _ arguments: [String],
        environment: [String: String] = [:],
        within launcher: [String] = [],
        _ body: @Sendable @escaping (SupervisorProcess) async throws -> Result
    ) async throws -> (result: Result, code: Int) {
        var variables: [Environment.Key: String?] = ["KUBECONFIG": nil, "HOME": "/nonexistent"]
        for (name, value) in environment { if let key = Environment.Key(rawValue: name) { variables[key] = value } }
        let log = ProcessLog()
        let command = launcher + [binary] + arguments
        let configuration = Configuration(
            executable: .path(FilePath(command[0])),
            arguments: Arguments(Array(command.dropFirst())),
            environment: .inherit.updating(variables)
        )
        let outcome = try await Subprocess.run(
            configuration,
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            let process = SupervisorProcess(processID: execution.processIdentifier.value, log: log)
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await buffer in execution.standardOutput {
                        await log.add(unsafe buffer.withUnsafeBytes { unsafe Array($0) })
                    }
                    await log.finish()
                }
                defer { process.send(SIGTERM) }
                return try await body(process)
            }
        }
        let code = if case .exited(let code) = outcome.terminationStatus { Int(code) } else { -1 }
        return (outcome.closureResult, code)
    }

    /// Runs the binary to its own end.
    ///
    /// - Returns: what it printed, and its exit code.
    package static func finish(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> (text: String, code: Int) {
        let log = ProcessLog()
        let (_, code) = try await run(arguments, environment: environment) { process in
            // Ends when the output does.
            _ = await process.log.wait(for: "\u{0}never printed")
            for line in await process.log.lines { await log.add(Array((line + "\n").utf8)) }
        }
        return (await log.text, code)
    }
}
