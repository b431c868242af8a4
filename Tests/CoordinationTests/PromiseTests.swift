import Coordination
import Testing

@Suite(.timeLimit(.minutes(5))) struct PromiseTests {
    @Test func keepsAValueThatComesBeforeAnybodyWaits() async {
        let promise = Promise<Int>()
        promise.fulfill(7)
        #expect(await promise.value() == 7)
    }

    @Test func givesTheOneWhoWaitsTheFirstValue() async {
        let promise = Promise<Int>()
        let waiter = Task { await promise.value() }
        promise.fulfill(1)
        promise.fulfill(2)
        #expect(await waiter.value == 1)
    }

    @Test func isNothingToACancelledTask() async {
        let promise = Promise<Int>()
        let waiter = Task { await promise.value() }
        waiter.cancel()
        #expect(await waiter.value == nil)
    }
}

@Suite(.timeLimit(.minutes(5))) struct LatchTests {
    @Test func letsThroughWhoeverComesAfterItWasOpened() async {
        let latch = Latch()
        latch.open()
        await latch.wait()
    }

    @Test func letsThroughWhoeverWaits() async {
        let latch = Latch()
        let isThrough = Locked(false)
        let waiter = Task {
            await latch.wait()
            isThrough.withLock { $0 = true }
        }
        #expect(!isThrough.withLock { $0 })
        latch.open()
        await waiter.value
        #expect(isThrough.withLock { $0 })
    }

    @Test func holdsNoCancelledTask() async {
        let latch = Latch()
        let waiter = Task { await latch.wait() }
        waiter.cancel()
        await waiter.value
    }
}
