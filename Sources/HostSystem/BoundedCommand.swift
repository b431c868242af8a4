import Foundation
import Glibc
import Subprocess
import SystemPackage

/// Runs a command that may neither outstay its time nor flood us: at the deadline its whole process group is killed, and
/// only the beginning of its output is kept.
package struct BoundedCommand: Sendable {
    /// How a command ended.
    package enum End: Sendable, Hashable {
        case exited(Int)
        case signalled(Int)
        /// It was still running, or a process that it left behind held its output open, at the deadline.
        case timedOut
    }

    /// The end, and what was printed.
    package struct Outcome: Sendable, Hashable {
        package var end: End
        /// At most `outputLimit` bytes.
        package var output: String
        /// The end of what was printed to standard error, if that was kept apart; at most `errorLimit` bytes.
        package var errors: String
    }

    /// Bytes of standard error that are kept if it is kept apart: the last ones, which tell why a command gave up.
    static let errorLimit = 1024

    /// Not empty; the first is a path if it contains a slash, else a name to be found in PATH.
    package var command: [String]
    /// Added to what is inherited.
    package var environment: [String: String]
    /// The variables of our own environment that the command gets; nil: all.
    package var inheritedVariables: Set<String>?
    package var timeout: Duration
    /// Bytes of output that are kept; the rest is read and dropped.
    package var outputLimit: Int
    /// Whether standard error is kept apart from standard output, or mixed into it.
    package var keepsErrorsApart: Bool

    package init(
        command: [String],
        environment: [String: String],
        inheritedVariables: Set<String>? = nil,
        timeout: Duration,
        outputLimit: Int,
        keepsErrorsApart: Bool = false
    ) {
        self.command = command
        self.environment = environment
        self.inheritedVariables = inheritedVariables
        self.timeout = timeout
        self.outputLimit = outputLimit
        self.keepsErrorsApart = keepsErrorsApart
    }

    /// Runs the command to its end, or to the deadline.
    ///
    /// - Throws: if the command could not be started.
    package func outcome() async throws -> Outcome {
        keepsErrorsApart ? try await runApart() : try await runMixed()
    }

    private func runMixed() async throws -> Outcome {
        let child = OwnChildren.Child()
        defer { child.ended() }
        let result = try await Subprocess.run(
            configuration,
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            child.started(execution.processIdentifier.value)
            return await collect([execution.standardOutput], of: execution.processIdentifier)
        }
        return outcome(result.closureResult, result.terminationStatus)
    }

    private func runApart() async throws -> Outcome {
        let child = OwnChildren.Child()
        defer { child.ended() }
        let result = try await Subprocess.run(
            configuration,
            input: .none,
            output: .sequence,
            error: .sequence
        ) { execution in
            child.started(execution.processIdentifier.value)
            return await collect([execution.standardOutput, execution.standardError], of: execution.processIdentifier)
        }
        return outcome(result.closureResult, result.terminationStatus)
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.processGroupID = 0
        options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let program = command.first ?? ""
        return Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(command.dropFirst())),
            environment: childEnvironment,
            platformOptions: options
        )
    }

    private var childEnvironment: Environment {
        guard let inheritedVariables else {
            var changes: [Environment.Key: String?] = [:]
            for (name, value) in environment { Environment.Key(rawValue: name).map { changes[$0] = value } }
            return .inherit.updating(changes)
        }
        let inherited = ProcessInfo.processInfo.environment.filter { inheritedVariables.contains($0.key) }
        var variables: [Environment.Key: String] = [:]
        for (name, value) in inherited.merging(environment, uniquingKeysWith: { $1 }) {
            Environment.Key(rawValue: name).map { variables[$0] = value }
        }
        return .custom(variables)
    }

    // MARK: Reading

    /// What was read until every stream ended or the deadline passed.
    private struct Collected: Sendable {
        var texts: [String]
        var isLate: Bool
    }

    /// One child task's result.
    private enum Part: Sendable {
        case text(Int, String)
        case deadline
    }

    private func collect(_ streams: [SubprocessOutputSequence], of process: ProcessIdentifier) async -> Collected {
        await withTaskGroup(of: Part.self) { group in
            for (index, stream) in streams.enumerated() {
                group.addTask { .text(index, await index == 0 ? beginning(of: stream) : end(of: stream)) }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return .deadline
            }
            var collected = Collected(texts: streams.map { _ in "" }, isLate: false)
            var open = streams.count
            for await part in group {
                switch part {
                case .text(let index, let text):
                    collected.texts[index] = text
                    open -= 1
                    if open == 0 { group.cancelAll() }
                case .deadline where open > 0:
                    collected.isLate = true
                    kill(-process.value, SIGKILL)
                    group.cancelAll()
                case .deadline: break
                }
            }
            return collected
        }
    }

    private func beginning(of stream: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        do {
            for try await buffer in stream {
                let room = outputLimit - bytes.count
                unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0.prefix(room)) }
            }
        } catch {
            return String(decoding: bytes, as: UTF8.self)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func end(of stream: SubprocessOutputSequence) async -> String {
        var bytes: [UInt8] = []
        var isCut = false
        do {
            for try await buffer in stream {
                unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
                let surplus = bytes.count - Self.errorLimit
                if surplus > 0 {
                    bytes.removeFirst(surplus)
                    isCut = true
                }
            }
        } catch {
            return Self.text(bytes, isCut: isCut)
        }
        return Self.text(bytes, isCut: isCut)
    }

    private static func text(_ bytes: [UInt8], isCut: Bool) -> String {
        // A character that was cut in two is left out.
        let whole = isCut ? bytes.drop { $0 & 0xC0 == 0x80 } : bytes[...]
        return (isCut ? "… " : "") + String(decoding: whole, as: UTF8.self)
    }

    private func outcome(_ collected: Collected, _ status: TerminationStatus) -> Outcome {
        let end: End =
            switch status {
            case _ where collected.isLate: .timedOut
            case .exited(let code): .exited(Int(code))
            case .signaled(let number): .signalled(Int(number))
            }
        let texts = collected.texts
        return Outcome(end: end, output: texts[0], errors: texts.count > 1 ? texts[1] : "")
    }
}
