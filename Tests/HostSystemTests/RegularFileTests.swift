import Foundation
import Glibc
import Testing

@testable import HostSystem

@Suite(.timeLimit(.minutes(5))) struct RegularFileTests {
    /// A folder for one test, with a file of some bytes in it.
    private static func withFile(_ bytes: [UInt8], _ body: (_ path: String, _ folder: String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "regular-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "file")
        try Data(bytes).write(to: file)
        try body(file.path(percentEncoded: false), folder.path(percentEncoded: false))
    }

    private static func failure(_ read: () throws -> [UInt8]) -> RegularFile.Failure? {
        do {
            _ = try read()
            return nil
        } catch {
            return error as? RegularFile.Failure
        }
    }

    @Test func readsAFileToItsEnd() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
        try Self.withFile(bytes) { path, _ in
            let read = try RegularFile.bytes(of: path)
            #expect(read == bytes)
        }
    }

    @Test func tellsAFileThatIsTooLargeFromOneThatIsNot() throws {
        try Self.withFile([1, 2, 3]) { path, _ in
            let whole = try RegularFile.bytes(of: path, limit: 3)
            let alsoWhole = try RegularFile.beginning(of: path, limit: 2)
            let cut = try RegularFile.beginning(of: path, limit: 1)
            #expect(whole == [1, 2, 3] && alsoWhole == whole && cut == [1, 2])
            let failure = Self.failure { try RegularFile.bytes(of: path, limit: 2) }
            #expect(failure?.cause == .tooLarge(limit: 2) && failure?.path == path)
        }
    }

    @Test func saysWhatIsNoRegularFile() throws {
        try Self.withFile([]) { _, folder in
            let pipe = folder + "/pipe"
            #expect(unsafe mkfifo(pipe, 0o600) == 0)
            for (path, kind) in [(pipe, "a pipe"), (folder, "a folder"), ("/dev/null", "a device")] {
                let failure = Self.failure { try RegularFile.bytes(of: path) }
                #expect(failure?.description == "\(path): cannot be read: it is \(kind) and no regular file")
                #expect(throws: RegularFile.Failure(path: path, cause: .notRegular(kind))) {
                    try RegularFile.check(path)
                }
            }
        }
    }

    @Test func saysThatThereIsNoFile() throws {
        try Self.withFile([]) { path, _ in
            let failure = Self.failure { try RegularFile.bytes(of: path + "/below") }
            #expect(failure?.description == "\(path)/below: cannot be read: Not a directory")
            #expect(Self.failure { try RegularFile.bytes(of: path + "2") }?.cause == .missing)
        }
    }

    @Test(arguments: [
        (RegularFile.Failure.Cause.missing, "no such file"),
        (.notRegular("a pipe"), "it is a pipe and no regular file"),
        (.tooLarge(limit: RegularFile.smallLimit), "it has more than 16 MiB"), (.unreadable("Is away"), "Is away"),
    ])
    func saysWhyAFileCannotBeRead(cause: RegularFile.Failure.Cause, words: String) {
        #expect("\(RegularFile.Failure(path: "/a b", cause: cause))" == "/a b: cannot be read: \(words)")
    }

    @Test func readsAnOpenPipeUpToOneByteMoreThanTheLimit() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data([1, 2, 3, 4]))
        try pipe.fileHandleForWriting.close()
        #expect(try RegularFile.bytes(of: pipe.fileHandleForReading, limit: 2) == [1, 2, 3])
        #expect(try RegularFile.bytes(of: pipe.fileHandleForReading, limit: 2) == [4])
    }
}
