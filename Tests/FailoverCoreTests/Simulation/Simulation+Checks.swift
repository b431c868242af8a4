@testable import FailoverCore

/// What must never be.
extension Simulation {
    /// A write has made a pod active.
    mutating func checkPromotion(of target: Member, in index: Int) {
        let group = groups[index]
        for pod in group.pods { checkHooks(before: target, of: pod, in: index) }
        // Where the Service does not select it, it is no endpoint.
        if group.absent.contains(target.id) { return }
        let other = group.actives.first { $0.id != target.id && !group.activeByHand.contains($0.id) }
        if let other, group.policy.order == .demoteFirst {
            return fail("group \(index): \(target.id) and \(other.id) are active together")
        }
        checkNeed(of: target, in: index)
    }

    /// Whether the role may leave whoever had it, by what is true and not by what anybody thinks.
    ///
    /// `active`: whom the same write takes it from; nil: nobody.
    mutating func checkNeed(of target: Member, in index: Int, instead active: Member? = nil) {
        let group = groups[index]
        let previous = active?.id ?? group.actives.first { $0.id != target.id }?.id ?? group.lastActive?.id
        guard let previous, previous != target.id, let pod = group.pod(previous),
            let application = group.applications[previous]
        else { return }
        if group.absent.contains(previous) || !pod.isProbeable { return }
        if pod.lifecycle != .running || !pod.hasAddress || group.fenced.contains(pod.name) { return }
        if let followed = follows[index], now < followed + 60 * Self.second { return }
        if group.policy.preemption != nil, target.priority > pod.priority { return }
        var patience =
            2 * group.timing.verdictWindow + group.policy.delay.wholeNanoseconds + 4 * Self.deadline
        // A switch that has begun goes on when the API server can be asked again.
        if now < max(throttledUntil, outageUntil, slowUntil) + 45 * Self.second { patience += 60 * Self.second }
        if let hand = group.lastHand, now < hand + 60 * Self.second { return }
        if lastMove(of: group)?.request != nil { return }
        // Whoever asks for DemoteActive is taken at his word by a supervisor that reaches nobody of the group.
        if group.policy.whenNoneHealthy == .demoteActive, let lastBlind, now < lastBlind + 60 * Self.second { return }
        if now < flickers { return }
        // While nobody is active the role left when it was taken, and whoever finishes that may come late.
        let leftAt = group.actives.contains { $0.id == previous } ? now : group.lastActive?.until ?? now
        if isBad(application) || application.lastBad.map({ leftAt < $0 + patience }) ?? false { return }
        if leftAt < application.muteUntil + patience, application.muteUntil > 0 { return }
        // Probes that give no result do not take back what they said of an application that was not warm yet.
        if let lastResultless, now < lastResultless + patience, application.coldUntil > 0 { return }
        // Whoever was refused remembers that for a while.
        if let denied = application.lastDenied, leftAt < denied + 60 * Self.second { return }
        if group.policy.notReadyLimit != nil {
            if !pod.isReady || application.lastNotReady.map({ leftAt < $0 + patience }) ?? false { return }
        }
        if group.policy.onNodeDrain != .ignore, leftAt < cordons[application.node] + 60 * Self.second { return }
        if isExcused(leaving: pod, application, in: group, at: leftAt) { return }
        fail(
            "group \(index): a needless move from \(previous) to \(target.id): \(lastMove(of: group)?.cause.description ?? "")"
        )
    }

    func isBad(_ application: SimulatedApplication) -> Bool {
        application.behaviour != .serving || now < nodes[application.node]
    }

    /// What moved the role last, as the record says or, where a slice announces it, that.
    private func lastMove(of group: SimulatedGroup) -> MoveEntry? {
        let (record, slices) = (group.cluster.lease?.record, group.cluster.slices)
        guard let cause = slices.cause, let epoch = slices.epoch, epoch > record?.epoch ?? Epoch(0) else {
            return record?.history.last
        }
        return MoveEntry(epoch: epoch, from: [], target: nil, cause: cause)
    }

