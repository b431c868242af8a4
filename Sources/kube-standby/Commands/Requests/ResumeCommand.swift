import ArgumentParser
import Supervision

/// `kube-standby resume`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a group's pause, and whatever else holds its automatic moves.",
        discussion: """
            It also ends a hold because of flapping, a doubt of the supervisor about its own probes, and the precedence that a switchover
            has over preemption.

            EXAMPLES
              kube-standby resume web
              kube-standby resume -A

            EXIT CODES
              0 resumed, 1 refused (of many groups: by one), 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// Which groups, and how their answers are awaited and printed.
    var request: SelectedRequestOptions

    func run() async throws {
        try await request.give(.resume) { _ in }
    }
}
