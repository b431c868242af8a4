import Foundation
import KubernetesClient
import Testing

@testable import kube_standby

/// How tables and spans of time are written.
@Suite struct TextTableTests {
    @Test func columnsAreAsWideAsTheyNeed() {
        var table = TextTable(["A", "LONG NAME", "C"])
        table.add(["one", "x", "last"])
        table.add(["", "two words", ""])
        #expect(table.text() == "A    LONG NAME  C\none  x          last\n-    two words  -\n")
    }

    @Test func coloursAreOnlyForWhoSeesThem() {
        var table = TextTable(["A", "B"])
        table.add([.init("x", .bad), .init("y", .good)])
        #expect(table.text() == "A  B\nx  y\n")
        #expect(table.text(isColoured: true) == "A  B\n\u{1B}[31mx\u{1B}[0m  \u{1B}[32my\u{1B}[0m\n")
    }

    @Test func whatSteersATerminalIsEscaped() {
        var table = TextTable(["A"])
        table.add([.init("\u{1B}[2Jgone\nnext")])
        let text = table.text(isColoured: true)
        #expect(!text.contains("\u{1B}") && text.split(separator: "\n").count == 2, "\(text)")
    }

    @Test(arguments: [
        (-5, "0s"), (0, "0s"), (119.9, "119s"), (120, "2m"), (200, "3m20s"), (720, "12m"), (20_400, "5h40m"),
        (28_800, "8h"), (111_600, "31h"), (273_600, "3d4h"), (172_800, "2d"), (1_036_800, "12d"),
    ])
    func agesHaveTwoUnitsAtMost(seconds: Double, text: String) {
        #expect(Age.text(seconds: seconds) == text)
    }

    @Test func agesAreCountedFromNow() {
        let now = Date(timeIntervalSince1970: 1000)
        #expect(Age.since(MicroTime(microseconds: 910_000_000), now: now) == "90s")
        #expect(Age.since(nil, now: now) == "-")
    }
}
