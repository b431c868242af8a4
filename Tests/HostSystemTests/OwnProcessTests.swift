import Testing

@testable import HostSystem

@Suite struct OwnProcessTests {
    private static let beforeTimes = " S 1 7 7 0 -1 4194560 1 2 3 4 11 12"

    @Test(arguments: ["a", "a b", "a) S 1", "((", ""]) func countsWhatEndedChildrenUsed(program: String) {
        let line = "7 (\(program))\(Self.beforeTimes) 150 25 20 0"
        #expect(OwnProcess.childSeconds(in: line) == 1.75)
    }

    @Test(arguments: ["", "7 (a)", "7 (a)\(beforeTimes) 150", "7 (a)\(beforeTimes) x y 20 0"])
    func countsNothingInAnUnreadableLine(line: String) {
        #expect(OwnProcess.childSeconds(in: line) == 0)
    }

    @Test func readsItsOwnCount() {
        #expect(OwnProcess.childSeconds >= 0)
        OwnProcess.giveBackFreeMemory()
    }
}
