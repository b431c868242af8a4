import Testing

@testable import FailoverCore

/// Slices of ours that others change, or that pods' changes make wrong.
@Suite struct EndpointUpkeepTests {
    private static let policy = GroupPolicy(verdictWindow: .seconds(5), ownsEndpoints: true)

    @Test func whoWasWrittenIntoASliceByHandIsTakenOutAgain() {
        var script = GroupScript.slicedPair()
        script.slices.publish(script.member("b").id)
        let story = script.play(script.observeSlices())
        #expect(story.contains("moving to a: LabelLost"))
        #expect(script.slices.isActive(.init("uid-a")))
    }

    @Test func aDeletedSliceIsCreatedWithWhomTheRecordNames() {
        var script = GroupScript.slicedPair()
        script.slices.delete()
        _ = script.settle(script.observeSlices())
        #expect(script.slices.isActive(.init("uid-a")))
    }

    @Test func aStrangersAddressIsTakenOut() {
        var script = GroupScript.slicedPair()
        let story = script.play(script.observeSlices { $0.slices[0].hasStrangers = true })
        #expect(story.contains("IPv4=uid-a@1"))
        #expect(!story.contains { $0.hasPrefix("moving") })
    }

    @Test func aSliceThatDeviatesIsWrittenAnewAtTheSameEpoch() {
        var script = GroupScript.slicedPair()
        let story = script.play(script.observeSlices { $0.slices[0].isFaithful = false })
        #expect(story.filter { $0.hasPrefix("IPv4=") } == ["IPv4=uid-a@1"])
    }

    @Test func whatOthersChangeAgainAndAgainIsSetRightSoOftenOnly() {
        var script = GroupScript.slicedPair()
        var writes = 0
        for _ in 0..<30 {
            script.slices.publish(script.member("a").id, at: Epoch(1))
            let effects = script.observeSlices { $0.slices[0].isFaithful = false }
            writes += script.play(effects).count { $0.hasPrefix("IPv4=") }
        }
        #expect(writes == RepairLimit.count)
    }

    /// The address of a pod that is gone may be another pod's by now.
    @Test func whoIsGoneIsTakenOutThoughNobodyCanTakeOver() {
        var script = GroupScript.slicedPair()
        _ = script.settle(script.health("b", .unhealthy))
        script.remove("b")
        script.remove("a")
        _ = script.settle(script.observe())
        #expect(!script.slices.isActive(.init("uid-a")))
    }

