import PlainText
import Supervision

extension RequestRound {
    /// What was taken back in one group.
    private struct Outcome: Encodable {
        var namespace: String
        var group: String
        /// Nil: nothing waited, or what cannot be read.
        var takenBack: StoredRequest?
        /// Nil: it was done.
        var failure: String?
    }

    /// Takes back the requests that wait for their time, and prints what they were.
    ///
    /// `isOfMany`: whether groups were selected, not named: those in which nothing waits are then left out.
    /// - Throws: exit code 1 if nothing waited, 2 if a group was not reached.
    func cancel(in targets: [Target], isOfMany: Bool) async throws {
        var outcomes: [Outcome] = []
        for target in targets {
            let name = isOfMany ? "\(target.namespace)/\(target.group)" : target.group
            var outcome = Outcome(namespace: target.namespace, group: target.group)
            let lease = GroupLease(client: client, group: target.group, namespace: target.namespace)
            do throws(GroupLease.Failure) {
                guard case .takenBack(let request) = try await lease.cancel() else { continue }
                outcome.takenBack = request
                let words = request?.summary ?? "a request that cannot be read"
                if output == .text { StandardOutput.print("\(name): taken back: \(PrintableText.line(words))") }
            } catch {
                outcome.failure = "\(error)"
                StandardError.print(isOfMany ? "\(name): \(error)" : "\(error)")
            }
            outcomes.append(outcome)
        }
        if output == .json { StandardOutput.write(escaped: ValueText.json(["groups": outcomes])) }
        if outcomes.contains(where: { $0.failure != nil }) { throw ExitStatus.unreachable.exitCode }
        if outcomes.isEmpty {
            StandardError.print("no switchover waits for its time")
            throw ExitStatus.mistakes.exitCode
        }
    }
}
