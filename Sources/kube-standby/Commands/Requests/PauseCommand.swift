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
              kube-standby pause --all -n shop
              kube-standby pause -A -l team=payments --for 2h

            EXIT CODES
              0 paused, 1 refused (of many groups: by one), 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// Which groups, and how their answers are awaited and printed.
    var request: SelectedRequestOptions

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