    /// The informer of pods may be behind that of slices.
    @Test func whoWasNeverSeenIsTakenOutOnlyAfterAConsistentList() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.place("b", nil)
        script.slices.publish(.init("uid-c"), at: Epoch(3))
        script.holds = { if case .listMembers = $0 { true } else { false } }
        var effects = script.start(record: script.record("c", epoch: 3), healthy: [])
        effects += script.health("a", .unhealthy) + script.health("b", .unhealthy)
        script.at(6000)
        let story = script.play(effects + script.fireTimers(effects))
        #expect(story.contains("list") && !story.contains { $0.hasPrefix("IPv4=") }, "\(story)")
        script.place("c", nil)
        let rest = script.play(script.release())
        #expect(!rest.contains { $0.hasPrefix("IPv4=") }, "\(rest)")
        #expect(script.slices.isActive(.init("uid-c")))
    }

    @Test func aRelistThatIsOlderIsConfirmedByAReadBeforeItCounts() {
        var script = GroupScript.slicedPair()
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.slices.isActive(.init("uid-b")))
        let old = PublishedEndpoints(slices: [
            PublishedSlice(
                family: .ipv4,
                version: ObjectVersion("1"),
                epoch: Epoch(1),
                ready: [.init("uid-a")],
                reachable: [.init("uid-a"), .init("uid-b")]
            )
        ])
        _ = script.settle(script.observeSlices())
        let effects = script.machine.endpointsObserved(old, version: .init("1"), isRelist: true, at: script.now)
        let story = script.play(effects)
        #expect(story == ["read IPv4"])
        #expect(script.machine.actives.map(\.name) == ["b"])
    }

    /// As a webhook does that adds its own.
    @Test func whatIsStoredOtherwiseThanItWasWrittenIsTriedAgainAfterAPause() {
        var script = GroupScript.slicedPair()
        script.holds = { if case .writeEndpoints = $0 { true } else { false } }
        _ = script.play(script.observeSlices { $0.slices[0].isFaithful = false })
        let effects = script.release { script, effect in
            guard case .writeEndpoints(let id, let write) = effect else { return [] }
            _ = script.slices.write(write, nil, reachable: script.members.map(\.id))
            var stored = script.slices.shown(.ipv4, reachable: script.members.map(\.id))
            stored.draining = [.init("uid-x")]
            return script.machine.endpointsWritten(id, .written(stored), at: script.now)
        }
        #expect(effects.contains { if case .startBackoff = $0 { true } else { false } })
        #expect(!effects.contains { if case .writeEndpoints = $0 { true } else { false } })
    }

    /// As Kubernetes does for the endpoints of a group of labels.
    @Test func aPausedGroupsEndpointFollowsItsPod() {
        var script = GroupScript.slicedPair()
        _ = script.settle(script.annotate { $0.pause = Pause(id: "p", rest: nil) })
        let story = script.play(script.observeSlices { $0.slices[0].isFaithful = false })
        #expect(story.filter { $0.hasPrefix("IPv4=") } == ["IPv4=uid-a@1"])
        _ = script.settle(script.health("b", .unhealthy))
        script.remove("a")
        _ = script.settle(script.observe())
        #expect(!script.slices.isActive(.init("uid-a")))
    }

    /// A restart moves nothing, nor does the end of a pause long after.
    @Test func whoWasFoundInASliceStays() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.place("b", nil)
        script.slices.publish(script.member("b").id, at: Epoch(1))
        let effects = script.start(record: script.record("a"), healthy: ["a", "b"])
        #expect(script.play(effects).contains("adopted b@2"))
        var paused = GroupScript.slicedPair()
        _ = paused.settle(paused.annotate { $0.pause = Pause(id: "p", rest: nil) })
        paused.slices.publish(paused.member("b").id)
        _ = paused.settle(paused.observeSlices())
        paused.at(61_000)
        #expect(paused.play(paused.annotate { $0.pause = nil }).contains("adopted b@2"))
    }

    /// A selector that is mistaken takes no pod out that runs.
    @Test func whoRunsAndIsNoMemberStaysWhileNobodyCanTakeOver() {
        var script = GroupScript.slicedPair()
        _ = script.settle(script.health("b", .unhealthy))
        let old = script.member("a")
        script.remove("b")
        script.remove("a")
        script.holds = { if case .readMember = $0 { true } else { false } }
        _ = script.settle(script.observe())
        #expect(script.held.count == 1)
        let effects = script.release { script, effect in
            guard case .readMember(let id, _) = effect else { return [] }
            return script.machine.memberRead(id, .found(old), at: script.now)
        }
        #expect(script.play(effects) == [])
        #expect(script.slices.isActive(.init("uid-a")))
        script.at(11_000)
        let story = script.play(script.fireTimers())
        #expect(story.first == "read a" && story.contains("IPv4=nobody@1"), "\(story)")
    }

    /// The group goes over to another Service, whose slices it has not seen.
    @Test func slicesOfAnotherServiceSayNothingOfThisOnes() {
        var script = GroupScript.slicedPair()
        for _ in 0..<5 { script.slices.publish(script.member("a").id, at: Epoch(1)) }
        _ = script.settle(script.observeSlices())
        script.machine.endpointsForgotten()
        script.slices = ModelSlices()
        script.slices.families = [.ipv4]
        script.slices.publish(script.member("b").id, at: Epoch(0))
        _ = script.settle(script.observeSlices())
        #expect(script.machine.actives.count == 1)
        #expect(script.machine.actives.map(\.id).allSatisfy(script.slices.isActive))
    }

    /// Who is adopted is written at that epoch, so that no older write that is on its way can undo it.
    @Test func anAdoptedMemberIsFenced() {
        var script = GroupScript(Self.policy)
        script.place("a", nil)
        script.place("b", nil)
        script.slices.publish(script.member("a").id, at: Epoch(1))
        let record = script.record("b", epoch: 2, origin: .intended, writer: "other")
        var effects = script.start(record: record, healthy: ["a", "b"])
        script.at(5100)
        effects += script.fireTimers(effects)
        let story = script.play(effects)
        #expect(story.contains("adopted a@3") && story.contains("IPv4=uid-a@3"), "\(story)")
    }
}
