import Testing

@testable import FailoverCore

/// A promotion that waits for the end of a pod does not rest on the watch alone: the pod is read by name now and then.
struct SilentWatchTests {
    private static let looks: @Sendable (String) -> Bool = { $0.hasPrefix("look at") }
    private static let promotes: @Sendable (String) -> Bool = { $0.hasSuffix("=active@2") }

    /// `a` failed, is demoted and deleted, and the informer shows nothing of that.
    private static func waiting(_ gate: PromotionGate = PromotionGate(.deletePod)) -> GroupScript {
        var script = PromotionGateTests.script(gate)
        script.at(1000)
        _ = script.settle(script.health("a", .unhealthy))
        return script
    }

    /// The next look is answered so.
    private static func look(_ script: inout GroupScript, _ outcome: MemberReadOutcome) -> [Effect] {
        script.holds = { if case .readOutgoing = $0 { true } else { false } }
        _ = script.settle(script.fireTimers())
        return script.release { script, effect in
            guard case .readOutgoing(let id, _, _) = effect else { return [] }
            return script.machine.memberRead(id, outcome, at: script.now)
        }
    }

    /// How many looks are made while seconds pass, each answered by what is there.
    private static func count(_ script: inout GroupScript, _ seconds: ClosedRange<Int>) -> Int {
        script.pass(seconds).count(where: looks)
    }

    @Test(arguments: PromotionGate.Method.allCases)
    func aPodThatStopsUnseenIsFoundByItsName(method: PromotionGate.Method) {
        var script = Self.waiting(PromotionGate(method))
        PromotionGateTests.stop("a", &script)
        script.at(1999)
        #expect(!script.play(script.fireTimers()).contains(where: Self.looks))
        script.at(2000)
        let story = script.play(script.fireTimers())
        #expect(story.contains("look at a") && story.contains("b=active@2"))
    }

    @Test func aPodOfWhichTheHistoryTellsItsEndNeedNotBeThere() {
        var script = Self.waiting()
        var last = script.member("a")
        last.hasStopped = true
        script.remove("a")
        script.at(2000)
        #expect(script.play(Self.look(&script, .ended(last))).contains(where: Self.promotes))
    }

    /// A force-deletion: no proof will ever come, so that nobody asks for it any more.
    @Test func aPodThatDidNotStopBeforeItsEndProvesNothing() {
        var script = Self.waiting()
        let last = script.member("a")
        script.remove("a")
        script.at(2000)
        #expect(!script.play(Self.look(&script, .ended(last))).contains(where: Self.promotes))
        let story = script.pass(3...600)
        #expect(!story.contains(where: Self.looks) && !story.contains(where: Self.promotes))
    }

    /// Nothing tells how it ended; that is asked ever more seldom.
    @Test func aPodThatIsGoneProvesNothing() {
        var script = Self.waiting()
        script.remove("a")
        let story = script.pass(2...600)
        #expect(!story.contains(where: Self.promotes))
        #expect((5...20).contains(story.count(where: Self.looks)))
    }

    @Test func anotherPodOfTheNameProvesNothing() {
        var script = Self.waiting()
        var other = script.member("a")
        other.id = .init("another")
        other.hasStopped = true
        script.at(2000)
        #expect(!script.play(Self.look(&script, .found(other))).contains(where: Self.promotes))
        #expect(script.machine.view[.init("another")] == nil)
    }

    @Test func aReadThatFailsIsMadeAgain() {
        var script = Self.waiting()
        script.at(2000)
        #expect(!script.play(Self.look(&script, .failed(OperationFailure("503")))).contains(where: Self.promotes))
        PromotionGateTests.stop("a", &script)
        #expect(script.pass(3...3).contains(where: Self.promotes))
    }

    /// What was read before the demotion does not undo what is known of it.
    @Test func anOlderReadOverridesNothing() {
        var script = Self.waiting()
        var old = script.member("a")
        old.version = .init("1")
        old.role = .active
        script.at(2000)
        let story = script.play(Self.look(&script, .found(old)))
        #expect(!story.contains { $0.contains("=passive@") })
        #expect(script.machine.view[old.id]?.role == .passive)
    }

