import ArgumentParser
import Supervision

/// `kube-standby fence`.
struct FenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fence",
        abstract: "See to it that a pod is not active, and stays so.",
        discussion: """
            An active pod loses its role to the best healthy candidate or, if there is none, to nobody. The fence holds for the pod's
            name, so also for a StatefulSet's next pod of that name, until `unfence`.

            EXAMPLES
              kube-standby fence web web-0

            EXIT CODES
              0 fenced, 1 refused, 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// The group, and how its answer is awaited and printed.
    var request: RequestOptions

    @Argument(help: ArgumentHelp("The pod.", valueName: "pod"))
    var pod: String

    func run() async throws {
        try await request.give(.fence) { $0.pod = pod }
    }
}
