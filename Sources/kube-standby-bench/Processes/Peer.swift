import Foundation
import Subprocess
import SystemPackage

/// A program beside ours: started on one core, measured by what the kernel says of it, ended when the measurement is done.
struct Peer: Sendable {
    /// Its process.
    let processID: Int32

    /// Runs a program for as long as `body` takes.
    ///
    /// `core`: the only one that it may use.
    /// `readiness`: part of a line that it prints when it is ready; nil: it is at once.
    static func run<Result: Sendable>(
        _ command: [String],
        core: Int,
        readiness: String? = nil,
        environment: [String: String] = [:],
        _ body: @Sendable @escaping (Peer) async throws -> Result
    ) async throws -> Result {
        var variables: [Environment.Key: String?] = [:]
        for (name, value) in environment { Environment.Key(rawValue: name).map { variables[$0] = value } }
        let outcome = try await Subprocess.run(
            .name("taskset"),
            arguments: Arguments(["-c", "\(core)"] + command),
            environment: .inherit.updating(variables),
            input: .none,
            output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            defer { try? execution.send(signal: .kill) }
            if let readiness { try await wait(for: readiness, in: execution.standardOutput) }
            return try await body(Peer(processID: execution.processIdentifier.value))
        }
        return outcome.closureResult
    }

    private static func wait(for words: String, in output: SubprocessOutputSequence) async throws {
        var text = ""
        for try await buffer in output {
            text += unsafe buffer.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
            if text.contains(words) { return }
        }
        throw Failed(description: "no \"\(words)\" in: \(text)")
    }

    /// Processor time of all its threads until now, those that have ended included, in hundredths of a second.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    var cpu: Duration {
        let text = (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ").compactMap { Int($0) } ?? []
        // The state's letter is no number: user and system time are the 11th and 12th after it.
        return fields.count > 11 ? .milliseconds((fields[10] + fields[11]) * 10) : .zero
    }

    /// Whether it has ended, though nobody has taken note of that yet.
    var hasEnded: Bool {
        let text = try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)
        // The state follows the name, which may hold anything but ends with the last bracket.
        return text?.split(separator: ")").last?.contains("Z") ?? true
    }

    /// Megabytes in memory.
    var residentMegabytes: Double { ResidentMemory.megabytes(of: processID) }
    /// The most megabytes that it has had in memory.
    var peakMegabytes: Double { ResidentMemory.peakMegabytes(of: processID) }

    /// A program that did not do what it should.
    struct Failed: Error, CustomStringConvertible {
        var description: String
    }
}
