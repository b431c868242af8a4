import Testing

@testable import FailoverCore

/// A candidate must answer while the active member fails.
@Suite struct ConfirmationTests {
    private func script() -> GroupScript {
        var script = GroupScript(GroupPolicy(verdictWindow: .seconds(4), confirmsCandidates: true))
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 1)
        }
        _ = script.start(record: script.record("a"), healthy: ["a", "b", "c"])
        return script
    }

    /// The probes that are asked for, by member.
    private func probes(_ effects: [Effect]) -> [String: OperationID] {
        let probes = effects.compactMap { effect -> (String, OperationID)? in
            if case .probe(let id, let member, _) = effect { (member.uid, id) } else { nil }
        }
        return Dictionary(probes) { first, _ in first }
    }

    @Test func asksAllAndMovesOnceTheBestAnswersAndTheActiveDoesNot() throws {
        var script = script()
        script.at(1000)
        let effects = script.health("a", .unhealthy)
        let asked = probes(effects)
        #expect(effects.moves.isEmpty && asked.keys.sorted() == ["uid-a", "uid-b", "uid-c"])
        script.at(1002)
        let first = script.machine.memberProbed(
            try #require(asked["uid-b"]),
            .success,
            from: script.now,
            at: script.now
        )
        #expect(first.moves.isEmpty)
        let then = script.machine.memberProbed(try #require(asked["uid-a"]), .failure, from: script.now, at: script.now)
        #expect(then.targets == ["b"])
    }

    @Test func movesAtOnceIfTheCandidateAnsweredBetweenTwoFailures() throws {
        var script = script()
        script.at(1000)
        _ = script.health("a", .healthy, isDoubted: true)
        script.at(3000)
        let effects = script.machine.healthChanged(
            script.member("a").id,
            to: .unhealthy,
            probeStart: MonotonicTime(nanoseconds: 2_900_000_000),
            at: script.now
        )
        let known = MonotonicTime(nanoseconds: 2_000_000_000)
        let id = try #require(probes(effects)["uid-b"])
        #expect(script.machine.memberProbed(id, .success, from: known, at: script.now).targets == ["b"])
    }

    @Test func anotherCandidateMayShowThatOurProbesArrive() throws {
        var script = script()
        script.at(1000)
        _ = script.health("a", .healthy, isDoubted: true)
        script.at(4000)
        let start = MonotonicTime(nanoseconds: 2_900_000_000)
        let id = script.member("a").id
        let asked = probes(script.machine.healthChanged(id, to: .unhealthy, probeStart: start, at: script.now))
        // The best answered too late to say anything of the time of the failures, the other one in between.
        let late = MonotonicTime(nanoseconds: 3_500_000_000)
        let best = script.machine.memberProbed(try #require(asked["uid-b"]), .success, from: late, at: script.now)
        #expect(best.moves.isEmpty)
        let between = MonotonicTime(nanoseconds: 2_000_000_000)
        let other = script.machine.memberProbed(try #require(asked["uid-c"]), .success, from: between, at: script.now)
        #expect(other.targets == ["b"])
    }

    @Test func doesNotMoveWhenOurProbesReachNobody() throws {
        var script = script()
        script.at(1000)
        let asked = probes(script.health("a", .unhealthy))
        for name in ["a", "b", "c"] {
            let id = try #require(asked["uid-\(name)"])
            let effects = script.machine.memberProbed(id, .failure, from: script.now, at: script.now)
            #expect(effects.moves.isEmpty)
            if name != "a" { #expect(script.health(name, .healthy, isDoubted: true).moves.isEmpty) }
        }
    }

    @Test func doesNotMoveWhenTheActiveMemberAnswersAfterAll() throws {
        var script = script()
        script.at(1000)
        let asked = probes(script.health("a", .unhealthy))
        let success = { (id: OperationID, script: inout GroupScript) in
            script.machine.memberProbed(id, .success, from: script.now, at: script.now)
        }
        #expect(success(try #require(asked["uid-a"]), &script).moves.isEmpty)
        #expect(script.health("a", .unhealthy, isDoubted: true).moves.isEmpty)
        #expect(success(try #require(asked["uid-b"]), &script).moves.isEmpty)
    }

    @Test func doesNotWaitForEverForProbesWithoutResult() throws {
        var script = script()
        script.at(1000)
        let effects = script.health("a", .unhealthy)
        for id in probes(effects).values {
            #expect(script.machine.memberProbed(id, .noResult, from: script.now, at: script.now).moves.isEmpty)
        }
        script.at(5000)
        #expect(script.fireTimers(effects).targets == ["b"])
    }
}
