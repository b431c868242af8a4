import Foundation
import Testing

/// The import lines of every room against the allowed table: arrows point down, and nothing imports upwards.
@Suite struct ImportTableTests {
    private static let rooms: [String: Set<String>] = [
        "PlainText": [],
        "YAMLDocument": ["CLibYAML"],
        "Patterns": ["CPCRE2"],
        "Coordination": [],
        "HostSystem": ["CLinux", "Coordination"],
        "Transport": ["CLibcurl", "CLinux", "Coordination", "HostSystem"],
        "FailoverCore": [],
        "StandbyConfiguration": ["PlainText", "YAMLDocument", "FailoverCore", "Patterns"],
        "KubernetesClient": ["Coordination", "HostSystem", "Transport", "YAMLDocument"],
        "Probing": [
            "Coordination", "HostSystem", "Transport", "KubernetesClient", "StandbyConfiguration", "FailoverCore",
            "Patterns",
        ],
        "Supervision": [
            "PlainText", "Coordination", "HostSystem", "Transport", "KubernetesClient", "Probing", "FailoverCore",
            "StandbyConfiguration",
        ],
        "Operations": ["Supervision"],
        "Sandbox": ["YAMLDocument"],
    ]

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func files(of room: String) throws -> [URL] {
        let folder = root.appending(path: "Sources/\(room)")
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
        try #require(!files.isEmpty, "room \(room) is empty")
        return files
    }

    private static func imports(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let index = words.firstIndex(of: "import"), index <= 2, words.count > index + 1 else { return nil }
            return String(words[index + 1])
        }
    }

    @Test(arguments: rooms.keys.sorted())
    func importsOnlyWhatTheTableAllows(room: String) throws {
        let allowed = Self.rooms[room] ?? []
        let ours = Set(Self.rooms.keys).union(["CLibcurl", "CLibYAML", "CLinux", "CPCRE2"])
        for file in try Self.files(of: room) {
            for module in try Self.imports(of: file) where ours.contains(module) {
                #expect(allowed.contains(module), "\(room)/\(file.lastPathComponent) imports \(module)")
            }
        }
    }

    @Test func coreImportsNothing() throws {
        for file in try Self.files(of: "FailoverCore") {
            #expect(try Self.imports(of: file).isEmpty, "\(file.lastPathComponent) imports something")
        }
    }

    @Test func everyFolderOfSourcesIsInTheTable() throws {
        let entries = try FileManager.default.contentsOfDirectory(
            at: Self.root.appending(path: "Sources"),
            includingPropertiesForKeys: [.isDirectoryKey]
        )
        let folders = try entries.filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false }
            .map(\.lastPathComponent)
        let known = Set(Self.rooms.keys).union([
            "CLibcurl", "CLibYAML", "CLinux", "CPCRE2", "kube-standby", "kube-standby-bench", "kube-standby-fuzz",
        ])
        #expect(Set(folders).isSubset(of: known), "unknown: \(Set(folders).subtracting(known))")
    }

    /// Files that may be longer, for a reason: what may change the state of a machine stands in one file, so that its state can
    /// be private.
    private static let longFiles = ["GroupStateMachine.swift": 820, "RoleSwitch.swift": 400]

    @Test func noFileOutgrowsTheHouse() throws {
        for room in Self.rooms.keys {
            for file in try Self.files(of: room) {
                let lines = try String(contentsOf: file, encoding: .utf8).split(
                    separator: "\n",
                    omittingEmptySubsequences: false
                ).count
                let limit = Self.longFiles[file.lastPathComponent] ?? 300
                #expect(lines <= limit + 1, "\(room)/\(file.lastPathComponent) has \(lines) lines")
            }
        }
    }

    @Test func noFolderOutgrowsTheHouse() throws {
        for room in Self.rooms.keys {
            let folders = Dictionary(grouping: try Self.files(of: room)) { $0.deletingLastPathComponent().path() }
            for (folder, files) in folders { #expect(files.count <= 12, "\(folder) has \(files.count) files") }
        }
    }

    @Test func nothingIsPublic() throws {
        for room in Self.rooms.keys {
            for file in try Self.files(of: room) {
                let text = try String(contentsOf: file, encoding: .utf8)
                #expect(
                    !text.contains("\npublic ") && !text.contains("    public "),
                    "\(room)/\(file.lastPathComponent)"
                )
            }
        }
    }
}
