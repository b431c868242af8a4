import Testing

@testable import FailoverCore

/// The switch, step by step: intent, read, seal, try, demote, settle, promote.
@Suite struct SwitchProtocolTests {
    @Test func theFirstMoveOfALifeListsAndSealsBeforeItDemotes() {
        var script = GroupScript.three()
        let story = script.play(script.health("a", .unhealthy))
        #expect(
            story == [
                "moving to b: ActiveUnhealthy", "record b@2 Intended", "list",
                "c=passive@2", "a=passive@2", "settle without a", "b=active@2",
                "demoted a", "promoted b", "moved to b", "record b@2 Intended",
            ]
        )
    }

    @Test func theNextMoveOfTheSameRunWritesNoMoreThanItMust() {
        var script = GroupScript.three()
        _ = script.play(script.health("a", .unhealthy))
        _ = script.play(script.health("a", .healthy))
        let story = script.play(script.health("b", .unhealthy)).filter { !$0.hasPrefix("probe") }
        #expect(
            story == [
                "moving to a: ActiveUnhealthy", "record a@3 Intended", "b=passive@3", "settle without b", "a=active@3",
                "demoted b", "promoted a", "moved to a", "record a@3 Intended",
            ]
        )
    }

    @Test func anotherSupervisorsEpochEndsTheRun() {
        var script = GroupScript.three()
        _ = script.play(script.health("a", .unhealthy))
        _ = script.play(script.health("a", .healthy))
        let foreign = script.annotate { record in
            record.epoch = Epoch(3)
            record.writer = "another"
            record.origin = .adopted
        }
        _ = script.settle(foreign)
        let story = script.play(script.health("b", .unhealthy))
        #expect(story.contains("list") && story.contains("c=passive@4"))
    }

    @Test func aPlannedMoveIsTriedBeforeAnybodyIsDemoted() {
        var script = GroupScript.three()
        let request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false))
        let story = script.play(script.annotate { $0.request = request })
        #expect(
            story
                == [
                    "moving to b: Switchover", "record b@2 Intended", "list", "c=passive@2", "try b=active@2",
                    "a=passive@2",
                    "settle without a", "b=active@2", "demoted a", "promoted b", "moved to b", "record b@2 Intended",
                    "answered o: Done",
                ]
        )
        #expect(script.machine.record?.record.answers.last?.outcome == .done)
    }

    @Test func promoteFirstDemotesLast() {
        var script = GroupScript.three(GroupPolicy(order: .promoteFirst))
        let story = script.play(script.health("a", .unhealthy)).filter { $0.contains("@2") || $0.hasPrefix("settle") }
        #expect(
            story == ["record b@2 Intended", "c=passive@2", "b=active@2", "a=passive@2", "record b@2 Intended"]
        )
    }

    @Test func nobodyIsDemotedBeforeEverySealIsAcknowledged() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        #expect(script.settle(script.health("a", .unhealthy)) == ["c=passive@2"])
        #expect(script.settle(script.release()) == ["a=passive@2", "b=active@2"])
    }

    @Test func nobodyIsPromotedBeforeTheActiveOneIsDemoted() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "a")
        #expect(script.settle(script.health("a", .unhealthy)) == ["c=passive@2", "a=passive@2"])
        #expect(script.settle(script.release()) == ["b=active@2"])
    }

    @Test func nobodyIsPromotedBeforeTheEndpointsAreSettled() {
        var script = GroupScript.three()
        script.holds = { if case .settleEndpoints = $0 { true } else { false } }
        #expect(script.settle(script.health("a", .unhealthy)) == ["c=passive@2", "a=passive@2"])
        #expect(script.settle(script.release()) == ["b=active@2"])
    }

    @Test func aMemberThatComesWhileOthersAreSealedIsSealedToo() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        script.place("d", nil)
        #expect(script.settle(script.observe()) == ["d=passive@2"])
        #expect(script.settle(script.release()) == ["a=passive@2", "b=active@2"])
    }

    @Test func aMemberThatComesAfterTheDemotionIsSealedBeforeThePromotion() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "a")
        _ = script.settle(script.health("a", .unhealthy))
        script.place("d", nil)
        _ = script.observe()
        script.holds = GroupScript.isWrite(of: "d")
        let demoted = script.held[0]
        #expect(script.settle(script.follow(demoted)) == ["d=passive@2"])
        script.holds = { _ in false }
        #expect(script.settle(script.follow(script.held[1])) == ["b=active@2"])
    }

    @Test func aSecondActiveMemberIsDemotedToo() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        script.place("c", .active, epoch: 1)
        _ = script.observe()
        let writes = script.settle(
            script.release { $0.end($1, role: .conflict) }
        )
        #expect(writes == ["c=passive@2", "a=passive@2", "b=active@2"])
    }

    // MARK: Unknown outcomes

    @Test func readsAPodAgainBeforeItRepeatsAWrite() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        script.place("c", .passive, epoch: 1)
        let version = script.member("c").version
        let effects = script.release { $0.end($1, role: .conflict) }
        #expect(effects.map(\.words) == ["read c"])
        var carried: [ObjectVersion] = []
        _ = script.settle(effects) { if case .writeRole(_, let write) = $0 { carried.append(write.member.version) } }
        #expect(carried.first == version)
    }

    @Test func anUnknownOutcomeOutlivesItsSwitch() {
        var script = GroupScript.three()
        // The promotion of `b` gets no answer, and `b` begins to fail: the role goes elsewhere, and `b` needs a seal.
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, role: .failed(OperationFailure("no answer"))) }
        script.holds = { if case .readMember = $0 { true } else { false } }
        _ = script.settle(effects)
        script.remove("a")
        _ = script.settle(script.observe())
        script.place("b", .passive, epoch: 1) { [old = script.member("b").version] in
            $0.version = old
            $0.lifecycle = .terminating
            $0.version = .init("\(Int(old.rawValue)! + 1)")
        }
        script.holds = { _ in false }
        let writes = script.settle(script.observe())
        #expect(writes == ["b=passive@3", "c=active@3"])
    }

    @Test func aWriteWhoseAnswerWasLostIsFoundDone() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            _ = script.follow(effect)
            guard case .writeRole(let id, _) = effect else { return [] }
            return script.machine.roleWritten(id, .failed(OperationFailure("lost")), at: script.now)
        }
        // The write was acknowledged in truth, so that it is not awaited any more.
        #expect(effects.isEmpty)
    }

    @Test func stepsBackFromAHigherEpoch() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        script.place("c", .passive, epoch: 99)
        let effects = script.release { $0.end($1, role: .conflict) }
        var story: [String] = []
        script.holds = { if case .readRecord = $0 { true } else { false } }
        _ = script.settle(effects) { story.append($0.words) }
        #expect(story == ["read c", "stepped back", "read record"])
    }

    @Test(arguments: [false, true]) func goesOnWithoutAMemberThatIsGone(isReplaced: Bool) {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        script.remove("c")
        if isReplaced { script.place("c", nil) { $0.id = .init("uid-new") } }
        let effects = script.release { $0.end($1, role: isReplaced ? .conflict : .gone) }
        #expect(script.settle(effects).suffix(2) == ["a=passive@2", "b=active@2"])
    }

    @Test func aWriteThatHadNoTurnIsAskedForAgain() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, role: .notSent) }
        #expect(effects.map(\.words) == ["c=passive@2"])
    }

    @Test func triesAtOnceWhenTheConnectionIsBack() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { $0.end($1, role: .failed(OperationFailure("refused"))) }
        #expect(effects.map(\.words) == ["failed: writing pod c", "backoff 0"])
        #expect(script.machine.connectionRestored(at: script.now).map(\.words) == ["read c"])
    }

    @Test(arguments: [(true, 3600), (false, 5)])
    func noRetryAfterKeepsAGroupWaitingThatHasNobodyActive(isActive: Bool, seconds: Int) {
        var script = GroupScript()
        script.place("a", isActive ? .active : .passive, epoch: 1)
        script.place("b", .passive, epoch: 1)
        script.place("c", nil, epoch: 1)
        let refusal = OperationFailure("429", retryAfter: .seconds(3600))
        script.holds = {
            switch $0 {
            case .writeRole, .writeRecord: true
            default: false
            }
        }
        _ = script.settle(script.start(record: script.record("a"), healthy: ["a", "b"]))
        let effects = script.release { script, effect in
            switch effect {
            case .writeRole(let id, _): script.machine.roleWritten(id, .failed(refusal), at: script.now)
            case .writeRecord(let id, _, _, _): script.machine.recordWritten(id, .failed(refusal), at: script.now)
            default: []
            }
        }
        let pauses = effects.compactMap { if case .startBackoff(_, _, let pause) = $0 { pause } else { nil } }
        #expect(pauses == [.seconds(seconds)])
    }

    // MARK: The gap

    @Test func theGapIsCountedFromTheDemotion() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "b")
        _ = script.settle(script.health("a", .unhealthy))
        script.at(44)
        var moves: [CompletedMove] = []
        _ = script.settle(script.release()) { if case .report(.moved(let move)) = $0 { moves.append(move) } }
        #expect(moves.map(\.gap) == [.milliseconds(44)])
        #expect(moves.map(\.epoch) == [Epoch(2)])
    }

    /// In PromoteFirst the demotion of one that is finished may come much later.
    @Test func theGapEndsWithThePromotion() {
        var script = GroupScript.three(GroupPolicy(order: .promoteFirst))
        script.place("a", .active, epoch: 1) { $0.lifecycle = .finished }
        script.holds = GroupScript.isWrite(of: "a")
        _ = script.settle(script.observe())
        script.at(5000)
        var moves: [CompletedMove] = []
        _ = script.settle(script.release()) { if case .report(.moved(let move)) = $0 { moves.append(move) } }
        #expect(moves.map(\.gap) == [.zero])
    }

    @Test func raisesTheEpochFarAboveThoseOfThePodsWhenTheRecordIsLost() {
        var script = GroupScript()
        script.place("a", .active, epoch: 41)
        script.place("b", .passive, epoch: 41)
        _ = script.settle(script.start(record: nil))
        #expect(script.machine.record?.record.epoch == Epoch(1041))
    }
}
