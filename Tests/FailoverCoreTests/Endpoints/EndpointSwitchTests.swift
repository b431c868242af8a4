import Testing

@testable import FailoverCore

/// The switch by EndpointSlices of ours.
@Suite struct EndpointSwitchTests {
    private static let policy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true)

    @Test func aFailoverIsOneWriteAfterItsAnnouncement() {
        var script = GroupScript.slicedPair()
        let story = script.play(script.health("a", .unhealthy))
        #expect(story.contains("record b@2 Intended"))
        #expect(story.filter { $0.hasPrefix("IPv4=") } == ["IPv4=uid-b@2"])
        #expect(!story.contains { $0.contains("=active") || $0.contains("=passive") }, "no pod is written")
        #expect(script.slices.isActive(.init("uid-b")))
    }

    @Test func aMoveSaysThatNobodyWasWithoutAnEndpoint() {
        var script = GroupScript.slicedPair()
        let story = script.health("a", .unhealthy)
        var moves: [CompletedMove] = []
        _ = script.settle(story) { if case .report(.moved(let move)) = $0 { moves.append(move) } }
        #expect(moves.map(\.gap) == [.zero])
        #expect(moves.map(\.familyGap) == [nil])
    }

    @Test func familiesAreWrittenInOrderAndTheTimeBetweenThemIsTold() throws {
        var script = GroupScript.slicedPair(families: [.ipv6, .ipv4])
        var moves: [CompletedMove] = []
        script.holds = { if case .writeEndpoints(_, let write) = $0 { write.slice.family == .ipv4 } else { false } }
        let effects = script.health("a", .unhealthy)
        #expect(script.play(effects).filter { $0.hasPrefix("IPv") } == ["IPv6=uid-b@2", "IPv4=uid-b@2"])
        script.at(30)
        _ = script.settle(script.release()) { if case .report(.moved(let move)) = $0 { moves.append(move) } }
        #expect(moves.map(\.familyGap) == [.milliseconds(30)])
        #expect(script.slices.allLead(to: .init("uid-b")))
    }

    @Test func aHigherEpochOnTheSliceMakesItStepBack() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        // Another supervisor was faster, by two.
        script.slices.publish(script.member("a").id, at: Epoch(4))
        let story = script.play(script.release())
        #expect(story.contains("stepped back"))
        #expect(!story.contains("IPv4=uid-b@2"))
    }

    @Test func whatWasDecidedOnAnOldSliceIsDecidedAnewBeforeItIsWrittenAgain() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        // Meanwhile somebody else has published b, at an epoch below ours.
        script.slices.publish(script.member("b").id, at: Epoch(1))
        let story = script.play(script.release())
        #expect(story.contains("read IPv4"))
        #expect(script.slices.isActive(.init("uid-b")))
    }

    @Test func anUnknownOutcomeIsSettledByReading() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        let story = script.release { script, effect in
            guard case .writeEndpoints(let id, let write) = effect else { return [] }
            _ = script.slices.write(write, nil, reachable: script.members.map(\.id))
            return script.machine.endpointsWritten(id, .failed(OperationFailure("no answer")), at: script.now)
        }
        #expect(!story.contains { if case .writeEndpoints = $0 { true } else { false } })
        let backoffs = story.compactMap { if case .startBackoff(let id, _, _) = $0 { id } else { nil } }
        let after = backoffs.flatMap { script.machine.timerFired($0, at: script.now) }
        let rest = script.play(after)
        #expect(rest.first == "read IPv4")
        #expect(rest.contains("moved to b") && !rest.contains { $0.hasPrefix("IPv4=") })
    }

    @Test func aDemotedEndpointDrainsForItsTime() {
        var policy = Self.policy
        policy.drain = .seconds(10)
        var script = GroupScript.slicedPair(policy)
        script.at(1000)
        var effects = script.health("a", .unhealthy)
        _ = script.settle(effects)
        #expect(script.slices.shown(.ipv4, reachable: []).draining == [.init("uid-a")])
        effects = script.observeSlices()
        script.at(10_900)
        _ = script.settle(script.fireTimers(effects))
        #expect(script.slices.shown(.ipv4, reachable: []).draining == [.init("uid-a")])
        script.at(11_100)
        #expect(script.play(script.fireTimers(effects)).contains("IPv4=uid-b@2"))
        #expect(script.slices.shown(.ipv4, reachable: []).draining == [])
    }

    /// While nobody is ready, proxies send new connections to whoever drains.
    @Test func nobodyDrainsWhereNobodyIsReady() {
        var policy = Self.policy
        policy.drain = .seconds(10)
        policy.whenNoneHealthy = .demoteActive
        var script = GroupScript.slicedPair(policy)
        _ = script.settle(script.health("b", .unhealthy))
        _ = script.settle(script.health("a", .unhealthy))
        let slice = script.slices.shown(.ipv4, reachable: [])
        #expect(slice.ready == [] && slice.draining == [])
    }

    @Test func aSwitchWaitsWhileASliceOfOthersPublishesAnotherMember() {
        var script = GroupScript.slicedPair()
        _ = script.settle(script.observeSlices { $0.foreign = [.init("uid-a"): "web-x7k2p"] })
        var heard: [Effect] = []
        let effects = script.health("a", .unhealthy)
        _ = script.settle(effects) { heard.append($0) }
        let obstacles = heard.compactMap {
            if case .report(.switchWaits(let obstacle, "b")) = $0 { obstacle } else { nil }
        }
        let reason = "EndpointSlice web-x7k2p, which is not ours, sends traffic to it"
        #expect(obstacles.map(\.description) == ["the endpoints of a cannot be changed: \(reason)"])
        #expect(!heard.map(\.words).contains { $0.hasPrefix("IPv4=") })
        let rest = script.play(script.observeSlices())
        #expect(rest.contains("IPv4=uid-b@2") && rest.contains("moved to b"))
    }

    @Test func whomOthersPublishIsAdoptedWhereThereIsNoSliceYet() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.place("b", nil)
        var effects = script.start(record: nil, healthy: [])
        effects += script.observeSlices { $0.foreign = [.init("uid-b"): "web-x7k2p"] }
        effects += script.health("a", .healthy) + script.health("b", .healthy)
        let story = script.play(effects)
        #expect(story.contains("adopted b@1"))
        #expect(story.filter { $0.hasPrefix("IPv4=") } == ["IPv4=uid-b@1"])
    }

    /// The first family's slice has decided who is active.
    @Test func aFurtherFamilyThatIsDeniedDoesNotHoldTheGroupUp() {
        var script = GroupScript.slicedPair(families: [.ipv4, .ipv6])
        script.holds = { if case .writeEndpoints(_, let write) = $0 { write.slice.family == .ipv6 } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        let effects = script.release { script, effect in
            guard case .writeEndpoints(let id, _) = effect else { return [] }
            return script.machine.endpointsWritten(id, .refused(OperationFailure("denied")), at: script.now)
        }
        script.holds = { if case .writeEndpoints(_, let write) = $0 { write.slice.family == .ipv6 } else { false } }
        #expect(script.play(effects).contains("moved to b"))
        #expect(!script.machine.isSwitching)
    }

    /// A write whose answer was lost may still land while the slice is at the version that it named.
    @Test func whatMayStillLandIsNotTakenBack() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.health("a", .unhealthy))
        let lost = script.release { script, effect in
            guard case .writeEndpoints(let id, _) = effect else { return [] }
            return script.machine.endpointsWritten(id, .failed(OperationFailure("no answer")), at: script.now)
        }
        _ = script.health("a", .healthy)
        let backoffs = lost.compactMap { if case .startBackoff(let id, _, _) = $0 { id } else { nil } }
        let story = script.play(backoffs.flatMap { script.machine.timerFired($0, at: script.now) })
        #expect(story.contains("IPv4=uid-b@2") && !story.contains { $0.contains("Adopted") }, "\(story)")
    }

    /// What it was given to may have left before anybody saw it active.
    @Test func aRequestIsCarriedOutOnceThoughItsTargetLeft() {
        var script = GroupScript.slicedPair()
        script.place("c", nil)
        _ = script.settle(script.observe() + script.health("c", .healthy) + script.observeSlices())
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(
            script.annotate { $0.request = OperatorRequest(id: "o", action: .switchover(to: nil, isForced: false)) }
        )
        let target = script.machine.record?.record.holder?.name ?? ""
        for case .writeEndpoints(_, let write) in script.held {
            _ = script.slices.write(write, nil, reachable: script.members.map(\.id))
        }
        script.remove(target)
        var story = script.play(script.observeSlices())
        story += script.play(script.observe())
        #expect(story.contains("answered o: Done"), "\(story)")
    }
}
