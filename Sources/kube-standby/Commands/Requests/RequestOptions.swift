import ArgumentParser
import Foundation
import KubernetesClient
import Logging
import Supervision

/// What all requests to a group have in common.
struct RequestOptions: ParsableArguments {
    @OptionGroup
    /// The group whose Lease is annotated.
    var target: GroupOptions

    @Option(
        help: ArgumentHelp(
            "Seconds to wait for the supervisor's answer; without one the request is taken back.",
            valueName: "seconds"
        )
    )
    var timeout: Double = 60

    func validate() throws {
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("--timeout \(timeout): give seconds, more than 0 and at most 3600")
        }
    }

    /// Gives the request, waits for the answer and prints it.
    ///
    /// `isAwaited`: whether to wait for the answer at all.
    /// - Throws: the exit code: 1 if it was refused, 2 if it could not be given or was not answered.
    func give(
        _ action: StoredRequest.Action,
        isAwaited: Bool = true,
        _ fill: (inout StoredRequest) -> Void
    ) async throws {
        var request = StoredRequest(id: UUID().uuidString.lowercased(), action: action)
        request.at = MicroTime(Date())
        request.by = "\(NSUserName())@\(ProcessInfo.processInfo.hostName)"
        fill(&request)
        let complete = request
        let answer = try await target.withLease { lease throws(GroupLease.Failure) in
            try await lease.give(complete, patience: isAwaited ? .seconds(timeout) : .zero) {
                try? await Interruption.wait()
            }
        }
        guard let answer else { return target.output.print(request, of: target.group) }
        target.output.print(answer, of: target.group)
        if !answer.isDone { throw ExitStatus.mistakes.exitCode }
    }
}
