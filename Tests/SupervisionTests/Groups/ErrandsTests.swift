import Coordination
import Testing

@testable import Supervision

@Suite(.timeLimit(.minutes(5))) struct ErrandsTests {
    /// Errands that are under way until they are let go.
    private actor Counter {
        private var latches: [Latch] = []
        /// How many began, in their order.
        private(set) var begun: [Int] = []
        private(set) var ended = 0

        func doUntilLetGo(_ number: Int) async {
            let latch = Latch()
            latches.append(latch)
            begun.append(number)
            await latch.wait()
            ended += 1
        }

        func letFirstGo() { latches.removeFirst().open() }

        func wait(begun count: Int, ended ends: Int) async {
            while begun.count < count || ended < ends { await Task.yield() }
        }
    }

    @Test func soManyAreUnderWayAtOnceAndTheOthersFollowInOrder() async {
        let (errands, counter) = (Errands(), Counter())
        for number in 0..<300 { errands.add { await counter.doUntilLetGo(number) } }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await errands.run() }
            await counter.wait(begun: 256, ended: 0)
            await counter.letFirstGo()
            await counter.wait(begun: 257, ended: 1)
            #expect(await Set(counter.begun) == Set(0..<257))
            group.cancelAll()
        }
        // What waited is not begun after the end; what was under way has ended.
        #expect(await counter.ended == 257)
        #expect(await counter.begun.count == 257)
    }
}
