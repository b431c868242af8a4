import Testing

@testable import FailoverCore

/// Rule 7.
@Suite struct MultipleActiveTests {
    @Test func keepsTheRecordedOneAndDemotesTheRestAtOnce() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1)
        script.place("b", .active, epoch: 3)
        let effects = script.start(record: script.record("b", epoch: 3, origin: .intended))
        #expect(effects.findings == [.multipleActive(["a", "b"])])
        #expect(script.settle(effects) == ["a=passive@3"])
    }

    @Test func keepsTheBestWhenNoneIsOnRecord() {
        var script = GroupScript()
        script.place("a", .active)
        script.place("b", .active) { $0.priority = 200 }
        let effects = script.start(record: nil)
        #expect(effects.targets == ["b"])
        #expect(script.settle(effects) == ["a=passive@1", "b=active@1"])
    }

    @Test func prefersOneThatIsNotTerminating() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1) { $0.lifecycle = .terminating }
        script.place("b", .active, epoch: 1)
        #expect(script.start(record: script.record("a")).targets == ["b"])
    }

    @Test func writesNoMemberOfAHigherEpoch() {
        var script = GroupScript()
        script.place("a", .active, epoch: 3)
        script.place("b", .active, epoch: 9)
        let effects = script.start(record: script.record("a", epoch: 3, origin: .intended))
        #expect(effects.operations.contains { if case .readRecord = $0 { true } else { false } })
        #expect(!effects.operations.contains { if case .writeRole = $0 { true } else { false } })
    }
}
