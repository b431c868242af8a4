import ArgumentParser
import Supervision

/// `kube-standby pause`.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Suspend a group's automatic moves.",
        discussion: """
            Probing and reporting go on; labels stay as they are, lost ones are not repaired. A switchover that is requested is still made.

            EXAMPLES
              kube-standby pause web
              kube-standby pause web --for 30m

            EXIT CODES
              0 paused, 1 refused, 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// The group, and how its answer is awaited and printed.
    var request: RequestOptions

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long, like 90s, 30m or 1h30m; default: until resumed.", valueName: "duration"),
        transform: TimeSpan.seconds
    )
    var length: Double?

    func run() async throws {
        try await request.give(.pause) { $0.seconds = length }
    }
}
