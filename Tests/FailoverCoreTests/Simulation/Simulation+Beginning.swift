@testable import FailoverCore

/// How the cluster begins.
extension Simulation {
    mutating func makeGroup(members: Int) -> SimulatedGroup {
        let timing = makeTiming()
        var policy = makePolicy(timing)
        if policy.preemption != nil, random.once(in: 2) { policy.window = .unread }
        if asksOpinions { policy.secondOpinion = makeSecondOpinion() }
        if asksScores { policy.score = makeScorePolicy() }
        if ownsEndpoints {
            policy.ownsEndpoints = true
            policy.order = .demoteFirst
            policy.notReadyLimit = nil
            policy.drain = random.once(in: 2) ? .seconds(10) : .zero
        }
        if isGated {
            policy.order = .demoteFirst
            policy.promotionGate = PromotionGate(
                random.once(in: 2) ? .passive : .deletePod,
                wait: .seconds(Int64(between(1, 8))),
                onTimeout: .promote
            )
        }
        if hasHooks, !random.once(in: 8) {
            policy.hooks = makeHookPolicy()
            if policy.hooks.requiredOnDemote != nil { policy.order = .demoteFirst }
        }
        if hasHooks, policy.hooks.requiredOnDemote != nil, random.once(in: 3) {
            policy.promotionGate = PromotionGate(.deletePod, wait: .seconds(3), onTimeout: .promote)
        }
        if leavesNodes, !random.once(in: 6) { policy.onNodeDrain = .cordon }
        var group = SimulatedGroup(policy: policy, timing: timing)
        if policy.activation > .zero { group.warmUp = between(0, policy.activation.wholeNanoseconds / 2) }
        group.workload = makeWorkload()
        group.isPriced = random.once(in: 3) && !ownsEndpoints
        group.minReady = isUndisturbed ? 3 * group.timing.verdictWindow : between(0, 3 * Self.second)
        for index in 0..<members { create("m\(index)", in: &group) }
        return group
    }

    private mutating func makeWorkload() -> SimulatedWorkload {
        if random.once(in: 2) { return .statefulSet(partition: random.once(in: 4) ? 1 : 0) }
        let bounds = [(1, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (1, 2)].randomElement(using: &random) ?? (1, 0)
        return .deployment(surge: bounds.0, unavailable: bounds.1)
    }

    private mutating func makeTiming() -> SimulatedTiming {
        let period = between(1, 3) * Self.second
        return SimulatedTiming(
            period: period,
            fastPeriod: min(period, Self.second),
            timeout: between(300, 1000) * 1_000_000,
            thresholds: HealthThresholds(
                failure: Int.random(in: 1...3, using: &random),
                success: Int.random(in: 1...2, using: &random)
            )
        )
    }

    private mutating func makePolicy(_ timing: SimulatedTiming) -> GroupPolicy {
        GroupPolicy(
            order: random.once(in: 8) ? .promoteFirst : .demoteFirst,
            whenNoneHealthy: random.once(in: 6) ? .demoteActive : .keepActive,
            delay: random.once(in: 4) ? .seconds(2) : .zero,
            activation: random.once(in: 4) ? .nanoseconds(Int64(4 * timing.verdictWindow)) : .zero,
            notReadyLimit: random.once(in: 3)
                ? .nanoseconds(Int64(timing.period) * Int64(timing.thresholds.failure)) : nil,
            verdictWindow: .nanoseconds(Int64(timing.verdictWindow)),
            flap: random.once(in: 3)
                ? FlapLimit() : FlapLimit(maxMoves: 2, window: .seconds(40), hold: .seconds(40)),
            preemption: random.once(in: 3) && !isUndisturbed
                ? Preemption(delay: .seconds(5), cooldown: .seconds(5)) : nil
        )
    }

    mutating func create(_ name: String, in group: inout SimulatedGroup) {
        group.cluster.create(name)
        guard let pod = group.cluster.pod(name) else { return }
        let node = Int.random(in: nodes.indices, using: &random)
        let ordinal = group.ordinal(of: name)
        let revision = group.revision(of: ordinal)
        // A pod of higher priority takes the role with good reason, and then a move is not needless.
        let isPreferred = random.once(in: 4) && !isUndisturbed && !isSevered
        // A Job's pod with the same labels.
        let isForeign = random.once(in: 30) && !isUndisturbed
        let born = Int64(now / Self.second)
        let isPriced = group.isPriced
        group.cluster.change(name) {
            $0.ordinal = ordinal
            $0.revision = revision
            $0.createdAt = born
            $0.node = "node\(node)"
            if isPreferred { $0.priority = 200 }
            if isForeign { $0.isProbeable = false }
            if isPriced { $0.deletionCost = .due }
        }
        if asksOpinions {
            // Where a supervisor is only cut off, whoever is asked has an opinion.
            let isProbed = isSevered || random.once(in: 2)
            group.cluster.change(name) { $0.hasReadinessProbe = isProbed }
        }
        group.applications[pod.id] = SimulatedApplication(id: pod.id, node: node, servingSince: now)
    }
}
