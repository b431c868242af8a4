import Foundation
import Repeatable
import Testing

@testable import HostSystem

@Suite(.timeLimit(.minutes(5))) struct BoundedCommandTests {
    private func run(
        _ script: String,
        timeout: Duration = .seconds(60),
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

    /// The deadline passes once the child's number is written, and not before.
    @Test func killsTheWholeGroupAtTheDeadline() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bounded-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let watcher = try FolderWatcher()
        defer {
            watcher.close()
            try? FileManager.default.removeItem(at: folder)
        }
        watcher.watch([folder.path(percentEncoded: false)])
        let file = folder.appending(path: "child")
        let clock = ManualClock()
        async let outcome = BoundedCommand(
            command: ["/bin/sh", "-c", "sleep 1000 & echo $! > $FILE; wait"],
            environment: ["FILE": file.path(percentEncoded: false)],
            timeout: .seconds(5),
            outputLimit: 100
        ).outcome(clock: clock)
        for await event in watcher.events where event == FolderEvent(name: "child", kind: .complete) { break }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        #expect(try await outcome.end == .timedOut)
        let child = try String(contentsOf: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
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
