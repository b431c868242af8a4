import Testing

@testable import FailoverCore

/// How long a group leaves an API server alone that asks for it: as long as nothing is urgent.
@Suite struct RetryAfterTests {
    private static let refusal = OperationFailure("429", retryAfter: .seconds(30))

    private static func pauses(_ effects: [Effect]) -> [Duration] {
        effects.compactMap { if case .startBackoff(_, _, let pause) = $0 { pause } else { nil } }
    }

    private static func readsRecord(_ effects: [Effect]) -> Bool {
        effects.contains { if case .readRecord = $0 { true } else { false } }
    }

    /// A group whose member `a` is active, and `b` and `c` could be; each is healthy.
    private static func script() -> GroupScript {
        var script = GroupScript()
        script.place("a", .active, epoch: 1)
        script.place("b", .passive, epoch: 1)
        script.place("c", .passive, epoch: 1)
        _ = script.settle(script.start(record: script.record("a"), healthy: ["a", "b", "c"]))
        return script
    }

    /// The same, which waits for half a minute before it reads the record again.
    private static func waitingScript() -> GroupScript {
        var script = script()
        let effects = script.annotate { $0.request = OperatorRequest(id: "o", action: .unfence("x")) }
        for case .writeRecord(let id, _, _, _) in effects {
            let pauses = pauses(script.machine.recordWritten(id, .failed(refusal), at: script.now))
            #expect(pauses == [.seconds(30)], "nothing is urgent")
        }
        return script
    }

    /// Until the demotion somebody is active, who fails.
    @Test(arguments: ["record", "list", "read", "role"]) func noStepOfAFailoverWaitsForLong(step: String) {
        var script = Self.script()
        script.holds = { effect in
            switch effect {
            case .writeRecord: step == "record"
            case .listMembers: step == "list"
            case .writeRole: step == "role" || step == "read"
            default: false
            }
        }
        _ = script.settle(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            switch effect {
            case .writeRecord(let id, _, _, _):
                script.machine.recordWritten(id, .failed(Self.refusal), at: script.now)
            case .listMembers(let id): script.machine.membersListed(id, .failed(Self.refusal), at: script.now)
            case .writeRole(let id, let write) where step == "read":
                script.machine.roleWritten(id, .conflict, at: script.now).flatMap { effect -> [Effect] in
                    guard case .readMember(let id, write.member.name) = effect else { return [] }
                    return script.machine.memberRead(id, .failed(Self.refusal), at: script.now)
                }
            case .writeRole(let id, _): script.machine.roleWritten(id, .failed(Self.refusal), at: script.now)
            default: []
            }
        }
        let pauses = Self.pauses(effects)
        #expect(!pauses.isEmpty && pauses.allSatisfy { $0 == .seconds(5) }, "\(pauses)")
    }

    /// Two are active until the demotion is written.
    @Test func theEndOfASecondActiveMemberDoesNotWaitForLong() {
        var script = Self.script()
        script.holds = GroupScript.isWrite(of: "b")
        script.place("b", .active, epoch: 1)
        _ = script.settle(script.observe())
        let effects = script.release { script, effect in
            guard case .writeRole(let id, _) = effect else { return [] }
            return script.machine.roleWritten(id, .failed(Self.refusal), at: script.now)
        }
        #expect(Self.pauses(effects) == [.seconds(5)])
    }

    /// What was accepted while all was well does not hold up what has become urgent.
    @Test(arguments: ["unhealthy", "not Ready", "two active", "terminating"])
    func whatBecomesUrgentEndsAPause(news: String) {
        var script = Self.waitingScript()
        switch news {
        case "unhealthy": #expect(Self.readsRecord(script.health("a", .unhealthy)))
        case "not Ready":
            script.place("a", .active, epoch: 1) { $0.isReady = false }
            #expect(Self.readsRecord(script.observe()))
        case "two active":
            script.place("b", .active, epoch: 1)
            #expect(Self.readsRecord(script.observe()))
        default:
            script.place("a", .active, epoch: 1) { $0.lifecycle = .terminating }
            #expect(Self.readsRecord(script.observe()))
        }
    }

    @Test func whatIsNotUrgentEndsNoPause() {
        var script = Self.waitingScript()
        #expect(!Self.readsRecord(script.health("b", .unhealthy)))
        script.remove("c")
        #expect(!Self.readsRecord(script.observe()))
        // It is read at once where something begins, and not again and again.
        #expect(Self.readsRecord(script.health("a", .unhealthy)))
        #expect(!Self.readsRecord(script.health("b", .healthy)))
    }

    /// Who leaves the group to others has nothing urgent to do before that ends.
    @Test func whoOnlyObservesWaitsAsLongAsItIsAskedTo() throws {
        let observing = GroupPolicy(isObserving: true)
        var script = GroupScript(observing)
        script.place("a", nil)
        script.place("b", nil)
        let started = try #require(script.machine.started().first)
        guard case .readRecord(let id) = started else { preconditionFailure("it begins otherwise: \(started)") }
        #expect(Self.pauses(script.machine.recordRead(id, .failed(Self.refusal), at: script.now)) == [.seconds(30)])
        #expect(!Self.readsRecord(script.observe()))
        #expect(Self.readsRecord(script.machine.policyChanged(GroupPolicy(), at: script.now)))
    }
}
