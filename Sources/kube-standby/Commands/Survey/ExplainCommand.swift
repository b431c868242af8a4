import ArgumentParser
import Foundation
import KubernetesClient
import StandbyConfiguration
import Supervision

/// `kube-standby explain`.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain how long a failover takes, and what would happen now.",
        discussion: """
            Shows the settings in effect, the worst and the typical time of a failover with the formula, the kubelet's own probes beside
            ours, what would happen if the active pod failed now, and why each other pod is or is not next. The settings are those that the
            supervisor tells through the API server (pods/proxy), or with --config those of a file.

            EXAMPLES
              kube-standby explain web
              kube-standby explain web -n shop --config config.yaml
              kube-standby explain web -o json

            EXIT CODES
              0 explained, 1 there is no such group, or mistakes in the file, 2 not reached, 64 wrong usage
            """
    )

    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String

    @OptionGroup
    /// Where it is.
    var selection: SelectionOptions

    @OptionGroup
    /// Where supervisors are asked.
    var supervisors: SupervisorOptions

    @Option(help: ArgumentHelp("A configuration file, for its settings; default: the supervisor's.", valueName: "file"))
    var config: String?

    @Option(name: .shortAndLong, help: "text or json.")
    var output: RequestOutput = .text

    func validate() throws {
        try selection.validate(group: group)
    }

    func run() async throws {
        let settings = try fileSettings()
        let isKnown = try await selection.withClient { client, connection in
            var scope = selection.scope(connection, group: group)
            scope.supervisorNamespace = supervisors.supervisorNamespace
            guard let found = try await ClusterSurvey(client: client).explanation(scope, settings: settings) else {
                let absence = RecordedGroup.absence(of: group, in: scope.namespace ?? "")
                StandardError.print("\(absence), and no supervisor that answers knows it")
                return false
            }
            switch output {
            case .json: StandardOutput.write(escaped: ValueText.json(found.explanation))
            case .text:
                let text = ExplanationText(isColoured: StandardOutput.takesColour, now: Date())
                let source = config ?? "the supervisor's"
                StandardOutput.write(
                    escaped: text.text(of: found.explanation, source: source, gaps: gaps(found.gaps, settings))
                )
            }
            return true
        }
        if !isKnown { throw ExitStatus.mistakes.exitCode }
    }

    /// Without settings somebody has to say where they could come from.
    private func gaps(_ gaps: [String], _ settings: GroupSettings?) -> [String] {
        gaps.isEmpty || settings != nil ? gaps : gaps + ["the settings; --config FILE gives them, too"]
    }

    private func fileSettings() throws -> GroupSettings? {
        guard let config else { return nil }
        let groups = try LoadedConfiguration.load(config).configuration.groups
        guard let found = groups.first(where: { $0.name == group }) else {
            StandardError.print("\(config) has no group \(group)")
            throw ExitStatus.mistakes.exitCode
        }
        return GroupSettings(found)
    }
}
