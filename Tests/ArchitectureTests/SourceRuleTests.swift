import Foundation
import Testing

/// Sizes of files and folders, that no room declares anything public, and which rooms need the thread sanitizer.
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

    /// The rooms whose tests `.ci/run` keeps from the thread sanitizer have no race, because the compiler checked all of them.
    ///
    /// https://www.swift.org/migration/documentation/swift-6-concurrency-migration-guide/dataracesafety
    @Test func whatTheSanitizerPassesOverIsCheckedByTheCompiler() throws {
        let names = try #require(Repository.text(of: ".ci/run").firstMatch(of: /TESTED_ROOMS=([A-Za-z,]+)/)).output.1
            .split(separator: ",").map(String.init)
        let unproved = /@unchecked|@preconcurrency|nonisolated\(unsafe\)|unsafeBitCast|pthread_|\bThread\b/
        for room in Repository.rooms {
            let lines = try Repository.files(of: room).flatMap {
                try String(contentsOf: $0, encoding: .utf8).split(separator: "\n")
            }
            let unchecked = lines.filter { $0.contains(unproved) && !$0.drop { $0 == " " }.hasPrefix("//") }
            #expect(unchecked.isEmpty != names.contains(room.name), "\(room.name): \(unchecked)")
        }
    }

    /// A task group that does not discard keeps what has ended, frames and all, until somebody asks for it: where tasks are added for as
    /// long as something comes, nobody does after the last of a rush.
    @Test func taskGroupsThatGoOnDiscardWhatHasEnded() throws {
        let keepsWhatHasEnded = /with(Throwing)?TaskGroup\([^\n]*\n( *var [^\n]*\n)* *for (try )?await/
        for room in Repository.rooms {
            for file in try Repository.files(of: room) {
                let text = try String(contentsOf: file, encoding: .utf8)
                #expect(text.firstMatch(of: keepsWhatHasEnded) == nil, "\(room.name)/\(file.lastPathComponent)")
            }
        }
    }
}
