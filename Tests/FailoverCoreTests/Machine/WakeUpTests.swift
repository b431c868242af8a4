import Testing

@testable import FailoverCore

@Suite struct WakeUpTests {
    private var ids = OperationIDs()
    private var wakeUp = WakeUp()

    private func time(_ seconds: Int) -> MonotonicTime { MonotonicTime(nanoseconds: 0) + .seconds(seconds) }

    @Test mutating func anEarlierTimeTakesThePlaceOfALaterOne() throws {
        let first = try #require(wakeUp.at(time(9), &ids).timerID)
        let second = try #require(wakeUp.at(time(5), &ids).timerID)
        #expect(wakeUp.at(time(5), &ids).isEmpty && wakeUp.at(time(7), &ids).isEmpty && wakeUp.at(nil, &ids).isEmpty)
        let isStale = !wakeUp.fired(first)
        #expect(isStale)
        let isDue = wakeUp.fired(second)
        #expect(isDue)
    }

    @Test mutating func oneThatFiredIsOver() throws {
        let id = try #require(wakeUp.at(time(1), &ids).timerID)
        _ = wakeUp.fired(id)
        let firesTwice = wakeUp.fired(id)
        #expect(!firesTwice)
        #expect(wakeUp.at(time(9), &ids).deadlines == [time(9)])
    }
}

extension [Effect] {
    fileprivate var timerID: OperationID? {
        if case .startTimer(let id, _) = first { id } else { nil }
    }
}
