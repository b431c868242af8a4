import Glibc
import Testing

@testable import HostSystem

@Suite struct DescriptorTests {
    @Test func aReserveIsGivenUpOneByOneAndTakenBack() {
        let reserve = DescriptorReserve(size: 3) { _ in false }
        #expect(reserve.count == 3)
        var failures = 2
        let open = { () -> Int32 in
            guard failures > 0 else { return 1_000_000 }
            failures -= 1
            errno = EMFILE
            return -1
        }
        #expect(reserve.open(open) == 1_000_000 && reserve.count == 1)
        failures = 2
        #expect(reserve.open(open) == -EMFILE && reserve.count == 0)
        reserve.refill()
        #expect(reserve.count == 3)
        failures = .max
        // Another error is not one that giving up a descriptor helps against.
        let refused = reserve.open {
            errno = EAFNOSUPPORT
            return -1
        }
        #expect(refused == -EAFNOSUPPORT && reserve.count == 3)
    }

    @Test func theLastOnesAreLeftToTheRuntime() {
        let reserve = DescriptorReserve(size: 2) { $0 >= 1_000_000 }
        #expect(reserve.count == 2)
        var numbers: [Int32] = [1_000_001, 1_000_000, 7]
        #expect(reserve.open { numbers.removeFirst() } == 7 && reserve.count == 0)
        #expect(reserve.open { 1_000_000 } == -EMFILE)
        #expect(!reserve.giveUpOne())
        let none = DescriptorReserve(size: 2) { _ in true }
        #expect(none.count == 0)
    }

    /// To look asks the system; a limit that was lowered is noticed before half of the last ones are taken.
    @Test func looksAtFewOfManyNumbers() {
        var (looks, limit) = (0, Int32(2_000_000))
        let reserve = DescriptorReserve(size: 0) {
            looks += 1
            return $0 >= limit
        }
        for _ in 0..<170 { #expect(reserve.open { 1_000_007 } == 1_000_007) }
        #expect(looks == 10)
        #expect(reserve.open { 1_000_008 } == 1_000_008 && looks == 11, "higher than what was looked at")
        #expect(reserve.open { 2_000_000 } == -EMFILE && looks == 12)
        #expect(reserve.open { 1_000_007 } == 1_000_007 && looks == 13)
        limit = 1_000_007
        #expect((0..<17).count { _ in reserve.open { 1_000_007 } < 0 } == 1)
    }

    @Test func aHighNumberIsAmongTheLast() {
        let limit = Int32(clamping: DescriptorLimit.raise().current)
        #expect(!DescriptorLimit.isAmongTheLast(2))
        #expect(DescriptorLimit.isAmongTheLast(limit - 1))
        #expect(!DescriptorLimit.isAmongTheLast(limit - 33))
    }

    @Test(arguments: [(1024, 768, 64), (256, 128, 16), (64, 32, 4), (1_048_576, 1_048_320, 64)])
    func leavesDescriptorsToOthers(current: Int, probes: Int, held: Int) {
        let limit = DescriptorLimit(current: current)
        #expect(limit.probes == probes && limit.heldForProbes == held)
    }

    @Test func raisesTheSoftLimitToTheHardOne() {
        var hard = rlimit()
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &hard)
        #expect(DescriptorLimit.raise().current == Int(clamping: hard.rlim_max))
    }
}
