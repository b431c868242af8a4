import Testing

@testable import FailoverCore

/// Epochs that no switch has made.
@Suite struct EpochTests {
    @Test(arguments: [
        ("0", 0), ("7", 7), ("0000000007", 7), ("1073741824", 1_073_741_824), ("1073741825", nil), ("2147483647", nil),
        ("9223372036854775807", nil), ("99999999999999999999999", nil), ("-1", nil), ("+1", nil), ("", nil),
        (" 1", nil),
        ("1e3", nil), ("٣", nil),
    ])
    func readsWhatAnAnnotationCanSay(text: String, number: Int?) {
        #expect(Epoch(annotation: text)?.number == number)
    }

    @Test func isNeverOutsideOfItsBounds() {
        #expect(Epoch(.max) == .last && Epoch(.min) == Epoch(0) && Epoch(read: -1) == nil)
        #expect(Epoch.last.next == .last && Epoch(5).advanced(by: .max) == .last)
        #expect(Epoch.last.highestBelievable == .last && Epoch(1).highestBelievable == Epoch(1_000_001))
    }

    @Test func takesAPodsEpochThatNoSwitchHasReachedForNone() {
        var script = GroupScript()
        script.place("a", .active, epoch: 4)
        script.place("b", .passive, epoch: 2_000_000)
        let effects = script.start(record: script.record("a", epoch: 4), healthy: ["a", "b"])
        #expect(effects.moves.isEmpty && effects.operations.isEmpty, "\(effects)")
        #expect(script.machine.view.highestEpoch == Epoch(4))
        #expect(script.machine.view.disbelieved == [.init("uid-b"): Epoch(2_000_000)])
        // It is sealed like any other, and carries an epoch of ours from then on.
        let writes = script.settle(script.health("a", .unhealthy))
        #expect(writes.contains("b=active@5"), "\(writes)")
        #expect(script.machine.view.disbelieved.isEmpty)
    }

    @Test func anEpochWithinReachIsRespected() {
        var script = GroupScript()
        script.place("a", .active, epoch: 1_000_004)
        script.place("b", .passive, epoch: 4)
        let effects = script.start(record: script.record("a", epoch: 4))
        _ = script.settle(effects)
        #expect(script.machine.record?.record.epoch == Epoch(1_001_004))
    }

    @Test func aRecordOfAnImpossibleEpochIsSucceededFarAboveThePods() {
        var script = GroupScript()
        script.place("a", .active, epoch: 57)
        script.place("b", .passive, epoch: 57)
        // What is outside of the bounds is read as none.
        _ = script.settle(script.start(record: script.record("a", epoch: 0), healthy: ["a", "b"]))
        #expect(script.machine.record?.record.epoch == Epoch(1057))
    }

    @Test(arguments: [false, true])
    func movesNothingOnceNoEpochIsLeft(onPods: Bool) {
        var script = GroupScript()
        script.place("a", .active, epoch: onPods ? Epoch.last.number : 3)
        script.place("b", .passive, epoch: 3)
        let record = script.record("a", epoch: onPods ? Epoch.last.number - 1 : Epoch.last.number)
        var writes = script.settle(script.start(record: record, healthy: ["a", "b"]))
        writes += script.settle(script.health("a", .unhealthy))
        #expect(writes.isEmpty)
        var reports = 0
        for time in [1000, 100_000, 200_000] {
            script.at(time)
            let effects = script.observe()
            reports += effects.count
            writes += script.settle(effects)
        }
        #expect(writes.isEmpty && reports <= 2, "\(reports) effects in a group that cannot move")
    }

    @Test func durationsAndTimesStopAtTheirEnds() {
        let end = MonotonicTime(nanoseconds: .max)
        #expect(end + .seconds(1) == end && end.since(MonotonicTime(nanoseconds: 0)) == .nanoseconds(Int64.max))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == Duration.seconds(1e15).wholeNanoseconds)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == 0 && Duration.seconds(-1).wholeNanoseconds == 0)
        #expect(MonotonicTime(nanoseconds: 5) + .seconds(Int64.max) > MonotonicTime(nanoseconds: 5))
    }

    @Test(arguments: [("zzzzzzzzzz", "9"), ("", "1"), ("-5", "4"), ("999999999x", "10")])
    func aVersionThatIsNoNumberIsOlderThanAny(odd: String, number: String) {
        #expect(ObjectVersion(odd) < ObjectVersion(number) && !(ObjectVersion(number) < ObjectVersion(odd)))
    }
}
