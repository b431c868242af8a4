import Foundation
import Testing

@testable import HostSystem

@Suite(.timeLimit(.minutes(5))) struct BoundedCommandTests {
    private func run(
        _ script: String,
        timeout: Duration = .seconds(20),
        limit: Int = 100
    ) async throws -> BoundedCommand.Outcome {
        try await BoundedCommand(
            command: ["/bin/sh", "-c", script],
            environment: ["X": "y"],
            timeout: timeout,
            outputLimit: limit
        ).outcome()
    }

    @Test(arguments: [("exit 0", BoundedCommand.End.exited(0)), ("exit 7", .exited(7)), ("kill -9 $$", .signalled(9))])
    func saysHowACommandEnded(script: String, end: BoundedCommand.End) async throws {
        #expect(try await run(script).end == end)
    }

    @Test func givesTheEnvironmentAndKeepsTheBeginningOfTheOutput() async throws {
        #expect(try await run("echo $X; echo err >&2").output == "y\nerr\n")
        let flood = try await run("head -c 1000000 /dev/zero | tr '\\0' x; exit 4")
        #expect(flood.output.count == 100 && flood.end == .exited(4))
    }

    @Test func killsTheWholeGroupAtTheDeadline() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let outcome = try await run("sleep 1000 & echo $! > \(file); wait", timeout: .milliseconds(300))
        #expect(outcome.end == .timedOut)
        let child = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
        let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
        // Gone, or dead and waiting for its new parent to notice.
        #expect(state == nil || state?.contains(") Z ") == true)
    }

    @Test func doesNotWaitForAProcessThatLeftTheGroup() async throws {
        let outcome = try await run("setsid sleep 1000 & exit 0", timeout: .milliseconds(300))
        #expect(outcome.end == .timedOut || outcome.end == .exited(0))
    }

    @Test func saysThatACommandCannotBeStarted() async {
        await #expect(throws: (any Error).self) {
            try await BoundedCommand(
                command: ["/no/such/program"],
                environment: [:],
                timeout: .seconds(1),
                outputLimit: 1
            ).outcome()
        }
    }
}
