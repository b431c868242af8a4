import Testing

@testable import HostSystem

@Suite struct FreeMemoryTests {
    private let step = FreeMemory.step

    /// After how many steps that are resident and free memory is given back, if so much stayed the last time.
    private func looks(at free: Int..., left: Int = 0) -> [Bool] {
        var memory = FreeMemory()
        memory.gaveBack(leaving: left)
        return free.map { memory.isWorthGivingBack($0) }
    }

    @Test func givesBackWhatIsFree() {
        #expect(looks(at: step - 1, step) == [false, true])
    }

    /// Pages of which something is in use stay; to ask for them again and again would be in vain.
    @Test func doesNotAskAgainForWhatWasNotGiven() {
        #expect(looks(at: 5 * step, 6 * step - 1, 6 * step, left: 5 * step) == [false, false, true])
    }

    /// What stayed is in use by now, or gone.
    @Test func countsFromTheLeast() {
        #expect(looks(at: 2 * step, 3 * step, left: 5 * step) == [false, true])
    }
}
