import Foundation
import Testing

/// The import lines of every target against what Package.swift says that it may import, which stands there alone.
@Suite struct ImportTableTests {
    /// What the toolchain brings.
    private static let toolchain: Set = ["Dispatch", "Foundation", "Glibc", "Synchronization", "Testing"]

    @Test(arguments: Repository.modules) func importsOnlyWhatIsDeclared(module: Manifest.Module) throws {
        let allowed = Set(module.dependencies.map { $0.replacing("-", with: "_") }).union(Self.toolchain)
        for file in try Repository.files(of: module) {
            for name in try Repository.imports(of: file) {
                #expect(allowed.contains(name), "\(module.name)/\(file.lastPathComponent) imports \(name)")
            }
        }
    }

    @Test(arguments: Repository.modules) func declaresOnlyWhatIsImported(module: Manifest.Module) throws {
        let imported = Set(try Repository.files(of: module).flatMap(Repository.imports))
        let modules = try Repository.manifest.get().modules
        // An executable is built for whoever runs it.
        let run = modules.filter { $0.kind == .executable }.map(\.name)
        let idle = module.dependencies.subtracting(run).filter { !imported.contains($0) }
        #expect(idle.isEmpty, "\(module.name) declares \(idle.sorted()), and no file imports it")
    }

    @Test func roomsImportOnlyRoomsThatStandBeforeThem() throws {
        var known: Set<String> = []
        let names = Set(Repository.rooms.map(\.name))
        for room in Repository.rooms {
            let later = room.dependencies.intersection(names).subtracting(known)
            #expect(later.isEmpty, "\(room.name) imports \(later.sorted()), which stands below it")
            known.insert(room.name)
        }
    }

    /// What the decisions, and what tasks meet by, rest on: nothing but the language.
    @Test(arguments: ["FailoverCore", "Coordination", "PlainText"]) func dependsOnNothing(name: String) throws {
        let room = try #require(Repository.rooms.first { $0.name == name })
        #expect(room.dependencies.isEmpty)
    }

    @Test func theCoreImportsNothing() throws {
        let core = try #require(Repository.rooms.first { $0.name == "FailoverCore" })
        for file in try Repository.files(of: core) {
            #expect(try Repository.imports(of: file).isEmpty, "\(file.lastPathComponent) imports something")
        }
    }

    /// An error in one is not to be hidden by the same error in the other.
    @Test func theSandboxSharesNoCodeWithTheClient() throws {
        let sandbox = try #require(Repository.rooms.first { $0.name == "Sandbox" })
        let rooms = Set(Repository.rooms.map(\.name))
        #expect(sandbox.dependencies.intersection(rooms) == ["YAMLDocument"])
    }

    @Test(arguments: ["Sources", "Tests"]) func everyFolderIsATarget(place: String) throws {
        let paths = Set(try Repository.manifest.get().modules.map(\.path))
        for folder in try Repository.folders(in: place) {
            #expect(paths.contains("\(place)/\(folder)"), "\(place)/\(folder) is no target")
        }
    }

    /// The rooms of Sources/README.md, row by row.
    @Test func theReadmeNamesEveryRoom() throws {
        let rows = try Repository.text(of: "Sources/README.md").split(separator: "\n").drop { $0 != "| room | holds |" }
            .dropFirst(2).prefix { $0.hasPrefix("| `") }
        let named = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: "`").map(String.init).filter {
                $0.contains(/^[A-Za-z][A-Za-z0-9-]*$/)
            }
        }
        let there = try Repository.manifest.get().modules.filter { $0.path.hasPrefix("Sources/") }.map(\.name)
        #expect(named.sorted() == there.sorted())
    }
}
