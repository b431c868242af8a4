import Testing

@testable import FailoverCore

/// Rule 4 at the first start: nobody is active.
@Suite struct FirstStartTests {
    private func group(
        _ names: [String],
        _ policy: GroupPolicy = GroupPolicy(verdictWindow: .seconds(5))
    ) -> GroupScript {
        var script = GroupScript(policy)
        for name in names { script.place(name, nil) }
        return script
    }

    @Test(arguments: [1, 2, 3, 5])
    func promotesTheBestOfAnyNumber(count: Int) {
        let names = (0..<count).map { "pod-\($0)" }
        var script = group(names)
        _ = script.start(record: nil, healthy: Array(names.dropLast()))
        let effects = script.health(names[count - 1], .healthy)
        #expect(effects.targets == ["pod-0"])
        #expect(script.settle(effects).last == "pod-0=active@1")
        #expect(script.machine.actives.map(\.name) == ["pod-0"])
    }

    @Test func waitsForTheVerdictsOfAllForOneRound() {
        var script = group(["a", "b"])
        let effects = script.start(record: nil, healthy: ["b"])
        #expect(effects.moves.isEmpty)
        guard
            case .startTimer(let id, let due) = effects.first(where: {
                if case .startTimer = $0 { true } else { false }
            })
        else {
            Issue.record("no timer")
            return
        }
        #expect(due == MonotonicTime(nanoseconds: 5_000_000_000))
        script.at(5000)
        #expect(script.machine.timerFired(id, at: script.now).targets == ["b"])
    }

    @Test func promotesByRankWhenNobodyIsHealthyAfterARound() {
        var script = group(["a", "b"])
        let effects = script.start(record: nil)
        guard case .startTimer(let id, _) = effects.first(where: { if case .startTimer = $0 { true } else { false } })
        else {
            Issue.record("no timer")
            return
        }
        _ = script.health("a", .unhealthy)
        script.at(5000)
        let later = script.machine.timerFired(id, at: script.now)
        #expect(later.targets == ["b"])
        #expect(later.findings == [.noHealthyCandidate])
    }

    @Test func promotesNobodyUnhealthyUnderDemoteActive() {
        var script = group(["a"], GroupPolicy(whenNoneHealthy: .demoteActive, verdictWindow: .seconds(1)))
        _ = script.start(record: nil)
        script.at(1000)
        #expect(script.health("a", .unhealthy).moves.isEmpty)
        #expect(script.health("a", .healthy).targets == ["a"])
    }

    @Test func waitsWithoutCandidates() {
        var script = group([])
        let effects = script.start(record: nil)
        #expect(effects.findings == [.noHealthyCandidate])
        #expect(effects.operations.isEmpty)
    }
}
