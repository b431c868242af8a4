import Coordination
import Foundation
import Glibc
import Subprocess
import SystemPackage

/// Runs a command that may neither outstay its time nor flood us: at the deadline its whole process group is killed, and
/// only the beginning of its output is kept.
package struct BoundedCommand: Sendable {
    /// How a command ended.
    package enum End: Sendable, Hashable {
        /// By itself, with this code.
        case exited(Int)
        /// By this signal.
        case signalled(Int)
        /// It was still running, or a process that it left behind held its output open, at the deadline.
        case timedOut
    }

    /// The end, and what was printed.
    package struct Outcome: Sendable, Hashable {
        /// How it ended.
        package var end: End
        /// Standard output, or both as they came; at most `outputLimit` bytes.
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
    /// For everything, from the start on.
    package var timeout: Duration
    /// Bytes of output that are kept; the rest is read and dropped.
    package var outputLimit: Int
    /// Whether standard error is kept apart from standard output, or mixed into it.
    package var keepsErrorsApart: Bool

    /// A command of which nothing runs yet; the parameters are the properties.
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
    /// `clock`: what measures the deadline; tests move their own.
    /// - Throws: if the command could not be started.
    package func outcome(clock: some Clock<Duration> = ContinuousClock()) async throws -> Outcome {
        let texts = Locked(["", ""])
        // A command that closes its output may run on, so that the deadline is the whole run's: to cancel it kills the group.
        let run: Result<TerminationStatus, any Error>? = await withDeadline(after: timeout, clock: clock) {
            do {
                return .success(try await keepsErrorsApart ? runApart(into: texts) : runMixed(into: texts))
            } catch {
                return .failure(error)
            }
        }
        let end: End =
            switch try run?.get() {
            case nil: .timedOut
            case .exited(let code): .exited(Int(code))
            case .signaled(let number): .signalled(Int(number))
            }
        return texts.withLock { Outcome(end: end, output: $0[0], errors: $0[1]) }
    }

    private func runMixed(into texts: Locked<[String]>) async throws -> TerminationStatus {
        let child = OwnChildren.Child()
        defer { child.ended() }
        let result = try await Subprocess.run(
            configuration,
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            child.started(execution.processIdentifier.value)
            await collect([execution.standardOutput], of: execution.processIdentifier, into: texts)
        }
        return result.terminationStatus
    }

    private func runApart(into texts: Locked<[String]>) async throws -> TerminationStatus {
        let child = OwnChildren.Child()
        defer { child.ended() }
        let result = try await Subprocess.run(
            configuration,
            input: .none,
            output: .sequence,
            error: .sequence
        ) { execution in
            child.started(execution.processIdentifier.value)
            await collect(
                [execution.standardOutput, execution.standardError],
                of: execution.processIdentifier,
                into: texts
            )
        }
        return result.terminationStatus
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

    /// Reads until every stream ended or the deadline passed.
    private func collect(
        _ streams: [SubprocessOutputSequence],
        of process: ProcessIdentifier,
        into texts: Locked<[String]>
    ) async {
        await withDiscardingTaskGroup { group in
            for (index, stream) in streams.enumerated() {
                group.addTask {
                    let text = await index == 0 ? beginning(of: stream) : end(of: stream)
                    texts.withLock { $0[index] = text }
                }
            }
        }
        // Also when the command itself has ended, and a process that it left behind has not.
        if Task.isCancelled { kill(-process.value, SIGKILL) }
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
}
