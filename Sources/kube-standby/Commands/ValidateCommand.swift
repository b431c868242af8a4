import ArgumentParser
import Foundation
import PlainText
import StandbyConfiguration
import Supervision
import Transport
import YAMLDocument

/// `kube-standby validate`.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check configurations and print every mistake.",
        discussion: """
            A path is a file, a folder (its *.yaml and *.yml files), or "-" for standard input. Of ConfigMap manifests, also in a
            stream of several documents, each entry that holds a configuration is checked; other kinds are skipped.

            With --cluster the live API server is asked as well: whether Services, pods, ports and owners fit, and whether the
            rights suffice, those of --as or else of whoever asks.

            EXAMPLES
              kube-standby validate config.yaml
              kube-standby validate --strict --format github config/
              helm template standby charts/kube-standby -f values.yaml | kube-standby validate -
              kube-standby validate --print config.yaml
              kube-standby validate --cluster --as system:serviceaccount:ops:kube-standby config.yaml

            EXIT CODES
              0 valid, 1 mistakes, 2 something could not be read, written or reached, 64 wrong usage
            """
    )

    @Flag(help: "Let warnings fail, too.")
    var strict = false

    @Option(help: "text (colour on a terminal), json or github.")
    var format: DiagnosticFormat = .text

    @Flag(name: .customLong("print"), help: "Print the effective configuration, every default filled in.")
    var printsEffective = false

    @Flag(help: "Check against the live API server, too.")
    var cluster = false

    @OptionGroup(title: "With --cluster")
    /// Used with `--cluster` only.
    var options: ClusterOptions

    @Option(name: .customLong("as"), help: ArgumentHelp("Whose rights to check.", valueName: "user"))
    var user: String?

    @Argument(help: ArgumentHelp("Files, folders or \"-\".", valueName: "path"))
    var paths: [String]

    func validate() throws {
        if paths.count(where: { $0 == "-" }) > 1 { throw ValidationError("standard input can be read once only") }
        if printsEffective, format != .text { throw ValidationError("--print goes with --format text only") }
        if !cluster, user != nil || options.isGiven {
            throw ValidationError("--as, --kubeconfig, --context and --namespace go with --cluster only")
        }
        if let user, user.isEmpty || !HTTPRequest.Header.canHold(user) {
            throw ValidationError("--as: give a user's name, without control characters")
        }
    }

    func run() async throws {
        var status = ExitStatus.success
        var printer = DiagnosticPrinter(format)
        let examination = try cluster ? ClusterExamination(options, user: user) : nil
        for input in InputFiles.read(paths) {
            switch input {
            case .success(let input): status = max(status, await check(input, examination, &printer))
            case .failure(let error):
                StandardError.print(error.description)
                status = .unreachable
            }
        }
        printer.finish()
        examination?.stop()
        if status != .success { throw status.exitCode }
    }

    private func check(
        _ input: InputFiles.Input,
        _ examination: ClusterExamination?,
        _ printer: inout DiagnosticPrinter
    ) async -> ExitStatus {
        let manifest = ManifestReading(input.bytes, skipsOthers: input.isFromFolder)
        // The process ends with its only file: to take the tree apart node by node before would be for nobody.
        if paths == [input.name] { Immortal.keep(manifest) }
        var diagnostics = manifest.diagnostics
        var isReached = true
        if let examination {
            for entry in manifest.entries {
                let findings = await examination.findings(of: entry)
                diagnostics += findings.diagnostics
                isReached = isReached && findings.isComplete
            }
            diagnostics.sort { $0.mark < $1.mark }
        }
        printer.print(diagnostics, file: input.name, source: input.bytes)
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        let isValid = errors == 0 && (!strict || warnings == 0)
        if isValid {
            accept(manifest, input)
        } else {
            summarise("\(input.name): \(errors) errors, \(warnings) warnings")
        }
        return isReached ? isValid ? .success : .mistakes : .unreachable
    }

    private func accept(_ manifest: ManifestReading, _ input: InputFiles.Input) {
        for entry in manifest.entries {
            if printsEffective {
                guard let configuration = entry.reading.configuration else { continue }
                let isAlone = manifest.entries.count == 1 && paths.count == 1 && !input.isFromFolder
                // A name is whatever the file says: here it must not be more than a comment.
                if !isAlone { StandardOutput.print("---\n# \(PrintableText.line(entry.name ?? input.name))") }
                StandardOutput.write(YAMLText.write(configuration.effective))
            } else {
                let name = entry.name.map { "\(input.name): \($0)" } ?? input.name
                let line = PrintableText.line("\(name): valid, \(entry.reading.groupCount) groups")
                summarise(line, to: StandardOutput.print)
            }
        }
    }

    /// What the other formats have no place for is left out.
    private func summarise(_ line: String, to print: (String) -> Void = StandardError.print) {
        if format == .text { print(line) }
    }
}
