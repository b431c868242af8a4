import Testing

@testable import KubernetesClient

@Suite struct SmallSetTests {
    /// Of elements that few enough know for the set to pass through every size again and again.
    @Test(arguments: 0..<20) func holdsWhatASetHolds(seed: UInt64) {
        var small = SmallSet<Int>()
        var set: Set<Int> = []
        var state = seed
        for _ in 0..<500 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let element = Int(state >> 33) % 4
            if (state >> 60) % 2 == 0 {
                small.insert(element)
                set.insert(element)
            } else {
                small.remove(element)
                set.remove(element)
            }
            #expect(small.all == set)
            #expect(small.count == set.count)
            #expect(small.isEmpty == set.isEmpty)
            var others: Set = [9]
            small.add(to: &others)
            #expect(others == set.union([9]))
        }
    }
}
