import FailoverCore
import KubernetesClient

/// When a group's writes are sent, and how long they may take.
extension KubernetesGroupAPI {
    /// A write's turn among those of all groups; nil: it has to wait, and `called` is given it once it comes.
    func turn(
        _ urgency: WriteUrgency,
        of target: WriteTarget,
        orCall called: @escaping WriteScheduler.Call
    ) async -> WriteScheduler.Turn? {
        await limits.writes.turn(urgency, importance: importance, by: way(of: target), orCall: called)
    }

    /// Writes when it is its turn, for no longer than this supervisor may; nil: nothing was sent.
    func write<Outcome: Sendable>(
        _ urgency: WriteUrgency,
        of target: WriteTarget,
        in turn: WriteScheduler.Turn? = nil,
        isWanted: @escaping @Sendable () async -> Bool = { true },
        _ request: @escaping @Sendable (_ timeout: Duration) async -> (Outcome, WriteWindow.Ending)
    ) async -> Outcome? {
        let way = way(of: target)
        return await limits.writes.write(urgency, importance: importance, by: way, in: turn, isWanted: isWanted) {
            [self] in await send(target, request)
        }
    }

    private func way(of target: WriteTarget) -> WriteScheduler.Way {
        let tries = patience.tries(target, at: clock.now())
        return tries == 0 ? .window : .retry(namespace: namespace, tries: tries)
    }

    private func send<Outcome: Sendable>(
        _ target: WriteTarget,
        _ request: @escaping @Sendable (_ timeout: Duration) async -> (Outcome, WriteWindow.Ending)
    ) async -> (Outcome?, WriteWindow.Ending?) {
        let begin = clock.now()
        let longest = patience.time(target, at: begin)
        guard let left = gate.timeout(at: begin, longest: longest) else { return (nil, nil) }
        var answer: (outcome: Outcome, ending: WriteWindow.Ending)
        if target.mayOutlastLead, left < longest, longest > APIClient.requestTimeout {
            // The lead will most likely be renewed meanwhile: what needs longer than that would never be done.
            let waited = await gate.whileOpen(clock) { await request(longest) }
            answer = waited.0
            if waited.isCut { answer.ending = .unanswered }
        } else {
            answer = await request(left)
        }
        let end = clock.now()
        patience.ended(target, answer.ending, after: end.since(begin), at: end)
        return answer
    }
}
