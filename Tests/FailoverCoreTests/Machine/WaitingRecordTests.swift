import Testing

@testable import FailoverCore

/// What is written when nothing urgent waits holds nothing up meanwhile.
@Suite struct WaitingRecordTests {
    private static let unhurried: @Sendable (Effect) -> Bool = { effect in
        if case .writeRecord(_, _, _, let urgency) = effect { urgency >= .completion } else { false }
    }

    /// `b` has taken over from `a`, and how that ended waits to be written.
    private func moved() throws -> (script: GroupScript, completion: Effect) {
        var script = GroupScript.three()
        script.holds = Self.unhurried
        script.at(10)
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["b"])
        return (script, try #require(script.held.first))
    }

    @Test func aMoveGoesBeforeTheEndOfTheLastAndTakesItAlong() throws {
        var (script, completion) = try moved()
        script.at(20)
        let effects = script.health("b", .unhealthy)
        let intent = try #require(effects.compactMap(\.recordWrite).first?.record)
        #expect(intent.holder?.name == "c" && intent.epoch == Epoch(3))
        #expect(intent.history.first { $0.epoch == Epoch(2) }?.duration != nil, "how the last move ended is told")
        let id = try #require(completion.recordWrite?.id)
        let isSent = script.machine.turnCame(id, at: script.now)
        #expect(!isSent, "nobody needs it any more")
        #expect(script.end(completion, record: .notSent).isEmpty)
        #expect(script.settle(effects) == ["b=passive@3", "c=active@3"])
    }

    @Test func itIsAskedForOnce() throws {
        var (script, completion) = try moved()
        for tenth in 2...20 {
            script.at(tenth * 100)
            #expect(script.observe().compactMap(\.recordWrite).isEmpty)
        }
        _ = script.settle(script.follow(completion))
        #expect(script.machine.record?.record.history.last?.duration != nil)
        #expect(script.observe().compactMap(\.recordWrite).isEmpty)
    }

    @Test func whatIsNotSentIsAskedForAgain() throws {
        var (script, completion) = try moved()
        let again = script.end(completion, record: .notSent).compactMap(\.recordWrite)
        #expect(again.map(\.record) == [completion.recordWrite?.record])
        #expect(again.first?.id != completion.recordWrite?.id)
    }

    /// Somebody else wrote the record meanwhile, so that the write would only meet a conflict.
    @Test func itIsMadeAnewOnANewerRecord() throws {
        var (script, completion) = try moved()
        let effects = script.annotate { $0.pause = Pause(id: "p", rest: nil) }
        let next = try #require(effects.compactMap(\.recordWrite).first)
        #expect(next.record.pause?.id == "p" && next.record.history.last?.duration != nil)
        let id = try #require(completion.recordWrite?.id)
        let turns = [id, next.id].map { script.machine.turnCame($0, at: script.now) }
        #expect(turns == [false, true])
    }

    @Test func aFailureIsNotKeptWaitingByAnAdoption() throws {
        var script = GroupScript()
        script.place("a", .active)
        script.place("b", .passive)
        script.holds = Self.unhurried
        _ = script.settle(script.start(record: nil, healthy: ["a", "b"]))
        let adoption = try #require(script.held.first)
        let effects = script.health("a", .unhealthy)
        #expect(effects.targets == ["b"])
        let id = try #require(adoption.recordWrite?.id)
        let isSent = script.machine.turnCame(id, at: script.now)
        #expect(!isSent)
        #expect(script.settle(effects).last == "b=active@1")
    }

    /// An operator waits for the answer, which is told with the end of the move.
    @Test func theEndOfARequestedMoveIsNotPutOff() {
        var script = GroupScript.three()
        script.holds = Self.unhurried
        _ = script.settle(script.annotate { $0.request = GroupScript.request(.switchover(to: "b", isForced: false)) })
        #expect(script.held.isEmpty)
        #expect(script.answers.map(\.outcome) == [.done])
    }
}
