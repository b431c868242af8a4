import Testing

@testable import FailoverCore

/// What a machine knows of its own writes.
@Suite struct OwnRunTests {
    private var ids = OperationIDs()

    private func member(_ version: String = "5", epoch: Int? = 1, role: Role = .passive) -> Member {
        Member(id: .init("m"), name: "m", version: .init(version), role: role, epoch: epoch.map { Epoch($0) })
    }

    private func write(_ member: Member, at epoch: Int) -> RoleWrite {
        RoleWrite(member: member, role: .passive, epoch: Epoch(epoch), urgency: .failing)
    }

    private mutating func run(sent outcome: RoleWriteOutcome?) -> OwnRun {
        var run = OwnRun()
        run.recorded(Epoch(2), after: Epoch(1))
        run.listed()
        let id = ids.next()
        run.sent(id, write(member(), at: 2))
        if let outcome { _ = run.answered(id, outcome) }
        return run
    }

    @Test mutating func anAcknowledgedWriteSeals() {
        let run = run(sent: .written(member("6", epoch: 2)))
        #expect(run.seals(member("6", epoch: 2)) && !run.mayChange(member("6", epoch: 2)))
    }

    /// The API server stored something else than was written.
    @Test mutating func aWriteThatWasAlteredSealsNothing() {
        let run = run(sent: .written(member("6", epoch: 2, role: .active)))
        #expect(!run.seals(member("6", epoch: 2)))
    }

    @Test(arguments: [RoleWriteOutcome.conflict, .gone, .refused(.init("denied")), .notSent])
    mutating func aKnownOutcomeLeavesNothingUnderWay(outcome: RoleWriteOutcome) {
        #expect(!run(sent: outcome).mayChange(member()))
    }

    @Test(arguments: [nil, RoleWriteOutcome.failed(.init("no answer"))])
    mutating func aWriteMayLandWhileThePodIsAtItsVersion(outcome: RoleWriteOutcome?) {
        let run = run(sent: outcome)
        #expect(run.mayChange(member("5")))
        #expect(!run.mayChange(member("6")))
    }

    @Test mutating func anAnswerIsHeardOnce() {
        var run = run(sent: nil)
        let (id, outcome) = (OperationID(number: 1), RoleWriteOutcome.failed(.init("no answer")))
        let first = run.answered(id, outcome)
        let second = run.answered(id, outcome)
        #expect(first && !second)
    }

    @Test mutating func theRunGoesOnWithTheNextEpochOnly() {
        var run = run(sent: .written(member("6", epoch: 2)))
        run.recorded(Epoch(3), after: Epoch(2))
        #expect(run.hasListed && run.contains(Epoch(2)) && run.seals(member("6", epoch: 2)))
        run.recorded(Epoch(5), after: Epoch(4))
        #expect(!run.hasListed && !run.contains(Epoch(3)) && run.contains(Epoch(5)))
        #expect(!run.seals(member("6", epoch: 2)))
    }

    @Test mutating func aForeignEpochEndsIt() {
        var run = run(sent: .written(member("6", epoch: 2)))
        run.saw(Epoch(2))
        #expect(run.hasListed)
        run.saw(Epoch(3))
        #expect(!run.hasListed && !run.contains(Epoch(2)))
    }

    @Test mutating func anUnknownOutcomeOutlivesTheRun() {
        var run = run(sent: .failed(.init("no answer")))
        run.end()
        run.recorded(Epoch(7), after: Epoch(6))
        #expect(run.mayChange(member("5")))
    }

    /// The informer shows an epoch of ours on a pod: whatever became of the answer, the write has landed.
    @Test func aPodThatShowsAnEpochOfTheRunIsSealed() {
        var run = OwnRun()
        run.recorded(Epoch(2), after: Epoch(1))
        run.found(member("6", epoch: 2))
        #expect(run.seals(member("6", epoch: 2)))
    }
}
