import Coordination
import NIOHTTP1
import Testing

@testable import Operations

/// What is computed once for many.
@Suite(.timeLimit(.minutes(5))) struct SharedAnswerTests {
    @Test func isComputedOnceForAllWhoAskMeanwhile() async {
        let (count, begun, goOn) = (Locked(0), Latch(), Latch())
        let shared = SharedAnswer {
            let number = count.withLock { count in
                count += 1
                return count
            }
            begun.open()
            await goOn.wait()
            return OperationsAnswer(.ok, "\(number)")
        }
        async let first = shared.value
        await begun.wait()
        async let second = shared.value
        async let third = shared.value
        goOn.open()
        let texts = await [first.text, second.text, third.text]
        #expect(texts[0] == "1" && texts.allSatisfy { ["1", "2"].contains($0) })
        #expect(await shared.value.text == "\(count.withLock { $0 })")
    }
}
