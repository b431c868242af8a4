#if Sandbox

import ArgumentParser
import Foundation

/// `kube-standby demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a scenario of failures on an embedded sandbox cluster.",
        discussion: """
            Nothing is needed and nothing is left behind: a sandbox API server and toy applications run on loopback
            addresses, the real supervisor watches over them, and the scenario breaks them one by one.

            EXAMPLES
              kube-standby demo
              kube-standby demo --keep

            EXIT CODES
              0 every invariant held, 1 one broke, 2 the sandbox could not start, or nothing could be printed
            """
    )

    @Flag(help: "Stay up after the scenario, until interrupted, and say how to reach the sandbox.")
    var keep = false

    func run() async throws {
        let scenario = DemoScenario(keepsRunning: keep)
        let isIntact: Bool
        do {
            isIntact = try await scenario.run()
        } catch let code as ExitCode {
            throw code
        } catch {
            StandardError.print("the demo could not be played: \(error)")
            throw ExitStatus.unreachable.exitCode
        }
        if !isIntact { throw ExitStatus.mistakes.exitCode }
    }
}

#endif
