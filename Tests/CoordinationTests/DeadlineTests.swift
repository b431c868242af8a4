import Coordination
import Repeatable
import Testing

/// By a clock that nobody but the test moves.
@Suite(.timeLimit(.minutes(5))) struct DeadlineTests {
    private let clock = ManualClock()

    @Test func answersWhatTheWorkAnswersInTime() async {
        let answer = await withDeadline(after: .seconds(5), clock: clock) { 7 }
        #expect(answer == 7)
        #expect(clock.sleeperCount == 0)
    }

    @Test func tellsWorkThatEndsWithNothingFromWorkThatIsLate() async {
        let answer: Int?? = await withDeadline(after: .seconds(5), clock: clock) { nil }
        #expect(answer == .some(nil))
    }

    @Test func givesUpWhenTheTimeIsOverAndNotBefore() async {
        let never = Latch()
        let ended = Locked(false)
        let race = Task { [clock] in
            let answer: Int? = await withDeadline(after: .seconds(5), clock: clock) {
                await never.wait()
                return 7
            }
            ended.withLock { $0 = true }
            return answer
        }
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(4_999))
        #expect(clock.sleeperCount == 1 && !ended.withLock { $0 })
        clock.advance(by: .milliseconds(1))
        #expect(await race.value == nil)
    }

    @Test func cancelsLateWorkAndWaitsForItsEnd() async {
        let never = Latch()
        let end = Locked<Bool?>(nil)
        let race = Task { [clock] in
            await withDeadline(after: .seconds(5), clock: clock) {
                await never.wait()
                end.withLock { $0 = Task.isCancelled }
            }
        }
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(5))
        await race.value
        #expect(end.withLock { $0 } == true)
    }

    @Test func holdsNoCancelledTaskUntilTheDeadline() async {
        let never = Latch()
        let race = Task { [clock] in
            await withDeadline(after: .seconds(5), clock: clock) {
                await never.wait()
                return Task.isCancelled
            }
        }
        await clock.waitForSleepers(1)
        race.cancel()
        // The work may hear of it before the clock does.
        #expect(await race.value != false)
        #expect(clock.now.elapsed == .zero)
    }

    @Test(arguments: [Duration.zero, .seconds(-1)]) func waitsForNothingWithoutTime(limit: Duration) async {
        let never = Latch()
        let answer: Bool? = await withDeadline(after: limit, clock: clock) {
            await never.wait()
            return true
        }
        #expect(answer == nil)
    }
}
