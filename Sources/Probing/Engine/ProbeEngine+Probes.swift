import FailoverCore
import StandbyConfiguration
import Transport

/// One probe: how it begins, and what becomes of its end.
extension ProbeEngine {
    /// Begins a target's probe; it has none on its way.
    func begin(_ number: Int) {
        guard let record = table.records[number] else { return }
        var state = table.states[number]
        state.probeCount += 1
        state.startedAt = Self.now
        if record.check != nil { state.flight = .check }
        if record.trail != nil { record.trail = nil }
        table.states[number] = state
        if let check = record.check {
            loop.begin(check, isLast: state.probeCount % HTTPProbe.renewal == 0)
        } else if case .exec(let probe) = record.target.probe.handler {
            run(probe, record.target, number)
        } else {
            ended(number, ProbeOutcome(verdict: .noResult, detail: record.target.missingPort))
        }
    }

    /// What the loop asks a target; nil: it is probed by a command, or its port is not known.
    func question(of target: ProbeTarget) -> Check.Question? {
        if case .tcpSocket(let probe) = target.probe.handler, let address = probe.address(for: target) {
            return .connection(address, timeout: target.probe.timing.timeout)
        }
        guard let probe = target.probe.handler.exchange, let request = probe.request(for: target) else { return nil }
        return .exchange(templates.template(for: request, of: probe), url: request.url)
    }

    /// What the loop's checks have come to in this turn.
    func happened(_ events: [Check.Event]) {
        noteTime()
        for event in events {
            switch event.kind {
            case .connectionLost: hurry(event.tag)
            case .ended(.success(let response)):
                guard let record = table.records[event.tag], let probe = record.probe else { continue }
                if response.location != nil, isRedirected(event.tag, record, response) { continue }
                ended(event.tag, probe.outcome(of: response))
            case .ended(.failure(let error)):
                noteOwnFault(error)
                ended(event.tag, ProbeOutcome(error))
            }
        }
    }

    private func noteOwnFault(_ error: TransportError) {
        guard error.kind == .localResource, ownFaults.isNews(error.detail, at: Self.now.nanoseconds) else { return }
        onConcern(.ownFault(error.detail))
    }

    /// A kept connection was closed by its peer, who may be dying: asks now, once between two probes on schedule.
    private func hurry(_ number: Int) {
        let state = table.states[number]
        guard table.records[number] != nil, state.flight == .none, !state.wasHurried else { return }
        table.states[number].wasHurried = true
        wheel.clear(number)
        begin(number)
    }

    /// Counts a result, reports what changed by it, and arms the next probe.
    func ended(_ number: Int, _ result: ProbeOutcome) {
        guard let record = table.records[number] else { return }
        var state = table.states[number]
        let isDistrusted = state.startedAt < doubt.distrustedBefore
        let outcome = isDistrusted ? ProbeOutcome(verdict: .noResult, detail: "the supervisor stood still") : result
        count(outcome.verdict)
        let now = Self.now
        metrics.ended(record.target.probe.handler, outcome.verdict, after: now.since(state.startedAt))
        noteResult(state, record, outcome.verdict, now)
        let change = state.tracker.probeFinished(
            outcome.verdict,
            because: outcome.detail,
            from: state.startedAt,
            at: now,
            isPassive: record.target.role != .active
        )
        state.flight = .none
        state.due = state.pace.next(after: state.due, isCounting: state.tracker.isCounting, now: now.nanoseconds)
        // A probe that began before it was asked for says nothing of the time since.
        let isAnswer = record.awaitedSince.map { $0 <= state.startedAt } ?? true
        if !isAnswer { state.due = now.nanoseconds }
        table.states[number] = state
        let isRepetition = change == nil && record.lastOutcome?.isSameKind(as: outcome) ?? false
        if !isRepetition || record.awaitedSince != nil || record.isReportDue {
            record.lastOutcome = outcome
            record.isReportDue = false
            report(number, outcome, isChange: change != nil, isRepetition: isRepetition)
        }
        if isAnswer { record.awaitedSince = nil }
        arm(number)
    }

    private func count(_ verdict: ProbeVerdict) {
        switch verdict {
        case .success: statistics.successes += 1
        case .failure: statistics.failures += 1
        case .noResult: statistics.withoutResult += 1
        }
    }

    /// Where each probe of a group stands, by pod.
    package func progress(of group: String) -> [String: ProbeProgress] {
        let progress = table.numbers(of: group).values.compactMap { number -> (String, ProbeProgress)? in
            guard let record = table.records[number] else { return nil }
            let state = table.states[number]
            let progress = ProbeProgress(sequence: state.endedCount, due: state.due, tracker: state.tracker)
            return (record.target.pod, progress)
        }
        return Dictionary(progress) { first, _ in first }
    }
}
