import ArgumentParser
import Supervision

/// `kube-standby unfence`.
struct UnfenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unfence",
        abstract: "Let a fenced pod be a candidate again.",
        discussion: """
            EXAMPLES
              kube-standby unfence web web-0

            EXIT CODES
              0 unfenced, 1 refused: it was not fenced, 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// The group, and how its answer is awaited and printed.
    var request: RequestOptions

    @Argument(help: ArgumentHelp("The pod.", valueName: "pod"))
    var pod: String

    func run() async throws {
        try await request.give(.unfence) { $0.pod = pod }
    }
}
