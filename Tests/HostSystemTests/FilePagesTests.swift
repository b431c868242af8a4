import Foundation
import Glibc
import Testing

@testable import HostSystem

/// One after the other: pages are given back for the whole process.
@Suite(.serialized) struct FilePagesTests {
    /// One mapping of `/proc/PID/smaps`; `first`: its first line behind the addresses.
    private func found(_ first: String, anonymous: Int = 0) -> [Range<UInt>] {
        FilePages.clean(
            in: """
                7f0000001000-7f0000003000 \(first)
                Size:                  8 kB
                Rss:                   8 kB
                Anonymous:             \(anonymous) kB
                VmFlags: rd ex mr mw me

                """
        )
    }

    @Test(arguments: ["r-xp 0001000 fe:00 42   /usr/bin/a", "r--p 0 fe:00 42 /usr/lib/b c.so (deleted)"])
    func findsWhatIsOnlyRead(_ first: String) {
        #expect(found(first) == [0x7f00_0000_1000..<0x7f00_0000_3000])
    }

    /// To drop those would lose what was written, or what others share.
    @Test(arguments: [
        "rw-p 0 fe:00 42 /usr/bin/a", "rwxp 0 fe:00 42 /usr/bin/a", "r--s 0 fe:00 42 /tmp/shared",
        "---p 0 fe:00 42 /usr/lib/b",
        "r--p 0 00:00 0", "r-xp 0 00:00 0   [vdso]", "r--p 0 00:00 0 [heap]",
    ])
    func leavesOthers(_ first: String) {
        #expect(found(first).isEmpty)
    }

    /// The loader's own pages, and a debugger's.
    @Test func leavesPagesThatWereChanged() {
        #expect(found("r--p 0 fe:00 42 /usr/bin/a", anonymous: 4).isEmpty)
    }

    @Test func tellsMappingsApart() {
        let text = """
            1000-2000 r-xp 0 fe:00 42 /a
            Anonymous:             0 kB
            2000-3000 rw-p 0 fe:00 42 /a
            Anonymous:             0 kB
            3000-4000 r--p 0 fe:00 42 /a
            Anonymous:             8 kB
            4000-5000 r--p 0 fe:00 42 /b
            Anonymous:             0 kB
            """
        #expect(FilePages.clean(in: text) == [0x1000..<0x2000, 0x4000..<0x5000])
    }

    @Test func understandsNothingElse() {
        #expect(FilePages.clean(in: "").isEmpty)
        #expect(FilePages.clean(in: "Anonymous: 0 kB\nx-y r-xp 0 fe:00 42 /a\nAnonymous: 0 kB").isEmpty)
    }

    /// A library that nobody else uses here, so that nothing has its pages mapped again.
    @Test func dropsALibrary() throws {
        let name = "libthread_db.so.1"
        let library = unsafe dlopen(name, RTLD_LAZY)
        defer { _ = unsafe library.map { unsafe dlclose($0) } }
        let before = try resident { $0.hasSuffix("/" + name) }
        FilePages.giveBack()
        #expect(try resident { $0.hasSuffix("/" + name) } < before)
        #expect(unsafe dlsym(library, "td_init") != nil)
    }

    /// A file that is mapped for a moment may be gone, and other memory there, before its pages are dropped.
    @Test func dropsNothingElse() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "pages-\(UUID().uuidString)")
        let length = 16 * Int(getpagesize())
        try Data(repeating: 7, count: length).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let descriptor = unsafe open(file.path(), O_RDONLY)
        defer { close(descriptor) }
        let pages = unsafe UInt(bitPattern: mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0))
        try #require(unsafe pages != UInt(bitPattern: MAP_FAILED))
        defer { unsafe munmap(UnsafeMutableRawPointer(bitPattern: pages), length) }
        let bytes = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: pages), count: length)
        #expect(unsafe bytes.allSatisfy { $0 == 7 })
        FilePages.giveBack()
        #expect(try resident { $0.hasPrefix(String(pages, radix: 16) + "-") } == length / 1024)
    }

    /// Kilobytes of those mappings that count as memory of this process; `isMeant`: by the first lines of mappings.
    private func resident(_ isMeant: (Substring) -> Bool) throws -> Int {
        let smaps = String(decoding: try RegularFile.bytes(of: "/proc/self/smaps"), as: UTF8.self)
        var (sum, count) = (0, 0)
        var isCounted = false
        for line in smaps.split(separator: "\n") {
            let words = line.split(separator: " ")
            if !words[0].hasSuffix(":") { isCounted = isMeant(line) }
            guard isCounted, words[0] == "Rss:" else { continue }
            sum += try #require(Int(words[1]))
            count += 1
        }
        try #require(count > 0)
        return sum
    }
}
