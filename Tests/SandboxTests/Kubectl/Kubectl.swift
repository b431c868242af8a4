import Foundation
import Sandbox
import Subprocess
import SystemPackage
import Testing

/// The real kubectl, against a sandbox.
struct Kubectl: Sendable {
    /// How a command ended.
    struct Outcome: Sendable {
        var code: Int
        var output: String
        var errors: String
    }

    private let kubeconfig: URL

    /// Runs `body` with a sandbox and a kubectl that reaches it.
    static func run<Result: Sendable>(
        _ options: Sandbox.Options = .init(),
        _ body: @Sendable @escaping (Sandbox, Kubectl) async throws -> Result
    ) async throws -> Result {
        try await Sandbox.run(options) { sandbox in
            let file = FileManager.default.temporaryDirectory.appending(path: "kubectl-test-\(UUID().uuidString)")
            try Data(await sandbox.kubeconfig().utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await body(sandbox, Kubectl(kubeconfig: file))
        }
    }

    /// Runs a command to its end.
    func callAsFunction(_ arguments: String..., input: String = "") async throws -> Outcome {
        try await self(arguments, input: input)
    }

    /// Runs a command to its end.
    func callAsFunction(_ arguments: [String], input: String = "") async throws -> Outcome {
        let outcome = try await Subprocess.run(
            try configuration(arguments),
            input: .string(input),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let code = if case .exited(let code) = outcome.terminationStatus { Int(code) } else { -1 }
        return Outcome(code: code, output: outcome.standardOutput, errors: outcome.standardError)
    }

    /// Runs a command that must succeed.
    ///
    /// - Returns: what it printed.
    @discardableResult
    func succeed(
        _ arguments: String...,
        input: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let outcome = try await Subprocess.run(
            try configuration(arguments),
            input: .string(input),
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        let isDone = outcome.terminationStatus == .exited(0)
        #expect(
            isDone,
            "kubectl \(arguments.joined(separator: " ")): \(outcome.standardError)",
            sourceLocation: sourceLocation
        )
        return outcome.standardOutput
    }

    /// Runs a command that goes on, until `isEnough` says so of its lines; `act` is called after the first of them.
    func follow(
        _ arguments: String...,
        act: @Sendable @escaping () async throws -> Void,
        until isEnough: @Sendable @escaping ([String]) -> Bool
    ) async throws -> [String] {
        let outcome = try await Subprocess.run(
            try configuration(arguments),
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            var text = ""
            var hasActed = false
            for try await buffer in execution.standardOutput {
                text += String(decoding: unsafe buffer.withUnsafeBytes { unsafe Array($0) }, as: UTF8.self)
                let lines = text.split(separator: "\n").map(String.init)
                if !lines.isEmpty, !hasActed {
                    hasActed = true
                    try await act()
                }
                if isEnough(lines) { break }
            }
            try execution.send(signal: .kill)
            return text.split(separator: "\n").map(String.init)
        }
        return outcome.closureResult
    }

    private func configuration(_ arguments: [String]) throws -> Configuration {
        let variables: [Environment.Key: String?] = [
            "KUBECONFIG": kubeconfig.path(percentEncoded: false), "HOME": "/nonexistent",
            "KUBECACHEDIR": FileManager.default.temporaryDirectory.appending(path: "kubectl-cache-\(UUID())").path(),
        ]
        return Configuration(
            executable: .name("kubectl"),
            arguments: Arguments(["--request-timeout=60s"] + arguments),
            environment: .inherit.updating(variables)
        )
    }
}
