import Coordination
import Foundation
import Glibc
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

    /// A child of the command has a pipe open for as long as it lives: the deadline passes once it has, and not before.
    @Test func killsTheWholeGroupAtTheDeadline() async throws {
        let pipe = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        defer { try? FileManager.default.removeItem(atPath: pipe) }
        let (begun, ended) = (Latch(), Latch())
        Thread.detachNewThread {
            let reader = FileHandle(forReadingAtPath: pipe)
            begun.open()
            _ = try? reader?.readToEnd()
            ended.open()
        }
        let clock = ManualClock()
        async let outcome = BoundedCommand(
            command: ["/bin/sh", "-c", "sleep 1000 3>$PIPE & wait"],
            environment: ["PIPE": pipe],
            timeout: .seconds(5),
            outputLimit: 100
        ).outcome(clock: clock)
        await begun.wait()
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        #expect(try await outcome.end == .timedOut)
        await ended.wait()
        #expect(!Task.isCancelled)
    }

    /// As `sh -c 'curl … >/dev/null 2>&1'` does: its output ends at once, and it may hang for ever.
    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func endsACommandThatClosedItsOutput(keepsErrorsApart: Bool) async throws {
        let outcome = try await BoundedCommand(
            command: ["/bin/sh", "-c", "exec >/dev/null 2>&1; sleep 1000"],
            environment: [:],
            timeout: .milliseconds(300),
            outputLimit: 100,
            keepsErrorsApart: keepsErrorsApart
        ).outcome()
        #expect(outcome.end == .timedOut)
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
