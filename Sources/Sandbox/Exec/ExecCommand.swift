import Foundation
import Subprocess
import SystemPackage

/// A command in a toy container: a process of this machine with an environment that tells which pod it is in.
struct ExecCommand: Sendable {
    /// Channels of the protocol: the first byte of each message.
    private enum Channel: UInt8 {
        case standardOutput = 1
        case standardError = 2
        case status = 3
    }

    /// The program and its arguments.
    var words: [String]
    /// All of its variables; it inherits none from the sandbox.
    var environment: [String: String]
    /// Whether standard output is sent: `stdout=true`; if not, it is read and dropped.
    var sendsOutput: Bool
    /// Whether standard error is sent: `stderr=true`; if not, it is read and dropped.
    var sendsErrors: Bool
    /// Whether the client is not told how the command ended: a fault.
    var hidesStatus = false

    /// Runs the command, and tells the client what it prints and how it ends; ends with the task.
    ///
    /// - Throws: what `send` throws: the client is gone.
    func run(_ send: @escaping @Sendable ([UInt8]) async throws -> Void) async throws {
        // A real server announces that the channels are open.
        for channel in [Channel.standardOutput, .standardError] where sends(channel) {
            try await send([channel.rawValue])
        }
        let status: JSONValue
        do {
            let result = try await Subprocess.run(configuration, input: .none, output: .sequence, error: .sequence) {
                execution in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await forward(execution.standardOutput, to: .standardOutput, send) }
                    group.addTask { try await forward(execution.standardError, to: .standardError, send) }
                    try await group.waitForAll()
                }
            }
            status = Self.status(result.terminationStatus)
        } catch let error as SubprocessError {
            status = Self.failure("Internal error occurred: error executing command in container: \(error)")
        }
        if !hidesStatus { try await send([Channel.status.rawValue] + status.json) }
    }

    private func sends(_ channel: Channel) -> Bool { channel == .standardOutput ? sendsOutput : sendsErrors }

    private func forward(
        _ output: SubprocessOutputSequence,
        to channel: Channel,
        _ send: @Sendable ([UInt8]) async throws -> Void
    ) async throws {
        for try await buffer in output where sends(channel) {
            let bytes = unsafe buffer.withUnsafeBytes { unsafe Array($0) }
            try await send([channel.rawValue] + bytes)
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { Environment.Key(rawValue: name).map { variables[$0] = value } }
        let program = words.first ?? ""
        return Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(variables),
            platformOptions: options
        )
    }

    // MARK: The status

    private static func status(_ end: TerminationStatus) -> JSONValue {
        switch end {
        case .exited(0): ["metadata": [:], "status": "Success"]
        case .exited(let code): nonZero(Int(code))
        // What a shell would say.
        case .signaled(let number): nonZero(128 + Int(number))
        }
    }

    /// The words of a command that failed.
    ///
    /// https://github.com/kubernetes/kubernetes/blob/v1.36.0/staging/src/k8s.io/apiserver/pkg/util/proxy/streamtranslator.go
    private static func nonZero(_ code: Int) -> JSONValue {
        [
            "metadata": [:], "status": "Failure", "reason": "NonZeroExitCode",
            "message": .string("command terminated with non-zero exit code: exit status \(code)"),
            "details": ["causes": [["reason": "ExitCode", "message": .string("\(code)")]]],
        ]
    }

    private static func failure(_ message: String) -> JSONValue {
        [
            "metadata": [:], "status": "Failure", "reason": "InternalError", "message": .string(message),
            "details": ["causes": [["message": .string(message)]]], "code": 500,
        ]
    }
}
