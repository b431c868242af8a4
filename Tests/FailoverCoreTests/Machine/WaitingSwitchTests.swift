import Testing

@testable import FailoverCore

/// A switch that cannot go on: it neither turns in circles nor stops hearing.
@Suite struct WaitingSwitchTests {
    @Test func aSwitchoverAskedForInAnOutageWhileASealWaitsLoopsForEver() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        script.remove("a")
        _ = script.settle(script.observe())
        #expect(script.machine.actives.isEmpty)
        let story = script.story(of: script.annotate { $0.request = GroupScript.toB }, limit: 300)
        let intents = story.filter { $0.hasPrefix("record") }
        #expect(intents.count < 5, "\(intents.count) intents without any time passing: \(story.prefix(14))")
    }

    @Test func theSameWhenSealsFailOfThemselves() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "c")
        script.remove("a")
        _ = script.settle(script.observe())
        var effects = script.annotate { $0.request = GroupScript.toB }
        var intents = 0
        for _ in 0..<50 {
            effects += script.release { $0.end($1, record: .failed(OperationFailure("503"))) }
            script.holds = GroupScript.isWrite(of: "c")
            _ = script.settle(effects) { if case .writeRecord = $0 { intents += 1 } }
            effects = []
        }
        #expect(intents < 5, "\(intents) intents without any time passing")
    }

    @Test func twoActives() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        script.holds = { if case .writeRecord = $0 { true } else { false } }
        _ = script.settle(script.health("a", .unhealthy))
        script.holds = { _ in false }
        script.place("b", .active, epoch: 1)
        _ = script.observe()
        let story = script.story(of: script.release(), limit: 100)
        script.at(100)
        let more = script.story(
            of: script.annotate {
                $0.request = OperatorRequest(id: "o", action: .switchover(to: "b", isForced: false))
            },
            limit: 300
        )
        let intents = more.filter { $0.hasPrefix("record") }
        #expect(intents.count < 6, "\(intents.count): \(story) \(more.prefix(14))")
    }

    @Test func aPreemptionThatIsDeniedAfterItsTrialWaitsADoublingCooldown() {
        let policy = GroupPolicy(preemption: Preemption(delay: .seconds(1), cooldown: .seconds(10)))
        var script = GroupScript.three(policy)
        script.place("b", .passive, epoch: 1) { $0.priority = 200 }
        _ = script.settle(script.observe())
        var demotions: [Int] = []
        var timers: [Effect] = []
        for second in 1...200 {
            script.at(second * 1000)
            var queue = script.fireTimers(timers)
            timers = []
            if second % 2 == 0 { queue += script.machine.connectionRestored(at: script.now) }
            while !queue.isEmpty {
                let effect = queue.removeFirst()
                if case .startTimer = effect { timers.append(effect) }
                if case .writeRole(_, let write) = effect, write.member.name == "a", write.role == .passive {
                    demotions.append(second)
                }
                if case .tryRole(let id, _) = effect {
                    queue += script.machine.roleTried(id, .notRefused, at: script.now)
                } else if case .writeRole(let id, let write) = effect, write.member.name == "b", write.role == .active {
                    let denial = OperationFailure("denied", isLasting: true)
                    queue += script.machine.roleWritten(id, .refused(denial), at: script.now)
                } else {
                    queue += script.follow(effect)
                }
            }
        }
        #expect(demotions.count <= 5, "a was demoted at \(demotions)")
    }

    @Test func demoteFirstHoldsFromTheMomentThatItIsConfigured() {
        var script = GroupScript.three(GroupPolicy(order: .promoteFirst))
        script.denied = ["b"]
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.machine.policyChanged(GroupPolicy(order: .demoteFirst), at: script.now))
        script.denied = []
        script.at(1000)
        _ = script.settle(script.health("c", .unhealthy))
        let writes = script.settle(script.machine.connectionRestored(at: script.now))
        #expect(writes.first != "b=active@2", "\(writes)")
    }

    @Test func aPodThatIsToBeFencedIsNotPromoted() {
        var script = GroupScript.three()
        script.holds = GroupScript.isWrite(of: "a")
        _ = script.settle(script.health("a", .unhealthy))
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "f", action: .fence("b")) })
        let writes = script.settle(script.release())
        #expect(!writes.contains { $0.hasPrefix("b=active") }, "\(writes)")
    }

    @Test func aDeniedTargetIsReplacedByAHealthyOneWhoseLastProbeFailed() {
        var script = GroupScript.three()
        script.denied = ["b"]
        var story = script.play(script.health("a", .unhealthy))
        _ = script.settle(script.health("c", .healthy, isContradicted: true))
        for second in 1...20 {
            script.at(second * 3000)
            story += script.play(script.fireTimers())
            story += script.play(script.machine.connectionRestored(at: script.now))
        }
        #expect(script.machine.actives.map(\.name) == ["c"], "\(story.filter { $0.hasPrefix("moving") })")
    }

    @Test func aForcedSwitchoverEndsAnOutageThatADenialMakes() {
        var script = GroupScript.three(healthy: ["a", "b"])
        _ = script.settle(script.health("c", .unhealthy))
        script.denied = ["b"]
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.actives.isEmpty)
        let request = OperatorRequest(id: "o", action: .switchover(to: "c", isForced: true))
        _ = script.settle(script.annotate { $0.request = request })
        for second in 1...60 {
            script.at(second * 1000)
            _ = script.settle(script.fireTimers())
            _ = script.settle(script.machine.connectionRestored(at: script.now))
        }
        #expect(script.machine.actives.map(\.name) == ["c"])
        #expect(script.answers.map(\.id) == ["o"])
    }

    @Test func promoteFirstHearsARequestWhileADemotionIsDenied() {
        var script = GroupScript.three(GroupPolicy(order: .promoteFirst))
        script.denied = ["a"]
        _ = script.settle(script.health("a", .unhealthy))
        #expect(script.machine.actives.map(\.name) == ["a", "b"])
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "p", action: .pause(nil)) })
        for second in 1...60 {
            script.at(second * 1000)
            _ = script.settle(script.fireTimers())
            _ = script.settle(script.machine.connectionRestored(at: script.now))
        }
        #expect(script.answers.map(\.id) == ["p"])
    }

    @Test func aFenceThatIsTakenBackBeforeAnybodyWasDemotedFencesNobody() {
        var script = GroupScript.three(announced: Announcements(since: Epoch(5)))
        script.denied = ["c"]
        _ = script.settle(script.annotate { $0.request = OperatorRequest(id: "f", action: .fence("a")) })
        #expect(script.machine.actives.map(\.name) == ["a"])
        _ = script.settle(script.annotate { $0.request = nil })
        #expect(
            script.machine.record?.record.fenced == [],
            "\(String(describing: script.machine.record?.record.fenced))"
        )
    }

    @Test func theRoleDoesNotGoBackAndForthForEver() {
        var script = GroupScript.three(
            GroupPolicy(notReadyLimit: .seconds(5), flap: FlapLimit(maxMoves: 3)),
            healthy: ["a", "b"]
        )
        script.place("c", .passive, epoch: 1) { $0.isExcluded = true }
        script.place("a", .active, epoch: 1) { $0.isReady = false }
        _ = script.settle(script.observe())
        script.denied = ["b"]
        var demotions: [Int] = []
        for second in 1...600 {
            script.at(second * 1000)
            let effects = script.fireTimers() + script.machine.connectionRestored(at: script.now)
            demotions += script.settle(effects).filter { $0.hasPrefix("a=passive") }.map { _ in second }
        }
        #expect(demotions.count <= 4, "\(demotions)")
    }
}
