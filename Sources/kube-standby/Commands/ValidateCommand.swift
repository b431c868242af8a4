import ArgumentParser
import Foundation
import StandbyConfiguration

/// `kube-standby validate`.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check configuration files and print every mistake.",
        discussion: """
            EXAMPLES
              kube-standby validate config.yaml
              kube-standby validate --strict a.yaml b.yaml
              kube-standby validate - < config.yaml

            EXIT CODES
              0 valid, 1 mistakes, 2 a file could not be read, 64 wrong usage
            """
    )

    @Flag(help: "Let warnings fail, too.")
    var strict = false

    @Argument(help: "Configuration files; \"-\" is standard input.")
    var files: [String]

    func run() throws {
        var worst = ExitStatus.success
        for file in files { worst = max(worst, check(file)) }
        if worst != .success { throw worst.exitCode }
    }

    private func check(_ file: String) -> ExitStatus {
        let loaded: LoadedConfiguration
        do throws(LoadingError) {
            loaded = try LoadedConfiguration(file: file)
        } catch {
            StandardError.print(error.description)
            return .unreachable
        }
        for line in loaded.renderedDiagnostics { StandardError.print(line) }
        let warnings = loaded.reading.diagnostics.count - loaded.reading.errors.count
        guard let configuration = loaded.reading.configuration, !strict || warnings == 0 else {
            StandardError.print("\(loaded.name): \(loaded.reading.errors.count) errors, \(warnings) warnings")
            return .mistakes
        }
        StandardOutput.print("\(loaded.name): valid, \(configuration.groups.count) groups")
        return .success
    }
}
