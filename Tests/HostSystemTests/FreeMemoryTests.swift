import Testing

@testable import HostSystem

@Suite struct FreeMemoryTests {
    /// After how many steps that are free memory is given back.
    private func looks(at free: Int...) -> [Bool] {
        var memory = FreeMemory()
        return free.map { memory.isWorthGivingBack($0) }
    }

    @Test func givesBackWhatWasFreedAtOnce() {
        #expect(looks(at: FreeMemory.step - 1, FreeMemory.step) == [false, true])
    }

    /// What was given back counts as free until it is taken again.
    @Test func countsNothingTwice() {
        let free = 10 * FreeMemory.step
        #expect(
            looks(at: free, free, free + FreeMemory.step - 1, free + FreeMemory.step) == [true, false, false, true]
        )
    }

    /// What was taken again and freed again is to be given back once more.
    @Test func countsFromTheLeast() {
        #expect(looks(at: 10 * FreeMemory.step, 3 * FreeMemory.step, 9 * FreeMemory.step) == [true, false, true])
    }
}
