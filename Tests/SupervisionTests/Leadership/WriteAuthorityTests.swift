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
