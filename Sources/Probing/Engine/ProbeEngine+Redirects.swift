import Coordination
import FailoverCore
import StandbyConfiguration
import Transport

/// Probes that are sent elsewhere.
extension ProbeEngine {
    /// Goes where a redirect leads, within what is left of the probe's time.
    ///
    /// - Returns: whether the answer is dealt with; if not, it is the probe's last.
    func isRedirected(_ number: Int, _ record: TargetRecord, _ response: HTTPResponse) -> Bool {
        guard let probe = record.probe as? HTTPProbe, let first = probe.request(for: record.target) else {
            return false
        }
        var trail = record.trail?.wrappedValue ?? RedirectTrail(first)
        switch trail.answered(response) {
        case .answered: return false
        case .endless: ended(number, ProbeOutcome(.failure, .endlessRedirects))
        case .ask(let request):
            record.trail = Boxed(wrappedValue: trail)
            let spent = Self.now.nanoseconds - table.states[number].startedAt.nanoseconds
            let limit = record.target.probe.timing.timeout.wholeNanoseconds
            guard spent < limit else {
                ended(number, ProbeOutcome(TransportError(.timedOut, "after a redirect")))
                return true
            }
            let check = hop(trail.requestCount - 2, request, probe, record, number)
            check.timeout = .nanoseconds(Int64(limit - spent))
            loop.begin(check)
        }
        return true
    }

    /// The check for a redirect, from the last probe if it led to the same place.
    private func hop(
        _ index: Int,
        _ request: HTTPRequest,
        _ probe: HTTPProbe,
        _ record: TargetRecord,
        _ number: Int
    ) -> Check {
        let question = Check.Question.exchange(templates.template(for: request, of: probe), url: request.url)
        if index < record.hops.count, record.hops[index].question.isSame(as: question) { return record.hops[index] }
        for check in record.hops.dropFirst(index) { loop.retire(check) }
        record.hops.removeSubrange(min(index, record.hops.count)...)
        let check = Check(question, tag: number)
        record.hops.append(check)
        return check
    }

    /// Forgets where redirects led.
    func retireHops(of record: TargetRecord) {
        for check in record.hops { loop.retire(check) }
        record.hops = []
        record.trail = nil
    }
}
