package import FailoverCore
import StandbyConfiguration
import Transport

/// Probes that somebody waits for, and results that the engine does not believe.
extension ProbeEngine {
    // MARK: On demand

    /// Probes a member now, or after the probe that is on its way; the end of both is reported in any case.
    ///
    /// `since`: a success at or after that time is reported at once.
    /// Nothing is reported of a member that is not known.
    package func probeNow(_ key: ProbeTarget.Key, unlessSucceededSince since: MonotonicTime) {
        guard let number = table.number(of: key), let record = table.records[number] else { return }
        if let success = table.states[number].tracker.evidence.lastSuccess, success >= since {
            let outcome = record.lastOutcome ?? ProbeOutcome(verdict: .success, detail: "it succeeded before")
            return report(number, outcome, isRepetition: true)
        }
        record.awaitedSince = Self.now
        guard table.states[number].flight == .none else { return }
        wheel.clear(number)
        table.states[number].due = EventLoop.now
        begin(number)
    }

    /// Forgets a member's verdict, and counts anew.
    package func forget(_ key: ProbeTarget.Key) {
        guard let number = table.number(of: key), table.states[number].tracker.forget(at: Self.now) != nil else {
            return
        }
        report(number, ProbeOutcome(verdict: .noResult, detail: "it was promoted against its verdict"), isChange: true)
    }

    // MARK: Doubt

    /// The loop's clock, in the core's words.
    static var now: MonotonicTime { MonotonicTime(nanoseconds: EventLoop.now) }

    /// How often the engine looks whether it stood still.
    private static let beatInterval: Duration = .milliseconds(500)

    /// Looks whether the engine stood still, and again after a while.
    func beat() {
        noteTime()
        heartbeat = loop.schedule(at: EventLoop.now + Self.beatInterval.wholeNanoseconds) { [weak self] in
            self?.assumeIsolated { $0.beat() }
        }
    }

    /// Nothing is probed any more.
    func stopBeating() {
        if let heartbeat { loop.cancel(heartbeat) }
        heartbeat = nil
        doubt.rested()
    }

    /// Before any result is believed: whether time passed as it should.
    func noteTime() {
        if let suspension = doubt.beat(now: Self.now, wall: EventLoop.wallTime) { report(suspension) }
    }

    /// Tells the supervisor's doubt of a target's result, before the result itself counts.
    func noteResult(_ state: TargetState, _ record: TargetRecord, _ verdict: ProbeVerdict, _ now: MonotonicTime) {
        let isFailing = state.tracker.evidence.failingSince != nil
        switch verdict {
        case .success:
            if !state.isProven { prove(record.target.id) }
            if isFailing { doubt.stoppedFailing(record.target.id, in: record.target.group) }
        case .failure: if state.isProven, !isFailing { noteBeginning(record.target, now) }
        case .noResult: break
        }
    }

    private func noteBeginning(_ target: ProbeTarget, _ now: MonotonicTime) {
        if let suspension = doubt.beganToFail(
            target.id,
            at: SelfDoubt.Place(group: target.group, node: target.node),
            period: target.probe.timing.period + target.probe.timing.timeout,
            podCount: provenCount,
            now: now
        ) {
            report(suspension)
        }
    }

    private func report(_ suspension: Suspension) {
        onConcern(.doubt(suspension))
        for doubter in doubters.values { doubter(suspension) }
    }
}
