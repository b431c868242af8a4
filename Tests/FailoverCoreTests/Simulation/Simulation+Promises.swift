@testable import FailoverCore

/// What the record says, held against what is true.
extension Simulation {
    // MARK: What is true

    /// Whether somebody is active may have changed.
    mutating func noteService(of index: Int) {
        let active = groups[index].members.first { $0.role == .active && $0.lifecycle != .finished }
        if let active {
            // What comes later under the same epoch is no part of its move, which may have had no gap.
            if let epoch = active.epoch, groups[index].promises.ended.insert(epoch).inserted,
                let since = groups[index].unservedSince, !groups[index].promises.isGapOfTwo
            {
                groups[index].promises.gaps[epoch] = (since, now)
            }
            groups[index].unservedSince = nil
            groups[index].promises.isGapOfTwo = false
            groups[index].promises.firstEpoch = groups[index].promises.firstEpoch ?? active.epoch ?? Epoch(0)
        } else if groups[index].promises.firstEpoch != nil {
            let ended = groups[index].members.first { $0.role == .active }?.epoch
            if groups[index].unservedSince != nil, let ended, groups[index].promises.ended.insert(ended).inserted {
                groups[index].promises.isGapOfTwo = true
            }
            groups[index].unservedSince = groups[index].unservedSince ?? now
        }
    }

    /// A write has made a pod active: a request moves the role once, and not after it was refused.
    ///
    /// A promotion is repeated in its switch if its answer was lost and somebody took the label away meanwhile.
    mutating func notePromotion(of pod: Member, at epoch: Epoch, in index: Int) {
        guard let request = groups[index].promises.requests[epoch] else { return }
        let isRepeated = !groups[index].promises.promotedAt.insert(epoch).inserted
        // Of one that was replaced before anybody saw it active nothing shows that the request was carried out.
        let isShown = groups[index].promises.promotedPods[request].map { groups[index].pod($0) != nil } ?? false
        if let other = groups[index].promises.promoted[request], isShown, other != pod.name || !isRepeated {
            fail("group \(index): request \(request) moved the role to \(other) and to \(pod.name)")
        }
        if groups[index].promises.answers[request] == .refused {
            fail("group \(index): request \(request) was refused, and moved the role to \(pod.name)")
        }
        checkDue(request, in: index)
        groups[index].promises.promoted[request] = pod.name
        groups[index].promises.promotedPods[request] = pod.id
    }

    // MARK: What is said of it

    /// A record was written.
    mutating func checkRecord(_ record: GroupRecord, of index: Int) {
        if let last = record.history.last, let request = last.request {
            groups[index].promises.requests[last.epoch] = request
        }
        for answer in record.answers where groups[index].promises.answers[answer.id] == nil {
            groups[index].promises.answers[answer.id] = answer.outcome
            check(answer, in: index)
        }
        for move in record.history where move.gap != nil { check(move, in: index) }
    }

    private mutating func check(_ answer: RequestAnswer, in index: Int) {
        let promoted = groups[index].promises.promoted[answer.id]
        switch answer.outcome {
        case .refused:
            guard let promoted else { return }
            fail("group \(index): request \(answer.id) is said to be refused, but moved the role to \(promoted)")
        case .done:
            // What somebody labels by hand needs no promotion.
            if let hand = groups[index].lastLabel, now < hand + 60 * Self.second { return }
            guard let target = answer.move?.target, target != promoted else { return }
            // Another supervisor may have moved the role there for another reason meanwhile.
            if groups[index].actives.contains(where: { $0.name == target }) { return }
            fail("group \(index): request \(answer.id) is said to have moved the role to \(target), but did not")
        }
    }

    private mutating func check(_ move: MoveEntry, in index: Int) {
        let promises = groups[index].promises
        // The first promotion, too, has a gap if somebody took the label away before its answer was known.
        if move.epoch == promises.firstEpoch, !promises.isRenamed, !promises.ended.contains(move.epoch) {
            return fail("group \(index): a gap is reported, but nobody was active before")
        }
        guard let gap = move.gap, let (start, end) = groups[index].promises.gaps.removeValue(forKey: move.epoch) else {
            return
        }
        let disturbed = max(lastLoss, outageUntil, slowUntil, silentUntil, throttledUntil)
        guard start > disturbed + Self.second else { return }
        // Whoever labels another while a proof is waited for divides the gap.
        if isGated, let hand = groups[index].lastHand, hand >= start { return }
        let (told, real) = (gap.wholeNanoseconds, end - start)
        if max(told, real) - min(told, real) > Self.accuracy {
            fail("group \(index): a gap of \(told / 1_000_000) ms is reported, it was one of \(real / 1_000_000) ms")
        }
    }

    /// What the informers and the answers are late at most.
    private static let accuracy = 150_000_000 as UInt64

    // MARK: What is to be done about it

    /// Whether the active application is of no use although a supervisor that sees and may write could have moved the role.
    mutating func watchDeadActive(_ index: Int) {
        let group = groups[index]
        guard group.actives.count == 1, let active = group.actives.first, isDead(active, in: group), isAvoidable(group),
            mayMove(from: active, in: index)
        else {
            groups[index].deadSince = nil
            return
        }
        guard let since = group.deadSince else {
            groups[index].deadSince = now
            return
        }
        let patience = group.policy.delay.wholeNanoseconds + group.policy.activation.wholeNanoseconds
        if now > since + 3 * group.timing.verdictWindow + patience + 3 * Self.deadline {
            let length = (now - since) / 1_000_000
            fail("group \(index): \(active.id) is active and of no use for \(length) ms without need")
        }
    }

    private func isDead(_ pod: Member, in group: SimulatedGroup) -> Bool {
        guard let application = group.applications[pod.id] else { return false }
        return isBad(application) && now > application.muteUntil
    }

    /// Whether no rule holds the role where it is.
    func mayMove(from active: Member, in index: Int) -> Bool {
        let group = groups[index]
        if group.denies(active) || isKnownToWait(index) { return false }
        if processes.contains(where: { time < $0?.doubt.suspension?.until ?? time }) { return false }
        let flap = group.policy.flap
        if flap.maxMoves == 0 { return true }
        let memory = max(flap.window, flap.hold).wholeNanoseconds + 10 * Self.second
        // A clock that jumps makes old moves look young.
        return faults[.clockJump] == nil && group.flaps.count { now < $0 + memory } < flap.maxMoves
    }
}
