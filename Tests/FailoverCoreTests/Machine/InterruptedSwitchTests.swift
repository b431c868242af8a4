import Testing

@testable import FailoverCore

/// What a supervisor makes of a switch that another, or it itself, did not bring to its end.
@Suite struct InterruptedSwitchTests {
    private func script(_ policy: GroupPolicy = GroupPolicy(), healthy: [String] = ["a", "b", "c"]) -> GroupScript {
        var script = GroupScript(policy)
        for (name, role) in [("a", Role.active), ("b", .passive), ("c", .passive)] {
            script.place(name, role, epoch: 1)
        }
        _ = script.settle(script.start(record: script.record("a"), healthy: healthy))
        return script
    }

    /// Half of a switch from `a` to `b` was made.
    private func half(_ script: GroupScript, isPaused: Bool = false, request: OperatorRequest? = nil) -> GroupRecord {
        var record = script.record("b", epoch: 2, origin: .intended, writer: "another")
        record.pause = isPaused ? Pause(id: "p", rest: nil) : nil
        record.request = request
        var move = MoveEntry(epoch: Epoch(2), from: ["a"], target: "b", cause: .switchover)
        move.request = request?.id
        record.remember(move, limit: 20)
        return record
    }

    private func wait(_ script: inout GroupScript) -> [String] {
        (1...60).flatMap { second in
            script.at(second * 1000)
            return script.settle(script.fireTimers())
        }
    }

    @Test(arguments: [false, true]) func endsWithSomebodyActiveThoughItsTargetIsGone(isPaused: Bool) {
        var script = GroupScript()
        script.place("a", .passive, epoch: 2)
        script.place("c", .passive, epoch: 2)
        let writes = script.settle(script.start(record: half(script, isPaused: isPaused), healthy: ["a", "c"]))
        #expect((writes + wait(&script)).contains { $0.hasSuffix("=active@3") })
    }

