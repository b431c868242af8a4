import Coordination
import FailoverCore
import KubernetesClient
import Transport

/// Questions and answers on the Lease: each writes what the other may write at the same moment, and nothing but its own.
extension KubernetesGroupAPI {
    /// Attempts beside others who write the Lease; each of fifteen standbys may be faster once.
    private static let attempts = 16
    /// Failures after which an attempt is the last; conflicts are none.
    private static let mostFailures = 5
    /// Waits after failures.
    private static let backoff = Backoff(cap: .seconds(2))

    /// Puts a question on the Lease; gives up if another supervisor has acted meanwhile.
    func ask(_ question: StoredOpinions.Question) async {
        guard let asked = lease?.spec else { return }
        self.asked = question.id
        await change { lease in
            // Who holds the record at which epoch: else the group is decided about anew.
            guard lease.spec?.leaseTransitions == asked.leaseTransitions,
                lease.spec?.holderIdentity == asked.holderIdentity
            else { return nil }
            return StoredOpinions.ask(question, on: lease)
        } by: { [self] lease in
            guard await self.asked == question.id else { return .superseded }
            return await write(.failing, of: .record) { [self] timeout in await put(lease, timeout: timeout) }
        }
    }

    /// Puts this replica's answer on the Lease, which needs no lead; nothing else of the Lease changes.
    func answer(_ answer: StoredOpinions.Answer, of name: String) async -> Bool {
        await change {
            StoredOpinions.answer(answer, of: name, on: $0)
        } by: { [self, limits, importance] lease in
            await limits.writes.write(.failing, importance: importance) { [self] in
                await put(lease, timeout: APIClient.requestTimeout)
            }
        }
    }

    /// The Lease as it is stored now, if it differs in opinions at most from one that could not be replaced; else nil.
    ///
    /// Where nobody is asked, nobody answers, and it is not read for that.
    func unchanged(since base: Lease, asking question: String?) async -> Lease? {
        guard question != nil || StoredOpinions(base).question != nil, let found = await fetch(),
            StoredOpinions.isSame(found, base)
        else { return nil }
        return found
    }

    /// Writes the record over a Lease that differs in opinions only from `base`, which could not be replaced.
    func writeAgain(
        _ record: GroupRecord,
        over base: Lease,
        asking question: String?,
        _ urgency: WriteUrgency,
        isWanted: @escaping @Sendable () async -> Bool
    ) async -> RecordWriteOutcome {
        var base = base
        for _ in 1..<SecondOpinion.mostReplicas {
            guard let found = await unchanged(since: base, asking: question) else { break }
            base = found
            let outcome = await write(record, over: base, asking: question, urgency, isWanted: isWanted)
            if outcome != .conflict { return outcome }
        }
        return .conflict
    }

    /// How one attempt ended.
    private enum Attempt: Sendable {
        case stored
        /// Something else is asked by now.
        case superseded
        case conflict
        case failed
    }

    /// Changes the Lease beside others; `next`: nil: there is nothing to change any more.
    ///
    /// - Returns: false if it is not known whether it was changed, or it was not.
    @discardableResult
    private func change(
        _ next: @Sendable (Lease) -> Lease?,
        by put: @Sendable (Lease) async -> Attempt?
    ) async -> Bool {
        var current = lease
        var failures = 0
        for attempt in 0..<Self.attempts where failures < Self.mostFailures {
            if attempt > 0 { current = await fetch() }
            var hasFailed = attempt > 0
            if let current {
                guard let wanted = next(current) else { return true }
                switch await put(wanted) {
                case .stored, .superseded: return true
                case .conflict: hasFailed = false
                case .failed, nil: hasFailed = true
                }
            }
            var pause = Duration.milliseconds(Int.random(in: 0...10 * (attempt + 1)))
            if hasFailed {
                pause = Self.backoff.delay(attempt: failures, jitter: .random(in: 0...1))
                failures += 1
            }
            guard await clock.sleep(clock.now() + pause) else { return false }
        }
        return false
    }

    private func put(_ lease: Lease, timeout: Duration) async -> (Attempt, WriteWindow.Ending) {
        do throws(KubernetesError) {
            note(try await client.update(lease, namespace: namespace, timeout: timeout))
            return (.stored, .answered)
        } catch {
            return (error.isConflict ? .conflict : .failed, error.ending)
        }
    }

    private func fetch() async -> Lease? {
        guard case .found = await readRecord() else { return nil }
        return lease
    }
}
