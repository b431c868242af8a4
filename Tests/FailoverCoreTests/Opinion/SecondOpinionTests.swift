import Testing

@testable import FailoverCore

/// Moves because of probes alone wait for opinions, and no others do.
@Suite struct SecondOpinionTests {
    private static let replicas = SecondOpinion(from: [.replica])
    private static let kubelet = SecondOpinion(from: [.kubelet])

    // MARK: Standbys

    @Test func asksOnceAndMovesWhenAStandbyAgrees() {
        var script = GroupScript.asking(Self.replicas)
        let effects = script.health("a", .unhealthy)
        #expect(effects.questions.map(\.name) == ["a"] && effects.moves.isEmpty)
        #expect(script.machine.question == effects.questions.first)
        #expect(script.observe().questions.isEmpty)
        #expect(script.hear([("r", .unhealthy)], of: 2).moves == [.activeUnhealthy])
    }

    /// A question that is settled is nobody's any more, once the move is complete.
    @Test func theQuestionEndsWithTheMove() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        let writes = script.settle(script.hear([("r", .unhealthy)], of: 1))
        #expect(writes.last == "b=active@2" && script.machine.question == nil)
        #expect(script.hear([("r", .healthy)], of: 1, question: "me/1").isEmpty)
    }

    @Test func holdsWhenTooManyDisagreeAndSaysSoOnce() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        #expect(script.hear([("r", .healthy)], of: 2).findings.isEmpty)
        let effects = script.hear([("s", .healthy)], of: 2)
        #expect(effects.findings == [.disputed("a")] && effects.moves.isEmpty)
        #expect(script.observe().findings.isEmpty)
    }

    @Test func movesOnceAStandbyChangesItsMind() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        _ = script.hear([("r", .healthy)], of: 1)
        script.at(20_000)
        let effects = script.hear([("r", .unhealthy)], of: 1)
        #expect(effects.moves == [.activeUnhealthy])
        #expect(effects.map(\.words).contains { $0.hasPrefix("over: ") })
    }

    @Test func theFindingEndsWhenTheActiveServesAgain() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        _ = script.hear([("r", .healthy)], of: 1)
        let effects = script.health("a", .healthy)
        #expect(effects.map(\.words) == ["over: \(Decision.Finding.disputed("a"))"] && script.machine.question == nil)
    }

    /// What is no opinion: it is as if nobody had answered.
    @Test(
        arguments: [
            (Health.unknown, "a", nil, 0), (.unhealthy, "b", nil, 0), (.unhealthy, "a", "another/1", 0),
            (.unhealthy, "a", nil, 60_000),
        ] as [(Health, String, String?, Int)]
    )
    func noOpinionIs(health: Health, about name: String, question: String?, age: Int) {
        var script = GroupScript.asking(Self.replicas)
        script.at(1000)
        _ = script.health("a", .unhealthy)
        #expect(script.hear([("r", health)], of: 1, about: name, question: question, age: age).moves.isEmpty)
    }

    @Test func ofOneReplicaOneAnswerCounts() {
        var script = GroupScript.asking(SecondOpinion(from: [.replica], atLeast: 2))
        _ = script.health("a", .unhealthy)
        #expect(script.hear([("r", .unhealthy), ("r", .unhealthy)], of: 2).moves.isEmpty)
        #expect(script.hear([("s", .unhealthy)], of: 2).moves == [.activeUnhealthy])
    }

    @Test func moreThanFifteenAnswersAreNotKept() {
        var script = GroupScript.asking(SecondOpinion(from: [.replica], atLeast: 15))
        _ = script.health("a", .unhealthy)
        let liars = (0..<15).map { (replica: "liar-\($0)", health: Health.healthy) }
        #expect(script.hear(liars, of: 100).findings == [.disputed("a")])
        let others = (0..<100).map { (replica: "r-\($0)", health: Health.unhealthy) }
        #expect(script.hear(others, of: 100).moves.isEmpty)
    }

    // MARK: Silence

    @Test(arguments: [SecondOpinion.Silence.move, .hold])
    func silenceIsDecidedAfterThePatience(onSilence: SecondOpinion.Silence) {
        var script = GroupScript.asking(SecondOpinion(from: [.replica], onSilence: onSilence))
        let effects = script.health("a", .unhealthy)
        script.at(4999)
        #expect(script.fireTimers(effects).moves.isEmpty)
        script.at(5000)
        let late = script.fireTimers()
        #expect(late.moves == (onSilence == .move ? [.activeUnhealthy] : []))
        #expect(late.findings == (onSilence == .move ? [] : [.unanswered("a")]))
    }

    /// Somebody who disagrees is no silence, however many others say nothing.
    @Test func oneWhoDisagreesIsHeardAlsoIfTheOthersAreSilent() {
        var script = GroupScript.asking(Self.replicas)
        let effects = script.health("a", .unhealthy)
        _ = script.hear([("r", .healthy)], of: 3)
        script.at(5000)
        let late = script.fireTimers(effects)
        #expect(late.moves.isEmpty && late.findings == [.disputed("a")])
    }

    /// The delay and the patience run side by side.
    @Test func theDelayIsNoLongerForTheQuestion() {
        var script = GroupScript.asking(SecondOpinion(from: [.replica]), GroupPolicy(delay: .seconds(6)))
        let effects = script.health("a", .unhealthy)
        #expect(effects.questions.count == 1)
        script.at(5999)
        #expect(script.fireTimers(effects).moves.isEmpty)
        script.at(6000)
        #expect(script.fireTimers().moves == [.activeUnhealthy])
    }

    @Test func anAgreementDoesNotShortenTheDelay() {
        var script = GroupScript.asking(SecondOpinion(from: [.replica]), GroupPolicy(delay: .seconds(6)))
        let effects = script.health("a", .unhealthy)
        #expect(script.hear([("r", .unhealthy)], of: 1).moves.isEmpty)
        script.at(6000)
        #expect(script.fireTimers(effects).moves == [.activeUnhealthy])
    }

    // MARK: The kubelet

    @Test func theKubeletAgreesByReadyAndDisagreesByItsProbe() {
        var script = GroupScript.asking(Self.kubelet, isProbedByKubelet: true)
        let effects = script.health("a", .unhealthy)
        #expect(effects.findings == [.disputed("a")] && effects.questions.isEmpty && script.machine.question == nil)
        #expect(script.ready("a", false).moves == [.activeUnhealthy])
    }

    @Test func theKubeletHasNoOpinionOnAPodThatItDoesNotProbe() {
        var script = GroupScript.asking(Self.kubelet)
        let effects = script.health("a", .unhealthy)
        #expect(effects.findings.isEmpty && effects.moves.isEmpty)
        script.at(5000)
        #expect(script.fireTimers(effects).moves == [.activeUnhealthy])
    }

    @Test func bothMayBeNeeded() {
        var script = GroupScript.asking(SecondOpinion(from: [.kubelet, .replica], atLeast: 2), isProbedByKubelet: true)
        _ = script.health("a", .unhealthy)
        #expect(script.hear([("r", .unhealthy)], of: 1).findings == [.disputed("a")])
        #expect(script.ready("a", false).moves == [.activeUnhealthy])
    }

    /// Ready is the kubelet's own verdict: what yields for it needs nobody's opinion.
    @Test func aMemberThatIsNotReadyYieldsWhateverStandbysSay() {
        let policy = GroupPolicy(notReadyLimit: .seconds(4))
        var script = GroupScript.asking(Self.replicas, policy)
        _ = script.health("a", .unhealthy)
        _ = script.hear([("r", .healthy)], of: 1)
        let effects = script.ready("a", false)
        #expect(effects.moves.isEmpty)
        script.at(4000)
        #expect(script.fireTimers(effects).moves == [.activeNotReady])
    }

    // MARK: What needs no opinion

    @Test func whoeverIsGoneOrLeavesIsReplacedAtOnce() {
        let changes: [(SwitchCause, (inout Member) -> Void)] = [
            (.activeTerminating, { $0.lifecycle = .terminating }), (.activeGone, { $0.lifecycle = .finished }),
            (.activeWithoutAddress, { $0.hasAddress = false }),
        ]
        for (cause, change) in changes {
            var script = GroupScript.asking(Self.replicas)
            _ = script.health("a", .unhealthy)
            _ = script.hear([("r", .healthy)], of: 1)
            script.place("a", .active, epoch: 1, change)
            #expect(script.observe().moves == [cause])
        }
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        script.remove("a")
        #expect(script.observe().moves == [.activeGone])
    }

    @Test func whoeverWasTakenOutOfTheChoiceNeedsNoOpinion() {
        var script = GroupScript.asking(Self.replicas)
        script.place("a", .active, epoch: 1) { $0.isExcluded = true }
        _ = script.observe()
        let effects = script.health("a", .unhealthy)
        #expect(effects.questions.isEmpty && effects.moves == [.activeUnhealthy])
    }

    @Test func anOperatorIsNotContradicted() {
        var script = GroupScript.asking(Self.replicas)
        _ = script.health("a", .unhealthy)
        _ = script.hear([("r", .healthy)], of: 1)
        #expect(script.annotate { $0.request = GroupScript.toB }.moves == [.switchover])
    }

    @Test func aMemberThatIsPreemptedNeedsNone() {
        let policy = GroupPolicy(preemption: Preemption(delay: .zero, cooldown: .zero))
        var script = GroupScript.asking(Self.replicas, policy)
        script.place("b", epoch: 1) { $0.priority = 200 }
        #expect(script.observe().moves == [.preempted])
    }

    // MARK: Nobody is asked in vain

    @Test func nobodyIsAskedWithoutACandidateOrWhilePaused() {
        var script = GroupScript.asking(Self.replicas)
        for name in ["b", "c"] { _ = script.health(name, .unhealthy) }
        #expect(script.health("a", .unhealthy).questions.isEmpty)
        #expect(script.health("b", .healthy).questions.count == 1)
        var paused = GroupScript.asking(Self.replicas, GroupPolicy(isPaused: true))
        let effects = paused.health("a", .unhealthy)
        #expect(effects.questions.isEmpty && effects.map(\.words).contains("withheld b: ActiveUnhealthy"))
    }

    @Test func demotingWithoutAReplacementNeedsOpinions() {
        var script = GroupScript.asking(Self.replicas, GroupPolicy(whenNoneHealthy: .demoteActive))
        for name in ["b", "c"] { _ = script.health(name, .unhealthy) }
        let effects = script.health("a", .unhealthy)
        #expect(effects.questions.count == 1 && effects.moves.isEmpty)
        #expect(script.hear([("r", .unhealthy)], of: 1).targets == [nil])
    }

    // MARK: Unknown

    @Test func anActiveMemberWithoutAVerdictNeedsOpinionsOnceItsTimeIsOver() {
        var script = GroupScript.asking(Self.replicas, GroupPolicy(verdictWindow: .seconds(4)))
        let effects = script.health("a", .unknown)
        #expect(effects.questions.isEmpty)
        script.at(4000)
        let asked = script.fireTimers(effects)
        #expect(asked.questions.count == 1 && asked.moves.isEmpty)
        #expect(script.hear([("r", .healthy)], of: 1).findings == [.disputed("a")])
        #expect(script.hear([("r", .unhealthy)], of: 1).contains { if case .probe = $0 { true } else { false } })
        script.at(9000)
        #expect((script.probed("b", .success) + script.fireTimers()).moves == [.activeUnknown])
    }
}
