/// While a switch is on its way.
extension GroupStateMachine {
    /// The record announces a move of this machine, as the answer to its write or a read after that shows.
    mutating func announced(_ progress: RoleSwitch, by stored: StoredRecord, at now: MonotonicTime) -> [Effect] {
        let answers = situation(at: now).answers(toldBy: stored.record)
        known.wrote(stored, at: now)
        outstanding.doubtful = nil
        outstanding.announced(progress, at: now)
        // The intent may have waited for the writes of other groups.
        return answers + (run.hasListed ? membersConfirmed(progress, at: now) : outstanding.list(for: progress))
    }

    /// The intent is written, and the members are known as they are now.
    ///
    /// What was decided on older knowledge is decided again under the record that the intent replaced; a move that has
    /// lost its ground is taken back on the Lease before any pod is written.
    mutating func membersConfirmed(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        let situation = situation(at: now)
        if situation.isSuperseded(progress) { return stepBack() }
        if progress.isUnannounced, !isStillDecided(progress, at: now) { return settle(at: now) }
        if !progress.isUnannounced, let step = situation.stepInstead(of: progress) { return take(step, at: now) }
        var progress = progress
        progress.beginWriting()
        return advance(progress, at: now)
    }

    /// Goes on with a switch as far as the acknowledged writes allow.
    mutating func advance(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        guard progress.isWriting else { return [] }
        if progress.isUnannounced { return advanceUnannounced(progress, at: now) }
        let situation = situation(at: now)
        if progress.isSuperseded { return stepBack() }
        if let step = situation.stepForItsTarget(of: progress) { return take(step, at: now) }
        if progress.isWithdrawable, progress.wasHeldUp || now.since(progress.startedAt) > situation.patience {
            known.takeObserved(at: now)
            let situation = self.situation(at: now)
            if let step = situation.request(beside: progress) ?? situation.stepInstead(of: progress) {
                return take(step, at: now)
            }
        }
        return goOn(with: progress, at: now)
    }

    private mutating func goOn(with progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        oweHooks(of: progress)
        let (progress, effects) = outstanding.advance(progress, in: self.situation(at: now))
        known.asked(effects, at: now)
        // A member may have shown a higher epoch before anything was written on it.
        if progress.isSuperseded { return effects + stepBack() }
        outstanding.goOn(with: progress)
        if progress.isComplete { return effects + known.completed(progress, at: now) + settle(at: now) }
        return effects + wait(for: progress, at: now)
    }

    // MARK: Without an announcement

    /// A switch that was just begun without one goes on at once, if the members are known.
    mutating func beginUnannounced(at now: MonotonicTime) -> [Effect] {
        guard case .switching(let progress) = phase, progress.isUnannounced, progress.isWriting else { return [] }
        return goOn(with: progress, at: now)
    }

    /// Goes on with a switch that no record announces: as long as no slice shows it, it is dropped without a trace.
    private mutating func advanceUnannounced(_ progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        if progress.isSuperseded { return stepBack() }
        var progress = progress
        if let record = progress.recordOfWhatIsShown() {
            known.awaitsNoProbes()
            known.madeUnannounced(record, at: now)
            outstanding.goOn(with: progress)
            return advance(progress, at: now)
        }
        if progress.isAtRest {
            if situation(at: now).isSuperseded(progress) { return stepBack() }
            if !isStillRight(progress, at: now) { return settle(at: now) }
        }
        return goOn(with: progress, at: now)
    }

    // MARK: Obstacles

    /// A switch waits for a pod that cannot be written: it is withdrawn, another request is taken, or that is reported.
    private mutating func wait(for progress: RoleSwitch, at now: MonotonicTime) -> [Effect] {
        if let passage = progress.gate { return waitForProof(passage, of: progress, at: now) }
        guard let obstacle = progress.obstacle else { return [] }
        if situation(at: now).mayWithdraw(progress) {
            known.withdrewVoluntaryMove(to: progress.move.target, because: obstacle.member, at: now)
            let (report, answer) = progress.withdrawn(because: obstacle)
            return [report] + take(situation(at: now).withdrawal(of: progress, answer: answer), at: now)
        }
        known.takeObserved(at: now)
        if let step = situation(at: now).request(beside: progress) { return take(step, at: now) }
        var progress = progress
        let effects = progress.reportObstacle()
        outstanding.goOn(with: progress)
        return effects + outstanding.wake(at: situation(at: now).nextEndOfPatience(of: progress))
    }
}

/// Announcements of which it is not known whether they were carried out.
extension Outstanding {
    /// The announcement of a move was sent, and not acknowledged.
    ///
    /// `ground`: the record that it was to replace; nil: there is none.
    mutating func doubt(_ progress: RoleSwitch, as attempt: RecordAttempt, over ground: StoredRecord?) {
        var intents = doubtful.flatMap { $0.replace(ground) ? $0 : nil } ?? DoubtfulIntents(over: ground)
        intents.add(progress, as: attempt)
        doubtful = intents
    }

    /// The move of this machine that a record announces which was read; nil: it does not.
    ///
    /// `known`: the record that was known before: where that is another than such a move was to replace, it was decided about since.
    mutating func takeAnnounced(by read: StoredRecord, over known: StoredRecord?) -> RoleSwitch? {
        guard let intents = doubtful, intents.replace(known) else {
            doubtful = nil
            return nil
        }
        // As long as the record is the old one, they may still land.
        if !intents.replace(read) { doubtful = nil }
        return intents.move(announcedBy: read)
    }
}

extension GroupKnowledge {
    /// The try to announce a move that an operation is.
    func attempt(_ id: OperationID) -> RecordAttempt { RecordAttempt(machine: mark, number: id.number) }
}
