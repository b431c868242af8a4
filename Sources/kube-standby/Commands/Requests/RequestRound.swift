import Foundation
import KubernetesClient
import PlainText
import Supervision

/// A request to one group or to many: each is given its own, a few at a time, and each answer is printed.
struct RequestRound: Sendable {
    /// One group.
    struct Target: Sendable {
        /// Where its Lease is.
        var namespace: String
        /// Its name.
        var group: String
    }

    /// What became of the request to one group.
    private struct Outcome: Encodable, Sendable {
        var namespace: String
        var group: String
        /// Nil: nobody waited for one, or there is none.
        var answer: StoredAnswer?
        /// Nil: it was given, and answered if anybody waited.
        var failure: String?
        var request: StoredRequest
    }

    /// Groups that are asked at once.
    private static let width = 8

    /// Acts for the user.
    let client: APIClient
    /// How answers are printed.
    let output: RequestOutput
    /// How long an answer is waited for; zero: not at all.
    let patience: Duration

    /// Gives the request and prints what becomes of it.
    ///
    /// `isOfMany`: whether groups were selected, not named: then they are named first, and with each answer.
    /// - Throws: exit code 1 if one refused, 2 if one was not reached or did not answer.
    func give(
        _ action: StoredRequest.Action,
        to targets: [Target],
        isOfMany: Bool,
        _ fill: (inout StoredRequest) -> Void
    ) async throws {
        var request = StoredRequest(id: "", action: action)
        request.by = await requester()
        fill(&request)
        if isOfMany, output == .text { announce(action, to: targets) }
        let outcomes = await outcomes(of: request, targets) { print($0, isOfMany: isOfMany) }
        if isOfMany, output == .json { StandardOutput.write(escaped: ValueText.json(["groups": outcomes])) }
        if outcomes.contains(where: { $0.failure != nil }) { throw ExitStatus.unreachable.exitCode }
        if outcomes.contains(where: { $0.answer.map { !$0.isDone } ?? false }) { throw ExitStatus.mistakes.exitCode }
    }

    /// As the API server knows the user; without that right as this machine does.
    private func requester() async -> String {
        if let name = try? await client.whoAmI(), !name.isEmpty { return name }
        return "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
    }

    private func announce(_ action: StoredRequest.Action, to targets: [Target]) {
        let names = targets.map { PrintableText.line("\($0.namespace)/\($0.group)") }.joined(separator: ", ")
        StandardOutput.print(targets.isEmpty ? "no groups found" : "\(action.rawValue) of \(targets.count): \(names)")
    }

    private func outcomes(
        of request: StoredRequest,
        _ targets: [Target],
        _ ended: (Outcome) -> Void
    ) async -> [Outcome] {
        await withTaskGroup(of: Outcome.self) { group in
            var waiting = targets[...]
            for target in waiting.prefix(Self.width) { group.addTask { await outcome(of: request, target) } }
            waiting = waiting.dropFirst(Self.width)
            var outcomes: [Outcome] = []
            for await outcome in group {
                ended(outcome)
                outcomes.append(outcome)
                if let target = waiting.popFirst() { group.addTask { await self.outcome(of: request, target) } }
            }
            return outcomes.sorted { ($0.namespace, $0.group) < ($1.namespace, $1.group) }
        }
    }

    private func outcome(of request: StoredRequest, _ target: Target) async -> Outcome {
        var request = request
        request.id = UUID().uuidString.lowercased()
        request.at = MicroTime(Date())
        var outcome = Outcome(namespace: target.namespace, group: target.group, request: request)
        let lease = GroupLease(client: client, group: target.group, namespace: target.namespace)
        do throws(GroupLease.Failure) {
            outcome.answer = try await lease.give(request, patience: patience) { try? await Interruption.wait() }
        } catch {
            outcome.failure = "\(error)"
        }
        return outcome
    }

    private func print(_ outcome: Outcome, isOfMany: Bool) {
        if isOfMany, output == .json { return }
        let name = isOfMany ? "\(outcome.namespace)/\(outcome.group)" : outcome.group
        if let failure = outcome.failure {
            StandardError.print(isOfMany ? "\(name): \(failure)" : failure)
        } else if let answer = outcome.answer {
            output.print(answer, of: name)
        } else {
            output.print(outcome.request, of: name)
        }
    }
}
