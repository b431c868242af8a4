import Testing

@testable import FailoverCore

/// What waits for a time of the wall clock, which the machine never sees: windows of voluntary moves, and requests for later.
@Suite struct CalendarTests {
    private static func time(_ seconds: Int) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64(seconds) * 1_000_000_000)
    }

    // MARK: Windows

    private static func policy(_ isOpen: Bool, until second: Int) -> GroupPolicy {
        GroupPolicy(
            preemption: Preemption(delay: .zero, cooldown: .zero),
            window: MoveWindow(isOpen: isOpen, until: time(second))
        )
    }

    /// `a` is active, and `b` of higher priority is healthy.
    private static func preempting(_ policy: GroupPolicy) -> (script: GroupScript, effects: [Effect]) {
        var script = GroupScript(policy)
        script.place("a", .active, epoch: 1)
        script.place("b", epoch: 1) { $0.priority = 200 }
        _ = script.start(record: script.record("a"), healthy: ["a"])
        let effects = script.health("b", .healthy)
        return (script, effects)
    }

    @Test func aVoluntaryMoveWaitsForItsWindow() {
        var (script, effects) = Self.preempting(Self.policy(false, until: 30))
        #expect(effects.moves.isEmpty)
        script.at(29_999)
        #expect(script.fireTimers(effects).moves.isEmpty && !script.machine.awaitsCalendar(at: script.now))
        script.at(30_000)
        effects = script.fireTimers()
        #expect(effects.moves.isEmpty && script.machine.awaitsCalendar(at: script.now))
        #expect(script.machine.policyChanged(Self.policy(true, until: 90), at: script.now).moves == [.preempted])
        #expect(!script.machine.awaitsCalendar(at: script.now))
    }

    @Test func anOpenWindowIsNoneWhenItsAnswerIsOld() {
        var (script, _) = Self.preempting(Self.policy(false, until: 5))
        script.at(10_000)
        #expect(script.machine.policyChanged(Self.policy(true, until: 10), at: script.now).moves.isEmpty)
        #expect(script.machine.awaitsCalendar(at: script.now))
    }

    @Test func aFailoverWaitsForNoWindow() {
        var (script, _) = Self.preempting(Self.policy(false, until: 60))
        #expect(script.health("a", .unhealthy).moves == [.activeUnhealthy])
    }

    @Test func aSwitchoverThatIsAskedForWaitsForNoWindow() {
        var (script, _) = Self.preempting(Self.policy(false, until: 60))
        let effects = script.annotate { $0.request = GroupScript.toB }
        #expect(effects.moves == [.switchover])
    }

    /// It was announced, its turn had not come, and meanwhile the window is over.
    @Test func aMoveWhoseWindowIsOverIsNotSent() throws {
        var (script, effects) = Self.preempting(Self.policy(true, until: 60))
        #expect(effects.moves == [.preempted])
        let intent = effects.compactMap { if case .writeRecord(let id, _, _, _) = $0 { id } else { nil } }
        script.at(60_000)
        _ = script.machine.policyChanged(Self.policy(false, until: 120), at: script.now)
        #expect(script.machine.turnCame(try #require(intent.first), at: script.now) == false)
    }

    @Test func withoutWindowsNobodyReadsACalendar() {
        let (script, effects) = Self.preempting(GroupPolicy(preemption: Preemption(delay: .zero, cooldown: .zero)))
        #expect(effects.moves == [.preempted] && !script.machine.awaitsCalendar(at: script.now))
    }

    // MARK: Requests for later

    private static let named: Int64 = 1_790_000_000_000_000

    private static func request(_ id: String = "o") -> OperatorRequest {
        OperatorRequest(id: id, action: .switchover(to: "b", isForced: false), due: named)
    }

    private static func due(at second: Int, until end: Int) -> GroupPolicy {
        GroupPolicy(due: DueTime(named: named, at: time(second), until: time(end)))
    }

    private static func waiting() -> GroupScript {
        var script = GroupScript.three()
        #expect(script.settle(script.annotate { $0.request = request() }).isEmpty)
        return script
    }

    private static func answer(_ script: GroupScript) -> RequestAnswer? { script.machine.record?.record.answers.last }

    @Test func aRequestForLaterWaitsUntilItsTime() {
        var script = Self.waiting()
        #expect(script.machine.awaitsCalendar(at: script.now))
        var effects = script.machine.policyChanged(Self.due(at: 100, until: 60), at: script.now)
        #expect(!script.machine.awaitsCalendar(at: script.now))
        script.at(60_000)
        effects = script.fireTimers(effects)
        #expect(effects.moves.isEmpty && script.machine.awaitsCalendar(at: script.now))
        effects = script.machine.policyChanged(Self.due(at: 100, until: 120), at: script.now)
        script.at(99_999)
        effects = script.fireTimers(effects)
        #expect(effects.moves.isEmpty)
        script.at(100_000)
        #expect(script.settle(script.fireTimers(effects)).last == "b=active@2")
        #expect(Self.answer(script)?.outcome == .done && script.machine.record?.record.request == nil)
        #expect(!script.machine.awaitsCalendar(at: script.now))
    }

    @Test func aWallClockThatIsSetBackPutsItOff() {
        var script = Self.waiting()
        var effects = script.machine.policyChanged(Self.due(at: 100, until: 60), at: script.now)
        script.at(60_000)
        effects += script.fireTimers(effects)
        effects += script.machine.policyChanged(Self.due(at: 3700, until: 120), at: script.now)
        script.at(110_000)
        #expect(script.settle(script.fireTimers(effects)).isEmpty)
        #expect(script.machine.record?.record.request == Self.request())
    }

    /// Whoever takes the group over later.
    @Test func oneWhoseTimeHasPassedIsCarriedOutAtOnce() {
        var script = Self.waiting()
        #expect(
            script.settle(script.machine.policyChanged(Self.due(at: 0, until: 60), at: script.now)).last == "b=active@2"
        )
    }

    @Test func whatIsKnownOfAnotherTimeSaysNothing() {
        var script = Self.waiting()
        let other = GroupPolicy(due: DueTime(named: 1, at: Self.time(0), until: Self.time(60)))
        #expect(script.settle(script.machine.policyChanged(other, at: script.now)).isEmpty)
        #expect(script.machine.awaitsCalendar(at: script.now))
    }

    @Test func oneThatWasTakenBackIsNotCarriedOut() {
        var script = Self.waiting()
        let effects = script.machine.policyChanged(Self.due(at: 10, until: 60), at: script.now)
        _ = script.settle(script.annotate { $0.request = nil })
        script.at(10_000)
        #expect(script.settle(script.fireTimers(effects)).isEmpty)
        #expect(script.machine.record?.record.answers.isEmpty == true)
    }

    @Test func aFailoverDoesNotWaitForIt() {
        var script = Self.waiting()
        _ = script.machine.policyChanged(Self.due(at: 100, until: 60), at: script.now)
        script.at(1000)
        let effects = script.health("a", .unhealthy)
        #expect(effects.moves == [.activeUnhealthy])
        _ = script.settle(effects)
        #expect(script.machine.record?.record.request == Self.request(), "it still waits")
    }

    @Test func onceItIsBegunTheClockDoesNotStopIt() throws {
        var script = Self.waiting()
        script.holds = GroupScript.isWrite(of: "a", .passive)
        _ = script.settle(script.machine.policyChanged(Self.due(at: 0, until: 60), at: script.now))
        script.at(1000)
        var effects = script.machine.policyChanged(Self.due(at: 3600, until: 61), at: script.now)
        effects += script.release()
        #expect(script.settle(effects).last == "b=active@2")
        #expect(Self.answer(script)?.outcome == .done)
    }
}
