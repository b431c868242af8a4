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
    package func probeNow(_ id: Member.ID, unlessSucceededSince since: MonotonicTime) -> Answer<ProbeEnd> {
        let answer = Answer<ProbeEnd>()
        guard let state = states[id] else {
            answer.send(ProbeEnd(verdict: .noResult, at: Self.now))
            return answer
        }
        if let success = state.succeededAt, success >= since {
            answer.send(ProbeEnd(verdict: .success, at: success))
            return answer
        }
        states[id]?.waiters.append(answer)
        guard case .none = state.flight else { return answer }
        if let timer = state.timer { loop.cancel(timer) }
        states[id]?.due = EventLoop.now
        probeDue(id)
        return answer
    }

    /// Forgets what a member's probes have told, and counts anew.
    package func forget(_ id: Member.ID) {
        guard states[id]?.tracker.forget() != nil else { return }
        report(id, ProbeOutcome(verdict: .noResult, detail: "it was promoted against its verdict"), isChange: true)
    }

    // MARK: Doubt

    static var now: MonotonicTime { MonotonicTime(nanoseconds: EventLoop.now) }

    /// How often the engine looks whether it stood still.
    private static let beatInterval: Duration = .milliseconds(500)

    func beat() {
        noteTime()
        heartbeat = loop.schedule(at: EventLoop.now + Self.beatInterval.wholeNanoseconds) { [unowned self] in
            assumeIsolated { $0.beat() }
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

    func noteFailing(_ state: TargetState, _ verdict: ProbeVerdict) {
        let id = state.target.id
        switch verdict {
        case .success:
            if state.succeededAt == nil { provenCount += 1 }
            states[id]?.succeededAt = Self.now
            states[id]?.isFailing = false
            doubt.stoppedFailing(id)
        case .failure:
            states[id]?.isFailing = true
            guard state.succeededAt != nil, !state.isFailing else { return }
            let place = SelfDoubt.Place(group: state.target.group, node: state.target.node)
            let period = state.target.probe.timing.period + state.target.probe.timing.timeout
            if let suspension = doubt.beganToFail(
                id,
                at: place,
                period: period,
                targetCount: provenCount,
                now: Self.now
            ) {
                tell(suspension)
            }
        case .noResult: break
        }
    }

    private func tell(_ suspension: Suspension) {
        onDoubt(suspension)
        for doubter in doubters.values { doubter(suspension) }
    }
}