    /// The role has moved.
    mutating func countMove(in index: Int) {
        groups[index].moves += 1
        checkRollout(index)
        guard let move = lastMove(of: groups[index]), move.cause.countsAsFlapping else { return }
        let flap = groups[index].policy.flap
        groups[index].flaps.append(move.startedAt.map { UInt64(max(0, $0)) * 1000 } ?? now)
        // A clock that jumps makes old moves look young, or young ones old, to a process that starts.
        guard flap.maxMoves > 0, faults[.clockJump] == nil, faults[.lostRecord] == nil else { return }
        let recent = groups[index].flaps.filter { now < $0 + flap.window.wholeNanoseconds }
        // A dead or vanished pod is replaced in any case; only moves that could have been held are bounded.
        if recent.count > flap.maxMoves, move.cause == .activeUnhealthy || move.cause == .preempted {
            fail("group \(index): \(recent.count) moves within \(flap.window), allowed are \(flap.maxMoves)")
        }
    }

    /// Whether nobody is active although a supervisor that sees and may write could have changed that.
    mutating func watchOutage(_ index: Int) {
        let group = groups[index]
        guard group.actives.isEmpty, isAvoidable(group), !isKnownToWait(index) else {
            groups[index].avoidableSince = nil
            return
        }
        guard let since = group.avoidableSince else {
            groups[index].avoidableSince = now
            return
        }
        let proof = 2 * (group.policy.promotionGate?.wait.wholeNanoseconds ?? 0)
        let hooks = group.policy.hooks.requiredOnDemote == nil ? 0 : 30 * Self.second
        let bound = 2 * group.timing.verdictWindow + 3 * Self.deadline + proof + hooks
        if now > since + bound {
            fail("group \(index): nobody is active for \((now - since) / 1_000_000) ms without need")
        }
    }

    /// Whether a supervisor waits for a member that refuses and may be active by somebody's announcement, and says so.
    func isKnownToWait(_ index: Int) -> Bool {
        let group = groups[index]
        let obstacles = processes.compactMap { $0?.obstacles[index] }
        return group.pods.contains { pod in
            guard group.denies(pod), obstacles.contains(pod.id) else { return false }
            let own = pod.epoch ?? Epoch(0)
            let announced = group.cluster.lease?.record.announced
            let isAnnounced = announced.map { known in
                known.since > own || known.entries.contains { $0.target == pod.id && $0.epoch > own }
            }
            // A promotion of unknown outcome may still land.
            let isUnknown = processes.contains { $0?.machines[index].run.mayPromote(pod) ?? false }
            return pod.role == .active || isAnnounced ?? true || isUnknown
        }
    }

    func isAvoidable(_ group: SimulatedGroup) -> Bool {
        if now < max(outageUntil, slowUntil, silentUntil, throttledUntil) || group.isPausedByRequest { return false }
        if asksOpinions, mayBeHeldUp(group) { return false }
        if asksScores, mayBeRefused(group) { return false }
        // Of two supervisors one may reach nobody, and do what DemoteActive asks.
        if group.policy.whenNoneHealthy == .demoteActive, let lastBlind, now < lastBlind + 60 * Self.second {
            return false
        }
        // Repairs are limited to so many a minute.
        if let hand = group.lastHand, now < hand + 60 * Self.second { return false }
        let settled = 2 * Self.second
        let canAct = processes.contains { process in
            guard let process else { return false }
            return now > process.startedAt + settled && now > process.blindUntil + settled
                && now > process.stalledUntil + settled && now > process.resultlessUntil + settled
        }
        return canAct
            && group.members.contains { serves($0, in: group) }
    }

    /// Whether a pod may be chosen, whatever it does.
    func isWanted(_ pod: Member, in group: SimulatedGroup) -> Bool {
        !group.fenced.contains(pod.name) && !pod.isExcluded && pod.priority > 0 && pod.isSelected && pod.isProbeable
    }

    /// Whether a pod could be promoted now and would serve, and everybody had the time to see that.
    func serves(_ pod: Member, in group: SimulatedGroup) -> Bool {
        guard let application = group.applications[pod.id], pod.lifecycle == .running, pod.hasAddress, pod.isReady
        else {
            return false
        }
        return isWanted(pod, in: group) && !isBad(application) && now > application.muteUntil && !group.denies(pod)
            && now > application.servingSince + 2 * group.timing.verdictWindow
    }
}
