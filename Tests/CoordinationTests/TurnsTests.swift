import Testing

@testable import Coordination

@Suite(.timeLimit(.minutes(5))) struct TurnsTests {
    @Test func asManyAreTakenAsThereAre() async {
        var turns = Turns(2)
        await turns.take()
        await turns.take()
        let giveBack = turns.giveBack
        let (taken, tell) = AsyncStream<Int>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                // None is left, so that the third one is that which is given back here.
                tell.yield(1)
                giveBack()
            }
            await turns.take()
            tell.yield(2)
        }
        tell.finish()
        #expect(await taken.reduce(into: []) { $0.append($1) } == [1, 2])
    }

    @Test func whatWasGivenBackEarlierIsTakenAtOnce() async {
        var turns = Turns(1)
        for _ in 0..<1000 {
            await turns.take()
            turns.giveBack()
        }
    }

    @Test func nobodyWaitsLongerThanItsTask() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var turns = Turns(1)
                await turns.take()
                await turns.take()
            }
            group.cancelAll()
        }
    }
}
