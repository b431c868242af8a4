import ArgumentParser
import Supervision

/// `kube-standby history`.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show a group's last moves, from its Lease.",
        discussion: """
            No supervisor needs to run. A move without times was announced and not finished by whoever announced it. FAILED FOR is how
            long the pod had failed when the move was decided, BY is who asked for it. ENDPOINT AFTER is how long the Service's
            EndpointSlices took to show the promoted pod; of the last move that may not be told yet, and without the right to watch
            EndpointSlices it is told of none.

            EXAMPLES
              kube-standby history web
              kube-standby history web --namespace shop -o json

            EXIT CODES
              0 shown, 2 not reached or not printed, 64 wrong usage
            """
    )

    @OptionGroup
    /// The group whose Lease is read.
    var target: GroupOptions

    func run() async throws {
        let moves = try await target.withLease { lease throws(GroupLease.Failure) in try await lease.history() }
        target.output.print(moves, of: target.group)
    }
}
