import Testing

@testable import FailoverCore

/// A move that probes have confirmed is announced when its turn has come, a moment later, and not confirmed anew for ever.
@Suite struct ConfirmedIntentTests {
    /// Three members, whose probes and announcements wait for the test.
    private struct Stage {
        var script: GroupScript
        var milliseconds = 1000
        /// Announcements that were asked for, and whether each was sent at its turn.
        var turns: [Bool] = []
        private var queue: [Effect] = []

        init() {
            var policy = GroupPolicy()
            policy.verdictWindow = .seconds(4)
            script = GroupScript.three(policy)
            script.holds = { if case .writeRecord = $0 { true } else { false } }
            script.answersProbes = false
        }

        mutating func pass(_ time: Int) {
            milliseconds += time
            script.at(milliseconds)
        }

        /// Plays rounds of a tenth of a second until an announcement is sent; each turn comes a millisecond after it was asked for.
        ///
        /// `answer`: what a member's probe comes to that was asked for; nil: no result.
        mutating func play(_ effects: [Effect], rounds: Int, answer: (_ name: String) -> ProbeVerdict?) {
            queue = effects
            for _ in 0..<rounds where turns.last != true {
                let probes = queue.compactMap { if case .probe(let id, _) = $0 { id } else { nil } }
                let known = script.held.count
                _ = script.play(queue)
                queue = []
                if script.held.count > known, let last = script.held.last { takeTurn(of: last) }
                for name in probes.compactMap({ id in script.members.first { $0.id == id }?.name }) {
                    pass(1)
                    if let outcome = answer(name) { queue += script.probed(name, outcome) }
                }
                pass(100)
                queue += script.fireTimers()
            }
        }

        private mutating func takeTurn(of write: Effect) {
            guard let id = write.recordWrite?.id else { return }
            pass(1)
            turns.append(script.machine.turnCame(id, at: script.now))
            if turns.last == false { queue += script.end(write, record: .notSent) }
        }
    }

    @Test func fromAMemberWithoutAVerdict() {
        var stage = Stage()
        stage.pass(1)
        stage.play(stage.script.health("a", .unknown), rounds: 400) { $0 == "a" ? .failure : .success }
        #expect(stage.turns == [true])
    }

    @Test func whereNoProbeGivesAResult() {
        var stage = Stage()
        stage.pass(1)
        stage.play(stage.script.health("a", .unhealthy), rounds: 400) { _ in nil }
        #expect(stage.turns == [true])
    }

    @Test func whereTheProbesThatWereAskedForProveIt() {
        var stage = Stage()
        stage.pass(1)
        stage.play(stage.script.health("a", .unhealthy), rounds: 40) { $0 == "a" ? .failure : .success }
        #expect(stage.turns == [true])
    }

    /// What was asked for one move confirms no other.
    @Test func theNextMoveIsConfirmedAnew() throws {
        var stage = Stage()
        stage.pass(1)
        stage.play(stage.script.health("a", .unhealthy), rounds: 40) { $0 == "a" ? .failure : .success }
        try #require(stage.turns == [true])
        stage.script.holds = { _ in false }
        _ = stage.script.settle(stage.script.release())
        let next = try #require(stage.script.machine.actives.first?.name)
        #expect(next != "a")
        stage.pass(100)
        let effects = stage.script.health(next, .unhealthy)
        #expect(effects.compactMap(\.recordWrite).isEmpty, "it asks first")
        #expect(effects.contains { if case .probe = $0 { true } else { false } })
    }
}
