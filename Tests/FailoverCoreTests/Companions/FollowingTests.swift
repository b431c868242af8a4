import Testing

@testable import FailoverCore

/// A group follows another of its set: once, as a voluntary move, if somebody is there.
@Suite struct FollowingTests {
    /// That group `db` has moved to `node`.
    private static func wish(_ number: Int = 1, to node: String?, zone: String? = nil) -> Companions {
        let place = Companions.Place(group: "db", relation: .together, node: node, zone: zone)
        return Companions([place], wish: .init(number: number, group: "db", node: node, zone: zone))
    }

    /// The group moves from `a` to `b` at time 0, because `a` fails.
    private static func moved(_ policy: GroupPolicy = GroupPolicy()) -> GroupScript {
        var script = GroupScript.ofThree(policy: policy)
        _ = script.play(script.health("a", .unhealthy))
        _ = script.health("a", .healthy)
        return script
    }

    // MARK: Once

    @Test func movesOnceByTheProtocolAndTriesFirst() {
        var script = GroupScript.ofThree()
        let story = script.play(script.observe(Self.wish(to: "nc")))
        let steps = [
            "record c@2 Intended", "list", "b=passive@2", "try c=active@2", "a=passive@2", "c=active@2",
            "record c@2 Intended",
        ]
        #expect(story.filter(steps.contains) == steps, "\(story)")
        #expect(story.contains("moving to c: Following"))
        // The same is told again, and the other pod is not left for that.
        #expect(script.observe(Self.wish(to: nil)).moves.isEmpty)
        _ = script.play(script.health("c", .unhealthy))
        script.at(600_000)
        #expect((script.fireTimers() + script.observe(Self.wish(to: "nc"))).moves.isEmpty)
    }

    @Test func goesToTheZoneIfNobodyIsOnTheNode() {
        var script = GroupScript.ofThree()
        _ = script.observe(NodeConditions(zones: ["na": "z1", "nb": "z2", "nc": "z3"]))
        #expect(script.observe(Self.wish(to: "elsewhere", zone: "z3")).targets == ["c"])
        script = GroupScript.ofThree()
        _ = script.observe(NodeConditions(zones: ["na": "z1", "nb": "z1", "nc": "z3"]))
        #expect(script.observe(Self.wish(to: "elsewhere", zone: "z1")).moves.isEmpty, "it is there already")
        #expect(script.observe(Self.wish(2, to: "nb", zone: "z1")).targets == ["b"], "the node comes before the zone")
    }

    /// Why nobody at the place can be promoted.
    enum Vanity: CaseIterable {
        case isThere, isElsewhere, unhealthy, unknown, neverPromoted, excluded, terminating, fenced
    }

    /// Nothing is to be done, and the wish is over: what comes later moves nothing.
    @Test(arguments: Vanity.allCases)
    func isOverWhereNobodyCanBePromoted(vanity: Vanity) {
        var (script, node) = (GroupScript.ofThree(), "nc")
        switch vanity {
        case .isThere: node = "na"
        case .isElsewhere: node = "elsewhere"
        case .unhealthy: _ = script.health("c", .unhealthy)
        case .unknown: _ = script.health("c", .unknown)
        case .neverPromoted: script.changes("c") { $0.priority = 0 }
        case .excluded: script.changes("c") { $0.isExcluded = true }
        case .terminating: script.changes("c") { $0.lifecycle = .terminating }
        case .fenced: _ = script.annotate { $0.fenced = ["c"] }
        }
        #expect(script.observe(Self.wish(to: node)).moves.isEmpty)
        script.changes("c") {
            $0.priority = 100
            $0.isExcluded = false
            $0.lifecycle = .running
        }
        _ = script.annotate { $0.fenced = [] }
        #expect(script.health("c", .healthy).moves.isEmpty)
        #expect(script.machine.assessment(at: script.now).following == nil)
    }