    @Test(arguments: [false, true]) func endsWithSomebodyActiveThoughNobodyIsHealthy(isPaused: Bool) {
        var script = GroupScript()
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1)
        var writes = script.settle(script.start(record: half(script, isPaused: isPaused)))
        for name in ["a", "b"] { writes += script.settle(script.health(name, .unhealthy)) }
        #expect((writes + wait(&script)).contains { $0.contains("=active@") })
    }

    @Test func aPauseAfterAFinishedMoveMovesNothing() {
        var script = script()
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: nil) })
        script.remove("b")
        #expect(script.settle(script.observe()).isEmpty && wait(&script).isEmpty)
    }

    @Test func neverEndsOnAPodThatIsToBeFenced() {
        var script = GroupScript()
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1)
        var record = half(script)
        record.request = OperatorRequest(id: "o", action: .fence("b"))
        let writes = script.settle(script.start(record: record, healthy: ["a", "b"]))
        #expect(writes.contains { $0.hasPrefix("a=active") } && !writes.contains { $0.hasPrefix("b=active") })
        #expect(script.machine.record?.record.fenced == ["b"])
    }

    /// `isOwn`: whether the record shows that it is this machine's; else the move is announced anew.
    @Test(arguments: [nil, "b"] as [String?], [true, false])
    func aRequestWhoseIntentsAnswerIsLostIsCarriedOutOnce(name: String?, isOwn: Bool) throws {
        var script = script()
        let request = OperatorRequest(id: "o", action: .switchover(to: name, isForced: false))
        let effects = script.annotate { $0.request = request }
        var (id, record) = try #require(effects.operations.first?.recordWrite)
        let failed = script.machine.recordWritten(id, .failed(OperationFailure("timeout")), at: script.now)
        let timer = try #require(failed.last?.backoffID)
        let read = try #require(script.machine.timerFired(timer, at: script.now).first?.readRecordID)
        var moves: [String?] = effects.targets
        if !isOwn { record.attempt?.machine += 1 }
        let known = script.machine.recordRead(read, .found(script.stored(record, version: "900")), at: script.now)
        _ = script.settle(known) { moves += [$0].targets }
        #expect(moves == (isOwn ? ["b"] : ["b", "b"]) && script.machine.actives.map(\.name) == ["b"])
        #expect(script.machine.record?.record.answers.map(\.explanation) == ["moved from a to b"])
    }

    /// Somebody wrote a move of an epoch that was still to come: how ours ended is told once, and not for ever.
    @Test func anotherMoveOfTheSameEpochDoesNotKeepTheEndFromBeingTold() {
        var script = GroupScript()
        for (name, role) in [("a", Role.active), ("b", .passive)] { script.place(name, role, epoch: 1) }
        var record = script.record("a")
        for epoch in [2, 2, 40] {
            record.history.append(MoveEntry(epoch: Epoch(epoch), from: ["a"], target: "b", cause: .activeUnhealthy))
        }
        _ = script.settle(script.start(record: record, healthy: ["a", "b"]))
        var writes = 0
        let effects = script.health("a", .unhealthy)
        _ = script.settle(effects) { if case .writeRecord = $0 { writes += 1 } }
        #expect(writes == 2)
        let history = script.machine.record?.record.history ?? []
        #expect(history.map(\.epoch) == [Epoch(2)] && history.allSatisfy { $0.duration != nil })
    }

    @Test func aRequestThatWasHalfCarriedOutIsFinishedAndAnswered() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("b", .passive, epoch: 1)
        script.place("c", .passive, epoch: 2)
        let request = OperatorRequest(id: "o", action: .switchover(to: nil, isForced: false))
        var moves: [String?] = []
        let started = script.start(record: half(script, request: request), healthy: ["a", "b", "c"])
        _ = script.settle(started) { moves += [$0].targets }
        #expect(moves == ["b"])
        let answer = script.machine.record?.record.answers.last
        #expect(answer?.id == "o" && answer?.outcome == .done && script.machine.record?.record.request == nil)
    }

    @Test func aRequestThatWasCarriedOutAndNotAnsweredIsAnswered() {
        var script = GroupScript(identity: "successor")
        script.place("a", .passive, epoch: 2)
        script.place("b", .active, epoch: 2)
        let request = OperatorRequest(id: "o", action: .switchover(to: nil, isForced: false))
        #expect(script.settle(script.start(record: half(script, request: request), healthy: ["a", "b"])).isEmpty)
        #expect(script.machine.record?.record.answers.last?.explanation == "moved from a to b")
    }

    @Test func aCompletionThatMeetsAConflictIsWrittenAgain() throws {
        var script = script()
        var refused = false
        var queue = script.annotate {
            $0.request = OperatorRequest(id: "o", action: .switchover(to: nil, isForced: false))
        }
        while !queue.isEmpty {
            let effect = queue.removeFirst()
            if case .writeRecord(let id, let record, _, _) = effect, !refused, record.request == nil {
                refused = true
                queue += script.machine.recordWritten(id, .conflict, at: script.now)
            } else {
                queue += script.follow(effect)
            }
        }
        #expect(refused && script.machine.actives.map(\.name) == ["b"])
        #expect(script.machine.record?.record.answers.map(\.explanation) == ["moved from a to b"])
        #expect(script.machine.record?.record.history.count == 1)
    }

    @Test(arguments: [9, nil] as [Int?]) func aRecordOfAnEarlierLifeMovesNothing(epoch: Int?) {
        var script = GroupScript()
        script.place("a", .active, epoch: 9)
        script.place("b", .passive, epoch: epoch)
        let record = script.record("b", epoch: 5, origin: .intended, writer: "another")
        #expect(script.settle(script.start(record: record, healthy: ["a", "b"])).isEmpty && wait(&script).isEmpty)
        #expect(script.machine.actives.map(\.name) == ["a"])
    }

    /// The promotion hangs, the Lease jumps far ahead, and another supervisor seals the target.
    @Test func aSealFarAboveEndsAPromotion() throws {
        var script = script()
        var promotion: OperationID?
        var queue = script.health("a", .unhealthy)
        while !queue.isEmpty {
            let effect = queue.removeFirst()
            if case .writeRole(let id, let write) = effect, write.role == .active {
                promotion = id
            } else {
                queue += script.follow(effect)
            }
        }
        for name in ["a", "b"] { script.place(name, .passive, epoch: 2_000_001) }
        script.place("c", .active, epoch: 2_000_001)
        let conflict = script.machine.roleWritten(try #require(promotion), .conflict, at: script.now)
        let read = try #require(conflict.operations.first?.readMemberID)
        let next = script.machine.memberRead(read, .found(script.member("b")), at: script.now)
        #expect(
            next.operations.allSatisfy { if case .readRecord = $0 { true } else { false } } && !next.operations.isEmpty
        )
    }

    /// A Retry-After that was accepted while somebody was active does not hold up what ends the outage.
    @Test func theEndOfTheLastActiveMemberEndsAPause() throws {
        var script = script()
        let effects = script.annotate { $0.request = OperatorRequest(id: "o", action: .unfence("x")) }
        let id = try #require(effects.operations.first?.recordWrite?.id)
        let refusal = OperationFailure("429", retryAfter: .seconds(30))
        _ = script.machine.recordWritten(id, .failed(refusal), at: script.now)
        script.remove("a")
        #expect(script.observe().operations.contains { if case .readRecord = $0 { true } else { false } })
    }
}
