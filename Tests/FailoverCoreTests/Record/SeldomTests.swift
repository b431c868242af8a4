import Testing

@testable import FailoverCore

@Suite struct SeldomTests {
    private struct Holder: Hashable {
        @Seldom var name: String?
    }

    @Test func hasNothingAtFirstAndKeepsWhatItIsGiven() {
        var holder = Holder()
        #expect(holder.name == nil)
        holder.name = "web-0"
        #expect(holder.name == "web-0")
        holder.name = nil
        #expect(holder == Holder())
    }

    @Test func copiesGoTheirOwnWays() {
        var first = Holder()
        first.name = "web-0"
        var second = first
        second.name?.append("0")
        #expect(first.name == "web-0")
        #expect(second.name == "web-00")
        #expect(first != second)
    }

    /// Groups at rest have no room for what a switch needs.
    @Test func aGroupAtRestIsSmall() {
        #expect(MemoryLayout<Outstanding>.size <= 128)
        #expect(MemoryLayout<GroupStateMachine>.size <= 1400)
    }
}