    /// A candidate that is less fit than the active pod is waited for.
    @Test func waitsForAFitCandidate() {
        var script = GroupScript.ofThree()
        script.changes("c") { $0.isReady = false }
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        #expect(script.following?.obstacle == .candidates)
        script.changes("c") { $0.isReady = true }
        #expect(script.machine.isSwitching)
        script = GroupScript.ofThree(policy: GroupPolicy(onNodeDrain: .cordon))
        _ = script.observe(NodeConditions(unschedulable: ["nc"]))
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        #expect(script.observe(NodeConditions()).moves == [.following])
        script = GroupScript.ofThree()
        _ = script.health("c", .healthy, isContradicted: true)
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        #expect(script.health("c", .healthy).moves == [.following])
    }

    // MARK: What holds it up

    @Test func theCooldownHoldsItUp() {
        var script = Self.moved(GroupPolicy(cooldown: .seconds(30)))
        script.at(10_000)
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        #expect(script.following == .init(wish: Self.wish(to: "nc").wish!, obstacle: .cooldown, until: Self.time(30)))
        script.at(29_999)
        #expect(script.fireTimers().moves.isEmpty)
        script.at(30_000)
        #expect(script.fireTimers().targets == ["c"])
    }

    @Test func flappingHoldsItUpAndItIsNone() {
        let flap = FlapLimit(maxMoves: 1, window: .seconds(600), hold: .seconds(60))
        var script = Self.moved(GroupPolicy(flap: flap, cooldown: .zero))
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        #expect(script.following?.obstacle == .flapping)
        script.at(60_000)
        _ = script.play(script.fireTimers())
        #expect(script.machine.actives.map(\.name) == ["c"])
        // The limit is on what may be flapping: another follow may come.
        #expect(script.observe(Self.wish(2, to: "na")).moves == [.following])
    }

    @Test func doubtHoldsItUp() {
        var script = GroupScript.ofThree()
        let doubt = Suspension(until: Self.time(20), reason: .stall)
        _ = script.answered(script.machine.automaticMovesSuspended(doubt, at: script.now))
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        script.at(20_000)
        #expect(script.fireTimers().moves == [.following])
    }

    @Test func aPauseHoldsItUp() {
        var script = GroupScript.ofThree(policy: GroupPolicy(isPaused: true))
        let effects = script.observe(Self.wish(to: "nc"))
        #expect(effects.moves.isEmpty && effects.map(\.words).contains("withheld c: Following"))
        #expect(script.machine.policyChanged(GroupPolicy(), at: script.now).moves == [.following])
    }

    @Test func windowsHoldItUp() {
        let closed = MoveWindow(isOpen: false, until: Self.time(60))
        var script = GroupScript.ofThree(policy: GroupPolicy(window: closed))
        #expect(script.observe(Self.wish(to: "nc")).moves.isEmpty)
        #expect(script.following?.obstacle == .window && script.following?.until == Self.time(60))
        let open = MoveWindow(isOpen: true, until: Self.time(60))
        #expect(script.machine.policyChanged(GroupPolicy(window: open), at: script.now).moves == [.following])
    }

    @Test func aDrainAndARequestComeFirst() {
        var script = GroupScript.ofThree(policy: GroupPolicy(onNodeDrain: .cordon, isPaused: true))
        _ = script.observe(Self.wish(to: "nc"))
        _ = script.observe(NodeConditions(unschedulable: ["na"]))
        let policy = GroupPolicy(onNodeDrain: .cordon)
        #expect(script.machine.policyChanged(policy, at: script.now).moves == [.nodeDraining])
        script = GroupScript.ofThree(policy: GroupPolicy(isPaused: true))
        _ = script.observe(Self.wish(to: "nc"))
        let request = GroupScript.request(.switchover(to: "b", isForced: false))
        #expect(script.annotate { $0.request = request }.moves == [.switchover])
    }

    // MARK: What ends it

    @Test func aLaterWishTakesItsPlace() {
        var script = Self.moved(GroupPolicy(cooldown: .seconds(30)))
        _ = script.observe(Self.wish(to: "na"))
        _ = script.observe(Self.wish(2, to: "nc"))
        script.at(30_000)
        #expect(script.fireTimers().targets == ["c"])
    }

