import Foundation
import Testing

/// The repository that these tests look at.
enum Repository {
    /// Its root.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Its targets.
    static let manifest = Result { try Manifest(text(of: "Package.swift")) }

    /// The targets with files of Swift; none if the manifest cannot be read, which `ManifestTests` tells.
    static var modules: [Manifest.Module] { (try? manifest.get().modules.filter { $0.kind != .system }) ?? [] }

    /// The rooms, in the order of the manifest; none if it cannot be read.
    static var rooms: [Manifest.Module] { (try? manifest.get().rooms) ?? [] }

    /// What is under `Sources`, libraries and programs; none if the manifest cannot be read.
    static var sources: [Manifest.Module] { modules.filter { $0.path.hasPrefix("Sources/") } }

    /// A file's text; `path`: from the root.
    static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The Swift files of a target, at least one.
    static func files(of module: Manifest.Module) throws -> [URL] {
        let folder = root.appending(path: module.path)
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        try #require(!files.isEmpty, "\(module.path) holds no Swift file")
        return files
    }

    /// What may stand before `import`.
    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "fileprivate", "private", "@testable", "@preconcurrency", "@_exported",
    ]

    /// What a file imports.
    ///
    /// Lines of other languages, in literals, are indented.
    static func imports(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", omittingEmptySubsequences: false).drop { modifiers.contains($0) }
            guard words.first == "import", words.count > 1, let name = words.last else { return nil }
            return String(name.prefix { $0 != "." })
        }
    }

    /// The names of a folder's folders.
    static func folders(in path: String) throws -> Set<String> {
        let entries = try FileManager.default.contentsOfDirectory(
            at: root.appending(path: path),
            includingPropertiesForKeys: [.isDirectoryKey]
        )
        return Set(
            try entries.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false }
                .map(\.lastPathComponent)
        )
    }
}
