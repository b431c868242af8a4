import Coordination
import FailoverCore
import Testing

@testable import Supervision

/// How long a write may take, and who waits for more time.
@Suite(.timeLimit(.minutes(5))) struct WriteAuthorityTests {
    private static func at(_ seconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: seconds * 1_000_000_000)
    }

    @Test func aWriteTakesNoLongerThanTheAuthorityLasts() {
        let gate = WriteGate(WriteAuthority(until: Self.at(10)))
        #expect(gate.timeout(at: Self.at(1), longest: .seconds(5)) == .seconds(5))
        #expect(gate.timeout(at: Self.at(8), longest: .seconds(5)) == .seconds(2))
        #expect(gate.timeout(at: Self.at(10), longest: .seconds(5)) == nil)
        #expect(gate.timeout(at: Self.at(11), longest: .seconds(5)) == nil)
    }

    /// A write that needs longer than the lead lasts is waited for while the lead is renewed, and no longer.
    @Test(arguments: [true, false]) func aLongWriteLastsAsLongAsTheLead(isRenewed: Bool) async {
        let clock = TestClock()
        let authority = WriteAuthority(until: clock.now + .seconds(7))
        let gate = WriteGate(authority)
        let answer = Latch()
        async let ended = gate.whileOpen(clock.clock) {
            await answer.wait()
            return Task.isCancelled ? "cancelled" : "answered"
        }
        await clock.sleepBegins()
        if isRenewed { authority.extend(to: clock.now + .seconds(12)) }
        clock.advance(by: .seconds(7))
        if isRenewed {
            await clock.sleepBegins(count: 2)
            answer.open()
        }
        let (outcome, isCut) = await ended
        #expect(outcome == (isRenewed ? "answered" : "cancelled") && isCut != isRenewed)
        #expect(clock.sleeps.isEmpty)
    }

    /// The group ends, and not its lead.
    @Test func whoIsCancelledWasNotCut() async {
        let clock = TestClock()
        let gate = WriteGate(WriteAuthority(until: clock.now + .seconds(7)))
        let task = Task { await gate.whileOpen(clock.clock) { await Latch().wait() }.isCut }
        await clock.sleepBegins()
        task.cancel()
        #expect(await task.value == false)
    }

    @Test func whoIsAloneWritesForEver() {
        let gate = WriteGate(WriteAuthority(until: nil))
        #expect(gate.timeout(at: MonotonicTime(nanoseconds: .max), longest: .seconds(5)) == .seconds(5))
    }

    @Test func whoHoldsNothingNeverWrites() {
        #expect(WriteGate().timeout(at: Self.at(0), longest: .seconds(5)) == nil)
    }

    @Test func anAuthorityOnlyGrowsByRenewals() {
        let authority = WriteAuthority(until: Self.at(10))
        authority.extend(to: Self.at(5))
        #expect(authority.timeLeft(at: Self.at(0)) == .seconds(10))
        authority.extend(to: Self.at(15))
        #expect(authority.timeLeft(at: Self.at(0)) == .seconds(15))
        authority.end(at: Self.at(1))
        #expect(authority.isOver(at: Self.at(1)))
    }

    /// An authority that is never renewed, for its supervisor is alone, keeps nothing of the writes that it let through.
    @Test func nothingIsKeptOfWhoNeedNotWait() async {
        let authority = WriteAuthority(until: nil)
        await WriteGate(authority).open { Self.at(1) }
        #expect(!authority.isAwaited)
    }

    /// Each way in which a gate opens, for two who wait.
    @Test(arguments: [true, false]) func aGateOpensForAllWhoWait(byRenewal: Bool) async {
        let authority = WriteAuthority(until: Self.at(1))
        let gate = WriteGate(authority)
        let asked = Locked(0)
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    await gate.open {
                        asked.withLock { $0 += 1 }
                        arrival.yield()
                        return Self.at(2)
                    }
                }
            }
            // Both have looked; their latches were in place before.
            for await _ in arrivals.prefix(2) {}
            if byRenewal { authority.extend(to: Self.at(3)) } else { gate.use(WriteAuthority(until: nil)) }
            await group.waitForAll()
        }
        #expect(asked.withLock { $0 } >= 3)
    }

    @Test func aGateLetsGoOfWhoIsCancelled() async {
        let gate = WriteGate()
        let task = Task { await gate.open { Self.at(1) } }
        task.cancel()
        await task.value
        #expect(gate.timeout(at: Self.at(1), longest: .seconds(1)) == nil)
    }
}