    @Test func anotherMoveEndsIt() {
        var script = Self.moved(GroupPolicy(cooldown: .seconds(30)))
        _ = script.observe(Self.wish(to: "nc"))
        _ = script.health("c", .healthy, isContradicted: true)
        _ = script.play(script.health("b", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a"])
        _ = script.health("c", .healthy)
        script.at(90_000)
        #expect(script.fireTimers().moves.isEmpty && script.following == nil)
    }

    /// The wish is void: the group that moved is elsewhere, or was this one.
    @Test func theEndOfItsReasonEndsItAlsoOnItsWay() {
        var script = Self.moved(GroupPolicy(cooldown: .seconds(30)))
        _ = script.observe(Self.wish(to: "nc"))
        _ = script.observe(Companions())
        script.at(30_000)
        #expect(script.fireTimers().moves.isEmpty)
        script = GroupScript.ofThree()
        script.holds = { if case .listMembers = $0 { true } else { false } }
        #expect(script.play(script.observe(Self.wish(to: "nc"))).contains("record c@2 Intended"))
        _ = script.observe(Companions())
        #expect(!script.play(script.release()).contains("a=passive@2"))
        #expect(script.machine.actives.map(\.name) == ["a"] && !script.machine.isSwitching)
    }

    /// A newer one that comes while it is carried out is carried out after it.
    @Test func aWishDuringAMoveIsKept() {
        var script = GroupScript.ofThree(policy: GroupPolicy(cooldown: .seconds(30)))
        script.holds = { if case .writeRole(_, let write) = $0 { write.role == .active } else { false } }
        _ = script.settle(script.observe(Self.wish(to: "nc")))
        _ = script.settle(script.observe(Self.wish(2, to: "nb")))
        _ = script.settle(script.release())
        #expect(script.machine.actives.map(\.name) == ["c"])
        script.at(30_000)
        #expect(script.fireTimers().targets == ["b"])
    }

    @Test func aTargetThatIsDeniedEndsIt() {
        var script = GroupScript.ofThree()
        script.denied = ["c"]
        _ = script.play(script.observe(Self.wish(to: "nc")))
        #expect(script.machine.actives.map(\.name) == ["a"] && script.following == nil)
    }

    @Test func aNewProcessKnowsOfNoWish() {
        var script = Self.moved(GroupPolicy(cooldown: .seconds(30)))
        _ = script.observe(Self.wish(to: "nc"))
        var other = GroupScript(GroupPolicy(cooldown: .seconds(30)), identity: "other")
        other.members = script.members
        _ = other.settle(other.start(record: script.machine.record?.record, healthy: ["a", "b", "c"]))
        other.at(60_000)
        #expect(other.fireTimers().moves.isEmpty)
    }

    // MARK: Other moves

    @Test func whoFollowedDoesNotReturnByItself() {
        let preemption = Preemption(delay: .zero, cooldown: .seconds(30))
        var script = GroupScript.ofThree(policy: GroupPolicy(preemption: preemption)) {
            if $0.name == "a" { $0.priority = 200 }
        }
        _ = script.play(script.observe(Self.wish(to: "nc")))
        script.at(600_000)
        #expect(script.fireTimers().moves.isEmpty)
        _ = script.play(script.health("c", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a"])
    }

    @Test func inModeEndpointSliceItIsTheSame() {
        var script = GroupScript.ofThree(policy: GroupPolicy(ownsEndpoints: true))
        script.at(60_000)
        _ = script.play(script.fireTimers())
        let active = script.machine.actives.first?.node
        let target = active == "nc" ? "nb" : "nc"
        #expect(script.observe(Self.wish(to: target)).moves == [.following])
    }

    private static func time(_ seconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }
}

extension GroupScript {
    /// The wish that waits.
    fileprivate var following: GroupAssessment.Following? { machine.assessment(at: now).following }

    /// A pod is another than it was.
    fileprivate mutating func changes(_ name: String, _ change: (inout Member) -> Void) {
        let before = member(name)
        place(name, before.role, epoch: before.epoch?.number) {
            let version = $0.version
            $0 = before
            $0.version = version
            change(&$0)
        }
        _ = observe()
    }
}