    /// One read in 5 s, where the informer has shown what is known; one in a second, where it has not.
    @Test func itIsReadSeldomWhileTheWatchTellsWhatIsKnown() {
        var blind = Self.waiting()
        #expect(Self.count(&blind, 2...21) == 20)
        var seeing = Self.waiting()
        _ = seeing.settle(seeing.observe())
        #expect(Self.count(&seeing, 2...21) == 4)
    }

    @Test func whatIsReadCountsOnce() {
        var script = Self.waiting()
        PromotionGateTests.stop("a", &script)
        script.at(2000)
        script.holds = { if case .readOutgoing = $0 { true } else { false } }
        _ = script.settle(script.fireTimers())
        #expect(script.play(script.observe()).contains(where: Self.promotes))
        #expect(script.release().isEmpty)
    }

    @Test func nothingIsReadWhereNothingHasToBeProved() {
        var script = PromotionGateTests.script(PromotionGate(.deletePod)) { $0.promotionGate = nil }
        script.at(1000)
        var story = script.play(script.health("a", .unhealthy))
        story += script.pass(2...60)
        #expect(story.contains(where: Self.promotes) && !story.contains(where: Self.looks))
    }

    @Test func nothingIsReadOnceTheMoveIsMade() {
        var script = Self.waiting()
        PromotionGateTests.stop("a", &script)
        let story = script.pass(2...60)
        #expect(story.contains(where: Self.promotes) && story.count(where: Self.looks) == 1)
    }

    // MARK: Answers that come while somebody else is made passive

    /// `a` is waited for when somebody labels `c` active by hand; what is held of `a`, and the demotion of `c`, have no answer yet.
    private static func interrupted(holding isHeld: @escaping (Effect) -> Bool) -> GroupScript {
        var script = PromotionGateTests.script(PromotionGate(.deletePod))
        script.holds = isHeld
        script.at(1000)
        _ = script.settle(script.health("a", .unhealthy))
        script.at(2000)
        _ = script.settle(script.fireTimers())
        script.holds = { $0.roleWrite?.write.member.name == "c" }
        script.change("c") { $0.role = .active }
        _ = script.settle(script.observe())
        return script
    }

    @Test func aLookIsNotLost() {
        var script = Self.interrupted { if case .readOutgoing = $0 { true } else { false } }
        #expect(script.held.map(\.words).contains(where: Self.looks))
        PromotionGateTests.stop("a", &script)
        var story = script.play(script.release())
        PromotionGateTests.stop("c", &script)
        story += script.pass(3...10)
        #expect(story.contains(where: Self.promotes))
    }

    @Test func aDeletionThatWasNotSentIsAskedForAgain() {
        var script = Self.interrupted { $0.words == "delete a" }
        #expect(script.held.map(\.words).contains("delete a"))
        let effects = script.release { script, effect in
            guard case .deletePod(let id, let pod) = effect, pod.name == "a" else { return script.follow(effect) }
            return script.machine.podDeleted(id, .notSent, at: script.now)
        }
        var story = script.play(effects)
        for case .startBackoff(let id, _, _) in effects {
            story += script.play(script.machine.timerFired(id, at: script.now))
        }
        #expect(story.contains("delete a"))
    }

    // MARK: Where it was at its last look

    /// It is no member any more: what a look shows is all that the API server's history can be asked from.
    @Test func theHistoryIsAskedFromWhatWasReadLast() {
        var look = OutgoingLook(since: .init(nanoseconds: 0), nil)
        let pod = OutgoingMember(name: "a", id: .init("uid-a"), epoch: Epoch(1))
        let found = Member(id: pod.id, name: "a", version: .init("50"))
        look.ended(.found(found), of: pod, at: .init(nanoseconds: 1))
        look.begin(.init(number: 1), nil)
        #expect(look.version == .init("50"))
        look.ended(.gone, of: pod, at: .init(nanoseconds: 2))
        #expect(look.due(isBehind: false) != nil)
    }

    @Test func aServerThatAsksForTimeGetsIt() {
        var look = OutgoingLook(since: .init(nanoseconds: 0), nil)
        let pod = OutgoingMember(name: "a", id: .init("uid-a"), epoch: Epoch(1))
        let failure = OperationFailure("429", retryAfter: .seconds(7))
        look.ended(.failed(failure), of: pod, at: .init(nanoseconds: 0))
        #expect(look.due(isBehind: true) == .init(nanoseconds: 8_000_000_000))
    }
}
