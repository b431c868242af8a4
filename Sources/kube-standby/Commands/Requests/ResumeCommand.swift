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

            EXIT CODES
              0 resumed, 1 refused, 2 not reached or not answered, 64 wrong usage
            """
    )

    @OptionGroup
    /// The group, and how its answer is awaited and printed.
    var request: RequestOptions

    func run() async throws {
        try await request.give(.resume) { _ in }
    }
}
