import Testing

/// That Package.swift is read as it is meant, and that nobody takes silence for order when it cannot be read.
@Suite struct ManifestTests {
    private static let sample = """
        let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
        let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
        let rooms: [Room] = [
            // Not a room: Room(name: "Cellar")
            Room(name: "Attic"),
            Room(
                name: "Hall",
                isExecutable: false,
                exclude: ["README.md"],
                dependencies: ["Attic", "CDoor", logging],
                testDependencies: [nioCore],
                testExclude: ["Fixtures"]
            ),
        ]
        let package = Package(
            targets: rooms.flatMap(\\.targets) + [
                .systemLibrary(name: "CDoor", pkgConfig: "door", providers: [.apt(["libdoor-dev"])]),
                .executableTarget(name: "the-house", dependencies: ["Hall"]),
                .target(name: "Guests", dependencies: ["Attic"], path: "Tests/Guests"),
                .testTarget(name: "StreetTests", dependencies: ["the-house"]),
            ]
        )
        """

    @Test func readsRoomsWithTheirTests() throws {
        let manifest = try Manifest(Self.sample)
        #expect(manifest.rooms.map(\.name) == ["Attic", "Hall"])
        let hall = try #require(manifest.modules.first { $0.name == "Hall" })
        #expect(hall.dependencies == ["Attic", "CDoor", "Logging"] && hall.path == "Sources/Hall")
        let tests = try #require(manifest.modules.first { $0.name == "HallTests" })
        #expect(tests.dependencies == ["Hall", "NIOCore"] && tests.path == "Tests/HallTests" && tests.kind == .tests)
    }

    @Test func readsTargetsThatAreNoRooms() throws {
        let others = try Manifest(Self.sample).modules.filter { !$0.isRoom }
        #expect(others.map(\.name) == ["CDoor", "the-house", "Guests", "StreetTests"])
        #expect(others.map(\.kind) == [.system, .executable, .library, .tests])
        #expect(others.map(\.path) == ["Sources/CDoor", "Sources/the-house", "Tests/Guests", "Tests/StreetTests"])
        #expect(others[1].importName == "the_house")
    }

    @Test(arguments: [
        ("let room = 1", "there is no list of rooms"), ("let rooms: [Room] = []", "the list of rooms is empty"),
        ("let rooms = [Room(name: attic)]", "a target's name or path is no literal: "),
        ("let rooms = [Room(name: \"A\", dependencies: others)]", "the dependencies of A are no list"),
        ("let rooms = [Room(name: \"A\", dependencies: [\"B\"] + [\"C\"])]", "the dependencies of A hold \"]\""),
        ("let rooms = [Room(name: \"A\", dependencies: [b])]", "A depends on b, which is no product"),
        ("let rooms = [Room(name: \"A\"", "a call does not end"),
    ])
    func saysWhatItCannotRead(text: String, words: String) {
        #expect {
            try Manifest(text)
        } throws: {
            "\($0)".hasPrefix(words)
        }
    }

    @Test func theManifestOfThisRepositoryCanBeRead() throws {
        let manifest = try Repository.manifest.get()
        #expect(manifest.rooms.count >= 13 && manifest.modules.count > 2 * manifest.rooms.count)
        #expect(manifest.products["nioCore"] == "NIOCore")
    }
}
