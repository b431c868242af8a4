import Testing

@testable import FailoverCore

/// What operators request through the Lease.
@Suite struct RequestTests {
    private func script(_ policy: GroupPolicy = GroupPolicy(), healthy: [String] = ["a", "b", "c"]) -> GroupScript {
        var script = GroupScript(policy)
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 1)
        }
        _ = script.settle(script.start(record: script.record("a"), healthy: healthy))
        return script
    }

    private func request(_ action: OperatorRequest.Action, _ script: inout GroupScript) -> [String] {
        script.settle(script.annotate { $0.request = OperatorRequest(id: "o", action: action) })
    }

    private func answer(_ script: GroupScript) -> RequestAnswer? { script.machine.record?.record.answers.last }

    @Test(arguments: [("b", false), (nil, false)] as [(String?, Bool)])
    func switchesOverAndTellsHowItWent(to name: String?, isForced: Bool) {
        var script = script()
        let writes = request(.switchover(to: name, isForced: isForced), &script)
        #expect(
            writes == ["a=passive@2", "c=passive@2", "b=active@2"]
                || writes == ["c=passive@2", "a=passive@2", "b=active@2"]
        )
        let answer = answer(script)
        #expect(
            answer?.outcome == .done && answer?.explanation == "moved from a to b" && answer?.move?.epoch == Epoch(2)
        )
        #expect(answer?.move?.duration != nil && answer?.move?.gap != nil)
        #expect(script.machine.record?.record.request == nil)
        #expect(script.machine.record?.record.history.map(\.cause) == [.switchover])
        #expect(script.machine.record?.record.history.last?.duration != nil)
    }

    @Test(arguments: [
        ("a", false, "a is active already"), ("x", false, "the group has no pod x; its pods are a, b, c"),
        ("c", false, "c is no candidate: excluded; --force promotes it all the same"),
        ("d", true, "d is no candidate: has no IP"),
    ])
    func refusesWhatWouldDoHarm(to name: String, isForced: Bool, words: String) {
        var script = script(healthy: ["a", "c"])
        script.place("c", epoch: 1) { $0.isExcluded = true }
        if name == "d" { script.place("d", epoch: 1) { $0.hasAddress = false } }
        _ = script.observe()
        #expect(request(.switchover(to: name, isForced: isForced), &script).isEmpty)
        #expect(answer(script)?.explanation == words)
        #expect(answer(script)?.outcome == (name == "a" ? .done : .refused))
    }

    @Test(arguments: ["b", nil] as [String?])
    func refusesWhoIsUnknownOnlyAfterAVerdictCouldHaveCome(to name: String?) {
        var late = script(healthy: ["a"])
        var effects = late.annotate {
            $0.request = OperatorRequest(id: "o", action: .switchover(to: name, isForced: false))
        }
        #expect(effects.moves.isEmpty && answer(late) == nil)
        late.at(5000)
        effects = late.fireTimers(effects)
        #expect(late.settle(effects).isEmpty)
        let words =
            name == nil ? "no other member is a healthy candidate" : "b is unknown; --force promotes it all the same"
        #expect(answer(late)?.outcome == .refused && answer(late)?.explanation.hasPrefix(words) ?? false)
        var soon = script(healthy: ["a"])
        _ = soon.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: name, isForced: false)) }
        soon.at(4000)
        #expect(soon.settle(soon.health("b", .healthy)).last == "b=active@2")
        #expect(answer(soon)?.outcome == .done)
    }

    @Test func anUnhealthyPodThatIsForcedGetsAChance() {
        var script = script(healthy: ["a"])
        _ = script.health("b", .unhealthy)
        let effects = script.annotate {
            $0.request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: true))
        }
        var seen: [Effect] = []
        _ = script.settle(effects) { seen.append($0) }
        #expect(seen.contains(.forgetHealth(script.member("b").id)))
        #expect(
            script.machine.actives.map(\.name) == ["b"]
                && script.machine.view.health(of: script.member("b").id) == .unknown
        )
    }

    @Test func anOperatorsChoiceStandsAgainstPreemptionUntilResumed() {
        let policy = GroupPolicy(preemption: Preemption(delay: .zero, cooldown: .zero))
        var script = script(policy)
        script.place("a", .active, epoch: 1) { $0.priority = 200 }
        _ = script.observe()
        _ = request(.switchover(to: "b", isForced: false), &script)
        #expect(script.machine.policyChanged(policy, at: script.now).moves.isEmpty)
        #expect(request(.resume, &script).last == "a=active@3")
    }

    @Test func aPausedGroupMovesOnlyOnRequest() {
        var script = script()
        #expect(request(.pause(nil), &script).isEmpty)
        #expect(answer(script)?.outcome == .done)
        #expect(script.health("a", .unhealthy).moves.isEmpty)
        #expect(request(.switchover(to: "c", isForced: false), &script).last == "c=active@2")
        #expect(script.machine.record?.record.pause != nil)
        _ = script.health("c", .unhealthy)
        #expect(request(.resume, &script).last == "b=active@3")
        #expect(script.machine.record?.record.pause == nil)
    }

    @Test func aPausedGroupFinishesWhatWasAnnounced() {
        var script = GroupScript()
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1)
        var half = script.record("b", epoch: 2, origin: .intended, writer: "another")
        half.pause = Pause(id: "p", rest: nil)
        #expect(script.settle(script.start(record: half, healthy: ["a", "b"])).last == "b=active@3")
        #expect(script.machine.record?.record.pause != nil)
        #expect(script.health("b", .unhealthy).moves.isEmpty)
    }

    @Test func aPauseEndsByItself() {
        var script = script()
        #expect(request(.pause(.seconds(60)), &script).isEmpty)
        #expect(script.health("a", .unhealthy).moves.isEmpty)
        script.at(59_999)
        #expect(script.settle(script.fireTimers()).isEmpty)
        script.at(60_000)
        #expect(script.settle(script.fireTimers()).last == "b=active@2")
        #expect(script.machine.record?.record.pause == nil)
    }

    /// The record that says so may wait for its turn, and is made anew with each change of the Lease meanwhile.
    @Test func theEndOfAPauseIsToldOnceItIsOnRecord() {
        var script = script()
        _ = request(.pause(.seconds(60)), &script)
        script.at(60_000)
        var effects = script.fireTimers()
        for number in 1...3 { effects += script.annotate { $0.fenced = ["other-\(number)"] } }
        #expect(!effects.map(\.words).contains("pause ended"))
        var told = 0
        _ = script.settle(effects) { if $0.words == "pause ended" { told += 1 } }
        #expect(told == 1 && script.machine.record?.record.pause == nil)
    }

    @Test func aFencedPodLosesTheRoleAndIsNotPromotedUntilUnfenced() {
        var script = script()
        #expect(request(.fence("a"), &script).last == "b=active@2")
        #expect(script.machine.record?.record.fenced == ["a"] && answer(script)?.outcome == .done)
        _ = script.health("c", .unhealthy)
        #expect(script.health("b", .unhealthy).moves.isEmpty)
        #expect(request(.unfence("a"), &script).last == "a=active@3")
        #expect(request(.unfence("a"), &script).isEmpty && answer(script)?.outcome == .refused)
    }

    @Test func aFenceHoldsEvenIfNobodyIsActiveThen() {
        var script = script(healthy: ["a"])
        let writes = request(.fence("a"), &script)
        #expect(writes.allSatisfy { $0.hasSuffix("passive@2") } && script.machine.actives.isEmpty)
        #expect(script.machine.record?.record.holder == nil)
        #expect(script.settle(script.health("c", .healthy)).last == "c=active@3")
    }

    @Test func fencesAPodThatIsNotActiveWithoutAMove() {
        var script = script()
        #expect(request(.fence("b"), &script).isEmpty)
        #expect(answer(script)?.explanation == "b will not be promoted")
        #expect(script.settle(script.health("a", .unhealthy)).last == "c=active@2")
    }

    @Test func refusesWhatItDoesNotUnderstandAndObeysNothingWhileItOnlyObserves() {
        var script = script()
        #expect(request(.unintelligible("?"), &script).isEmpty && answer(script)?.outcome == .refused)
        var observing = self.script(GroupPolicy(isObserving: true))
        let effects = observing.annotate {
            $0.request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false))
        }
        #expect(effects.operations.isEmpty)
    }

    @Test func aRequestThatArrivesDuringASwitchIsCarriedOutAfterIt() throws {
        var script = script()
        let moving = script.health("a", .unhealthy)
        let id = try #require(moving.operations.first?.recordWrite?.id)
        var record = try #require(script.machine.record?.record)
        record.request = OperatorRequest(id: "o", action: .fence("c"))
        let reading = script.machine.recordWritten(id, .conflict, at: script.now)
        let read = try #require(reading.operations.first?.readRecordID)
        _ = script.settle(script.machine.recordRead(read, .found(script.stored(record, version: "8")), at: script.now))
        #expect(script.machine.actives.map(\.name) == ["b"] && script.machine.record?.record.fenced == ["c"])
    }

    @Test func keepsABoundedHistory() {
        var script = script()
        for number in 0..<30 {
            let action = OperatorRequest.Action.switchover(to: nil, isForced: false)
            _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "\(number)", action: action) })
        }
        let record = script.machine.record?.record
        #expect(record?.history.count == MoveEntry.limit && record?.answers.count == RequestAnswer.limit)
        #expect(record?.history.last?.epoch == record?.epoch)
    }
}
