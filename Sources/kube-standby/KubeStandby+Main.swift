import ArgumentParser
import Glibc
import PlainText

extension KubeStandby {
    /// Runs the command that the arguments name, and ends with its exit code.
    ///
    /// In place of the parser's own, which prints without asking whether it could.
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        ProcessSetup.prepare(arguments)
        Glibc.exit(await run(arguments).rawValue)
    }

    /// What could not be printed is no answer, whatever the answer was.
    private static func worse(than code: ExitCode) -> ExitCode {
        if code == ExitStatus.unreachable.exitCode { return code }
        do {
            try StandardOutput.check()
            return code
        } catch {
            return exitCode(for: error)
        }
    }

    private static func run(_ arguments: [String]) async -> ExitCode {
        do {
            do {
                var command = try await asyncParseAsRoot(arguments)
                if var asyncCommand = command as? any AsyncParsableCommand {
                    try await asyncCommand.run()
                } else {
                    try command.run()
                }
            } catch  where exitCode(for: error).isSuccess {
                // Help, the version, a completion script.
                StandardOutput.print(Invocation.named(fullMessage(for: error)))
            }
            try StandardOutput.check()
            return .success
        } catch {
            let message = Invocation.named(fullMessage(for: error))
            if !message.isEmpty { StandardError.write(PrintableText.lines(message) + "\n") }
            return worse(than: exitCode(for: error))
        }
    }
}
