import FailoverCore
import Sandbox
import StandbyConfiguration
import Testing

@testable import Probing

/// What the engine keeps for each group, and tells its machine.
extension ProbeEngineTests {
    /// Two groups, or one under an old name and a new one, probe the same pod each for itself.
    @Test func groupsThatShareAPodProbeItEachForItself() async throws {
        try await run { sandbox, engine, input, stream in
            let old = await target(sandbox, "a", Self.get)
            var new = old
            new.group = "h"
            await engine.setTargets([old], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            let (others, otherInput) = AsyncStream.makeStream(of: ProbeReport.self)
            await engine.setTargets([new], of: "h") { otherInput.yield($0) }
            var other = others.makeAsyncIterator()
            _ = await reports(until: .healthy, &other)
            #expect(await engine.provenCount == 1, "one pod")
            await engine.remove(group: "g")
            #expect(await engine.progress(of: "g").isEmpty)
            #expect(await engine.progress(of: "h")["a"]?.tracker.health == .healthy)
            // Who is known to have succeeded is reported at once; of who is gone nothing is.
            await engine.probeNow(old.key, unlessSucceededSince: .init(nanoseconds: 0))
            await engine.probeNow(new.key, unlessSucceededSince: .init(nanoseconds: 0))
            let known = await other.next(isolation: #isolation)
            #expect(known?.health == .healthy && known?.isRepetition == true)
            await sandbox.applications.set(.refusing, pod: "a", namespace: "default")
            #expect(await reports(until: .unhealthy, &other).last?.verdict == .failure)
            await engine.remove(group: "h")
            #expect(await engine.provenCount == 0)
        }
    }

    /// The machine waits for the first success of a member that was just promoted, even if it is what it was before.
    @Test func reportsTheFirstResultAfterAChangeOfRole() async throws {
        try await run { sandbox, engine, input, stream in
            var target = await target(sandbox, "a", Self.get)
            await engine.setTargets([target], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            target.role = .active
            await engine.setTargets([target], of: "g") { input.yield($0) }
            let report = try #require(await iterator.next(isolation: #isolation))
            #expect(report.verdict == .success && report.isRepetition && !report.isChange)
        }
    }

    @Test func stopsProbingWhoIsGone() async throws {
        try await run { sandbox, engine, input, stream in
            let (a, b) = (await target(sandbox, "a", Self.get), await target(sandbox, "b", Self.get))
            await engine.setTargets([a, b], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            _ = await reports(until: .healthy, &iterator)
            await engine.setTargets([b], of: "g") { input.yield($0) }
            await sandbox.applications.set(.refusing, pod: "a", namespace: "default")
            await sandbox.applications.set(.refusing, pod: "b", namespace: "default")
            #expect(await reports(until: .unhealthy, &iterator).allSatisfy { $0.pod == "b" || $0.verdict == .success })
        }
    }

    /// The delay that keeps probes from a new member ends when the member becomes active.
    @Test func initialDelayEndsWithAPromotion() async throws {
        try await run { sandbox, engine, input, stream in
            var passive = await target(sandbox, "a", Self.get)
            passive.initialWait = .seconds(3600)
            await engine.setTargets([passive], of: "g") { input.yield($0) }
            #expect(await engine.progress(of: "g")["a"]?.sequence == 0)
            var active = passive
            active.role = .active
            active.initialWait = .zero
            await engine.setTargets([active], of: "g") { input.yield($0) }
            var iterator = stream.makeAsyncIterator()
            #expect(await reports(until: .healthy, &iterator).last?.health == .healthy)
        }
    }
}
