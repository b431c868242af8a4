import Foundation
import Testing

/// Sizes of files and folders, and that no room declares anything public.
@Suite struct SourceRuleTests {
    /// Files that may be longer, for a reason: what may change the state of a machine stands in one file, so that its state can
    /// be private.
    private static let longFiles = [
        "GroupStateMachine.swift": 400, "LeaderElector.swift": 400, "RoleSwitch.swift": 340,
    ]

    @Test(arguments: Repository.rooms) func noFileIsTooLong(room: Manifest.Module) throws {
        for file in try Repository.files(of: room) {
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n",
                omittingEmptySubsequences: false
            ).count
            let limit = Self.longFiles[file.lastPathComponent] ?? 300
            #expect(lines <= limit + 1, "\(room.name)/\(file.lastPathComponent) has \(lines) lines")
        }
    }

    @Test(arguments: Repository.rooms) func noFolderHasTooManyFiles(room: Manifest.Module) throws {
        let folders = Dictionary(grouping: try Repository.files(of: room)) { $0.deletingLastPathComponent().path() }
        for (folder, files) in folders { #expect(files.count <= 12, "\(folder) has \(files.count) files") }
    }

    @Test(arguments: Repository.rooms) func nothingIsPublic(room: Manifest.Module) throws {
        for file in try Repository.files(of: room) {
            let text = try String(contentsOf: file, encoding: .utf8)
            #expect(
                !text.contains("\npublic ") && !text.contains("    public "),
                "\(room.name)/\(file.lastPathComponent)"
            )
        }
    }
}
