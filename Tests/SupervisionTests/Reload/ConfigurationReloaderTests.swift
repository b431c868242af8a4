import Coordination
import Foundation
import StandbyConfiguration
import Testing
import Transport

@testable import Supervision

/// What becomes of the file's content, trigger by trigger.
@Suite(.timeLimit(.minutes(5))) struct ConfigurationReloaderTests {
    /// A reloader of a file in a folder of its own.
    private final class Stage: Sendable {
        let file: URL
        let recorder = LogRecorder()
        let reloader: ConfigurationReloader
        private let applied = Locked<[[String]]>([])

        init(_ text: String) throws {
            let folder = FileManager.default.temporaryDirectory.appending(path: "reload-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            file = folder.appending(path: "config.yaml")
            try Data(text.utf8).write(to: file)
            let applied = applied
            reloader = ConfigurationReloader(
                path: file.path(percentEncoded: false),
                initial: Array(text.utf8),
                groups: 1,
                logger: recorder.logger
            ) { configuration in
                applied.withLock { $0.append(configuration.groups.map(\.name)) }
                return ConfigurationDiff(from: SupervisorConfiguration(groups: []), to: configuration)
            }
        }

        deinit { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }

        /// The groups of each configuration that was gone over to.
        var appliedGroups: [[String]] { applied.withLock { $0 } }

        func write(_ text: String) throws { try Data(text.utf8).write(to: file) }

        /// Runs these triggers to the end.
        func run(_ triggers: ReloadTrigger...) async {
            let (stream, input) = AsyncStream.makeStream(of: ReloadTrigger.self)
            for trigger in triggers { input.yield(trigger) }
            input.finish()
            await reloader.run(triggers: stream)
        }

        /// The lines of the log without the file's folder.
        var lines: [String] {
            let folder = file.deletingLastPathComponent().path(percentEncoded: false)
            return recorder.lines.map { $0.replacing(folder, with: "") }
        }
    }

    private static func text(_ groups: String...) -> String {
        "apiVersion: kube-standby.io/v1\nkind: StandbyConfiguration\ngroups:\n" + groups.map { "- \($0)\n" }.joined()
    }

    private static let web = text(Samples.text())
    private static let both = text(Samples.text(), Samples.text("db", service: "db"))

    @Test func aLookAtWhatIsRunningChangesNothing() async throws {
        let stage = try Stage(Self.web)
        await stage.run(.look, .look)
        #expect(stage.appliedGroups == [] && stage.lines == [])
        #expect(stage.reloader.status.current.successes == 0)
    }

    @Test func anotherContentIsAppliedOnce() async throws {
        let stage = try Stage(Self.web)
        try stage.write(Self.both)
        await stage.run(.look, .look)
        #expect(stage.appliedGroups == [["web", "db"]])
        let status = stage.reloader.status.current
        #expect(status.groups == 2 && status.successes == 1 && status.failures == 0 && status.isLastReloadSuccessful)
        // The warning: both groups write the same label.
        #expect(
            stage.lines.first?.hasPrefix("warning: configuration warning by=the file diagnostic=config.yaml:5:3")
                == true
        )
        #expect(
            stage.lines.dropFirst() == ["notice: configuration reloaded by=the file changes=added web, db; 0 unchanged"]
        )
    }

    @Test func aDemandReadsTheSameContentAgain() async throws {
        let stage = try Stage(Self.web)
        await stage.run(.demand(by: "SIGHUP", answer: nil), .look)
        #expect(stage.appliedGroups == [["web"]] && stage.reloader.status.current.successes == 1)
    }

    @Test func whatHasMistakesLeavesTheRunningOneAsItIs() async throws {
        let stage = try Stage(Self.web)
        try stage.write(Self.text("{name: web, servise: web}"))
        await stage.run(.look, .look)
        #expect(stage.appliedGroups == [])
        let status = stage.reloader.status.current
        #expect(status.failures == 1 && !status.isLastReloadSuccessful && status.groups == 1)
        #expect(!stage.lines.isEmpty)
        #expect(
            stage.lines.allSatisfy { $0.hasPrefix("error: configuration refused, the running one stays by=the file ") }
        )
        try stage.write(Self.both)
        await stage.run(.look)
        #expect(stage.appliedGroups == [["web", "db"]] && stage.reloader.status.current.isLastReloadSuccessful)
    }

    @Test func aFileThatIsGoneIsToldOnceAndReadWhenItIsBack() async throws {
        let stage = try Stage(Self.web)
        try FileManager.default.removeItem(at: stage.file)
        await stage.run(.look, .look, .look)
        #expect(stage.lines.count == 1 && stage.reloader.status.current.failures == 1)
        try stage.write(Self.web)
        await stage.run(.look)
        #expect(stage.appliedGroups == [["web"]])
    }

    @Test func aFileWithHundredsOfMistakesIsTwentyLines() async throws {
        let stage = try Stage(Self.web)
        try stage.write(Self.text() + (0..<300).map { "- {name: g\($0), servise: s}\n" }.joined())
        await stage.run(.look)
        #expect(stage.lines.count == 20)
    }

    @Test func whoDemandsAReloadIsToldWhatBecameOfIt() async throws {
        let stage = try Stage(Self.web)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await stage.reloader.run() }
            guard case .applied(let counts) = await stage.reloader.reload(by: "test") else {
                Issue.record("not applied")
                return
            }
            #expect(counts == "1 added; 0 unchanged")
            try? stage.write("groups: 7\n")
            guard case .refused(let mistakes) = await stage.reloader.reload(by: "test") else {
                Issue.record("not refused")
                return
            }
            #expect(mistakes.allSatisfy { $0.position.contains(":") } && !mistakes.isEmpty)
            try? FileManager.default.removeItem(at: stage.file)
            guard case .unreadable = await stage.reloader.reload(by: "test") else {
                Issue.record("read what is not there")
                return
            }
            group.cancelAll()
        }
        let late = await stage.reloader.reload(by: "test")
        #expect(late.map { "\($0)" } == nil, "nobody reads any more")
    }
}
