import FailoverCore
import StandbyConfiguration
import Transport

/// One probe: how it begins, and what becomes of its end.
extension ProbeEngine {
    /// Begins a target's probe; it has none on its way.
    func begin(_ number: Int) {
        guard let record = table.records[number] else { return }
        table.states[number].probeCount += 1
        table.states[number].startedAt = Self.now
        if let check = record.check {
            table.states[number].flight = .check
            loop.begin(check, isLast: table.states[number].probeCount % HTTPProbe.renewal == 0)
        } else if case .exec(let probe) = record.target.probe.handler {
            run(probe, record.target, number)
        } else {
            let detail = "no container has the port that the probe names"
            ended(number, ProbeOutcome(verdict: .noResult, detail: detail))
        }
    }

    /// What the loop's checks have come to in this turn.
    func happened(_ events: [CheckEvent]) {
        noteTime()
        for event in events {
            switch event.kind {
            case .connectionLost: hurry(event.tag)
            case .ended(.success(let response)):
                guard let probe = table.records[event.tag]?.probe else { continue }
                ended(event.tag, probe.outcome(of: response))
            case .ended(.failure(let error)): ended(event.tag, ProbeOutcome(error))
            }
        }
    }

    /// A kept connection was closed by its peer, who may be dying: asks now, once between two probes on schedule.
    private func hurry(_ number: Int) {
        let state = table.states[number]
        guard table.records[number] != nil, state.flight == .none, !state.wasHurried else { return }
        table.states[number].wasHurried = true
        wheel.clear(number)
        begin(number)
    }

    func ended(_ number: Int, _ result: ProbeOutcome) {
        guard let record = table.records[number] else { return }
        let startedAt = table.states[number].startedAt
        let isDistrusted = startedAt < doubt.distrustedBefore
        let outcome = isDistrusted ? ProbeOutcome(verdict: .noResult, detail: "the supervisor stood still") : result
        count(outcome.verdict)
        noteFailing(number, record.target, outcome.verdict)
        let change = table.states[number].tracker.probeFinished(outcome.verdict)
        table.states[number].flight = .none
        if change != nil || record.lastOutcome != outcome {
            record.lastOutcome = outcome
            report(number, outcome, isChange: change != nil)
        }
        table.states[number].due = ProbeSchedule.next(
            after: table.states[number].due,
            isCounting: table.states[number].tracker.isCounting,
            timing: record.target.probe.timing,
            now: EventLoop.now
        )
        arm(number)
        answer(record, ProbeEnd(verdict: outcome.verdict, at: outcome.verdict == .success ? Self.now : startedAt))
    }

    private func count(_ verdict: ProbeVerdict) {
        switch verdict {
        case .success: statistics.successes += 1
        case .failure: statistics.failures += 1
        case .noResult: statistics.withoutResult += 1
        }
    }

    private func answer(_ record: TargetRecord, _ end: ProbeEnd) {
        guard !record.waiters.isEmpty else { return }
        for waiter in record.waiters { waiter.send(end) }
        record.waiters = []
    }
}
