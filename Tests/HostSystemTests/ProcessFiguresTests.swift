import Foundation
import Testing

@testable import HostSystem

@Suite struct ProcessFiguresTests {
    private static let line = " S 1 7 7 0 -1 4194560 1 2 3 4 1100 12 150 25 20 0 9 0 12345 900000 17 1844"

    @Test(arguments: ["a", "a b", "a) S 1", "((", ""]) func readsTheKernelsLine(program: String) {
        var figures = ProcessFigures()
        figures.read(stat: "7 (\(program))\(Self.line)", bootTime: 1000)
        #expect(figures.ownSeconds == 11.12 && figures.childSeconds == 1.75)
        #expect(figures.startTime == 1123.45 && figures.virtualBytes == 900_000)
        #expect(figures.residentBytes == 17 * sysconf(Int32(_SC_PAGESIZE)))
    }

    @Test(arguments: ["", "7 (a)", "7 (a) S 1 7 7 0"]) func anUnreadableLineSaysNothing(line: String) {
        var figures = ProcessFigures()
        figures.read(stat: line, bootTime: 1000)
        #expect(figures == ProcessFigures())
    }

    @Test func readsWhenTheMachineBegan() {
        #expect(ProcessFigures.bootTime(in: "cpu 1 2\nbtime 1700000000\nprocesses 3\n") == 1_700_000_000)
        #expect(ProcessFigures.bootTime(in: "cpu 1 2") == 0)
    }

    @Test func readsItsOwn() throws {
        let handle = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/stat"))
        let figures = ProcessFigures.current
        try handle.close()
        #expect(figures.residentBytes > 1_000_000 && figures.virtualBytes >= figures.residentBytes)
        #expect(figures.openDescriptors > 3 && figures.mostDescriptors >= figures.openDescriptors)
        let now = Date().timeIntervalSince1970
        #expect(figures.startTime > 1_600_000_000 && figures.startTime <= now + 60)
    }
}
