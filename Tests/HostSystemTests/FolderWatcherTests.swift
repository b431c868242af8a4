import Foundation
import Testing

@testable import HostSystem

/// Real folders, real changes.
@Suite(.timeLimit(.minutes(5))) struct FolderWatcherTests {
    private static func withFolder(_ body: (URL, FolderWatcher) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let watcher = try FolderWatcher()
        defer {
            watcher.close()
            try? FileManager.default.removeItem(at: folder)
        }
        try await body(folder, watcher)
    }

    private static func next(_ watcher: FolderWatcher, _ kind: FolderEvent.Kind, _ name: String) async {
        for await event in watcher.events where event == FolderEvent(name: name, kind: kind) { return }
    }

    @Test func tellsWhatHappensToEntries() async throws {
        try await Self.withFolder { folder, watcher in
            watcher.watch([folder.path(percentEncoded: false)])
            let file = folder.appending(path: "a")
            try Data("x".utf8).write(to: file)
            await Self.next(watcher, .complete, "a")
            let handle = try FileHandle(forWritingTo: file)
            try handle.write(contentsOf: Data("y".utf8))
            await Self.next(watcher, .modified, "a")
            try handle.close()
            await Self.next(watcher, .complete, "a")
            try FileManager.default.removeItem(at: file)
            await Self.next(watcher, .gone, "a")
            try FileManager.default.createSymbolicLink(at: file, withDestinationURL: folder)
            await Self.next(watcher, .created, "a")
        }
    }

    @Test func watchesTheSuccessorOfAFolder() async throws {
        try await Self.withFolder { folder, watcher in
            let path = folder.path(percentEncoded: false)
            watcher.watch([path])
            try FileManager.default.removeItem(at: folder)
            await Self.next(watcher, .gone, "")
            watcher.watch([path])
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            watcher.watch([path])
            try Data().write(to: folder.appending(path: "b"))
            await Self.next(watcher, .complete, "b")
        }
    }

    @Test func endsWhenItIsClosed() async throws {
        try await Self.withFolder { folder, watcher in
            watcher.watch([folder.path(percentEncoded: false)])
            watcher.close()
            for await _ in watcher.events {}
        }
    }
}
