import Testing

@testable import FailoverCore

/// A candidate must answer while the active member fails.
@Suite struct ConfirmationTests {
    private func script() -> GroupScript {
        var script = GroupScript(GroupPolicy(verdictWindow: .seconds(4)))
        script.answersProbes = false
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 1)
        }
        _ = script.start(record: script.record("a"), healthy: ["a", "b", "c"])
        return script
    }

    /// The members that are to be probed.
    private func asked(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .probe(let member, _) = $0 { member.uid } else { nil } }
    }

    private func seconds(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(seconds * 1e9)) }

    @Test func asksAllAndMovesOnceTheBestAnswersAndTheActiveDoesNot() throws {
        var script = script()
        script.at(1000)
        let effects = script.health("a", .unhealthy, from: seconds(0.9))
        #expect(effects.moves.isEmpty && asked(effects).sorted() == ["uid-a", "uid-b", "uid-c"])
        script.at(1002)
        #expect(script.probed("b", .success).moves.isEmpty)
        #expect(script.probed("a", .failure).targets == ["b"])
    }

    @Test func movesAtOnceIfTheCandidateAnsweredBetweenTwoFailures() throws {
        var script = script()
        script.at(1000)
        _ = script.health("a", .healthy, isContradicted: true)
        script.at(3000)
        let effects = script.health("a", .unhealthy, from: seconds(2.9))
        #expect(asked(effects).contains("uid-b"))
        #expect(script.probed("b", .success, from: seconds(2)).targets == ["b"])
    }

    @Test func anotherCandidateMayShowThatOurProbesArrive() throws {
        var script = script()
        script.at(1000)
        _ = script.health("a", .healthy, isContradicted: true)
        script.at(4000)
        #expect(asked(script.health("a", .unhealthy, from: seconds(2.9))).count == 3)
        // The best answered too late to say anything of the time of the failures, the other one in between.
        #expect(script.probed("b", .success, from: seconds(3.5)).moves.isEmpty)
        #expect(script.probed("c", .success, from: seconds(2)).targets == ["b"])
    }

    @Test func doesNotMoveWhenOurProbesReachNobody() throws {
        var script = script()
        script.at(1000)
        _ = script.health("a", .unhealthy)
        for name in ["a", "b", "c"] { #expect(script.probed(name, .failure).moves.isEmpty) }
    }

    @Test func doesNotMoveWhenTheActiveMemberAnswersAfterAll() throws {
        var script = script()
        script.at(1000)
        _ = script.health("a", .unhealthy)
        script.at(1001)
        #expect(script.probed("a", .success).moves.isEmpty)
        #expect(script.probed("b", .success).moves.isEmpty)
    }

    @Test func doesNotWaitForEverForProbesWithoutResult() throws {
        var script = script()
        script.at(1000)
        let effects = script.health("a", .unhealthy)
        for name in ["a", "b", "c"] { #expect(script.probed(name, .noResult).moves.isEmpty) }
        script.at(5000)
        #expect(script.fireTimers(effects).targets == ["b"])
    }
}
