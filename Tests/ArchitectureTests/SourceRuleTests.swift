import Foundation
import Testing

/// Sizes of files and folders, that no room declares anything public, and which rooms have one thread.
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

    /// Rooms whose tests `.ci/run` keeps from the thread sanitizer could have no race; but the sandbox, which the others' tests and
    /// the demo run.
    ///
    /// They have no lock, thread or task of their own, nothing that the compiler is told not to check, and import nothing but C and
    /// each other.
    @Test func whatTheSanitizerPassesOverHasOneThread() throws {
        let names = try #require(Repository.text(of: ".ci/run").firstMatch(of: /TESTED_ROOMS=([A-Za-z,]+)/)).output.1
            .split(separator: ",").map(String.init)
        let rooms = Repository.rooms.filter { !names.contains($0.name) && $0.name != "Sandbox" }
        #expect(names == names.sorted())
        let system = try Repository.manifest.get().modules.filter { $0.kind == .system }.map(\.name)
        let allowed = Set(rooms.map(\.name) + system)
        for file in try rooms.flatMap(Repository.files) {
            #expect(allowed.isSuperset(of: try Repository.imports(of: file)), "\(file.lastPathComponent) imports more")
            let code = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter {
                !$0.drop { $0 == " " }.hasPrefix("//")
            }
            let beside = code.filter {
                $0.contains(/\b(actor|async|await|Task)\b|@unchecked|nonisolated\(unsafe\)/)
            }
            #expect(beside.isEmpty, "\(file.lastPathComponent): \(beside)")
        }
    }
}
