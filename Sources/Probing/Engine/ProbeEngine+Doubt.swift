package import FailoverCore
import StandbyConfiguration
package import Transport

/// Probes that somebody waits for, and results that the engine does not believe.
extension ProbeEngine {
    // MARK: On demand

    /// Probes a member now, or hears how the probe ends that is on its way.
    ///
    /// `since`: a success at or after that time is answer enough.
    /// The answer is `noResult` if the member is not known.
    package func probeNow(_ key: ProbeTarget.Key, unlessSucceededSince since: MonotonicTime) -> Answer<ProbeEnd> {
        let answer = Answer<ProbeEnd>()
        guard let number = table.number(of: key), let record = table.records[number] else {
            answer.send(ProbeEnd(verdict: .noResult, at: Self.now))
            return answer
        }
        if let success = table.states[number].succeededAt, success >= since {
            answer.send(ProbeEnd(verdict: .success, at: success))
            return answer
        }
        record.waiters.append(answer)
        guard table.states[number].flight == .none else { return answer }
        wheel.clear(number)
        table.states[number].due = EventLoop.now
        begin(number)
        return answer
    }

    /// Forgets what a member's probes have told, and counts anew.
    package func forget(_ key: ProbeTarget.Key) {
        guard let number = table.number(of: key), table.states[number].tracker.forget() != nil else { return }
        report(number, ProbeOutcome(verdict: .noResult, detail: "it was promoted against its verdict"), isChange: true)
    }

    // MARK: Doubt

    static var now: MonotonicTime { MonotonicTime(nanoseconds: EventLoop.now) }

    /// How often the engine looks whether it stood still.
    private static let beatInterval: Duration = .milliseconds(500)

    func beat() {
        noteTime()
        heartbeat = loop.schedule(at: EventLoop.now + Self.beatInterval.wholeNanoseconds) { [weak self] in
            self?.assumeIsolated { $0.beat() }
        }
    }

    func stopBeating() {
        if let heartbeat { loop.cancel(heartbeat) }
        heartbeat = nil
        doubt.rested()
    }

    /// Before any result is believed: whether time passed as it should.
    func noteTime() {
        if let suspension = doubt.beat(now: Self.now, wall: EventLoop.wallTime) { tell(suspension) }
    }

    func noteFailing(_ state: inout TargetState, _ record: TargetRecord, _ verdict: ProbeVerdict, _ now: MonotonicTime)
    {
        switch verdict {
        case .success:
            if state.succeededAt == nil { prove(record.target.id) }
            state.succeededAt = now
            if state.isFailing { doubt.stoppedFailing(record.target.id, in: record.target.group) }
            state.isFailing = false
        case .failure:
            let began = state.succeededAt != nil && !state.isFailing
            state.isFailing = true
            if began { noteBeginning(record.target, now) }
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
            tell(suspension)
        }
    }

    private func tell(_ suspension: Suspension) {
        onConcern(.doubt(suspension))
        for doubter in doubters.values { doubter(suspension) }
    }
}
