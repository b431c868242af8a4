import ArgumentParser
import Foundation
import KubernetesClient
import Supervision

/// `kube-standby status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show who is active, and who would be next.",
        discussion: """
            Roles, requests and history come from the groups' Leases and pods, and need no supervisor. Health, who is next and the reasons
            are asked of the supervisors' pods through the API server (pods/proxy); where that is not allowed, or none answers, the last
            line says so. Then a recorded pod that is Ready and labelled active counts as serving: its health is not known.

            EXAMPLES
              kube-standby status
              kube-standby status web -n shop
              kube-standby status -A -o wide
              kube-standby status -A -l team=payments -w

            EXIT CODES
              0 every group has a healthy active pod, or one that is labelled and Ready where no supervisor tells its health,
              1 one has none, or there is no such group, 2 not reached, 64 wrong usage
            """
    )

    /// How it is printed.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        /// For people.
        case table
        /// With nodes, zones, epochs, last moves and refusals.
        case wide
        /// For programs.
        case json
        /// For programs.
        case yaml
    }

    @Argument(help: ArgumentHelp("The group; default: all of the namespace.", valueName: "group"))
    var group: String?

    @OptionGroup
    /// Which groups are looked at.
    var selection: SelectionOptions

    @OptionGroup
    /// Where supervisors are asked.
    var supervisors: SupervisorOptions

    @Option(name: .shortAndLong, help: "table, wide, json or yaml.")
    var output: Output = .table

    @Flag(name: .shortAndLong, help: "Print again whenever something changes, on a terminal in place; Ctrl-C ends it.")
    var watch = false

    func validate() throws {
        try selection.validate(group: group)
        if watch, output == .json || output == .yaml { throw ValidationError("--watch goes with table and wide") }
    }

    func run() async throws {
        let isServed = try await selection.withClient { client, connection in
            let survey = ClusterSurvey(client: client)
            var scope = selection.scope(connection, group: group)
            scope.supervisorNamespace = supervisors.supervisorNamespace
            if watch { return try await follow(survey, scope) }
            let findings = try await survey.findings(scope)
            StandardOutput.write(escaped: text(of: findings, scope))
            return !findings.groups.isEmpty && findings.groups.allSatisfy(\.isServed)
                || group == nil && findings.groups.isEmpty
        }
        if !isServed { throw ExitStatus.mistakes.exitCode }
    }

    /// What programs get.
    private struct Document: Encodable {
        var groups: [GroupView]
        var missing: [String]
    }

    private func text(of findings: ClusterSurvey.Findings, _ scope: ClusterSurvey.Scope) -> String {
        let document = Document(groups: findings.groups, missing: findings.gaps)
        switch output {
        case .json: return ValueText.json(document)
        case .yaml: return ValueText.yaml(document)
        case .table, .wide:
            let text = StatusText(isWide: output == .wide, isColoured: StandardOutput.takesColour, now: Date())
            guard let group else { return text.text(of: findings, isSingle: false) }
            let absence = RecordedGroup.absence(of: group, in: scope.namespace ?? "")
            return text.text(of: findings, isSingle: true, absence: absence)
        }
    }

    // MARK: Watching

    /// How often supervisors are asked anew: health changes without a change of a Lease.
    private static let period: Duration = .seconds(2)

    /// - Returns: true, for nobody asks when it is interrupted.
    private func follow(_ survey: ClusterSurvey, _ scope: ClusterSurvey.Scope) async throws -> Bool {
        let (signals, input) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        input.yield()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await survey.follow(scope) { input.yield() } }
            group.addTask { while (try? await Task.sleep(for: Self.period)) != nil { input.yield() } }
            group.addTask {
                try await Interruption.wait()
                input.finish()
            }
            defer { group.cancelAll() }
            var shown: [GroupView]?
            for await _ in signals {
                let findings: ClusterSurvey.Findings
                do throws(KubernetesError) {
                    findings = try await survey.findings(scope)
                } catch {
                    // What was reached once may be reached again.
                    if shown == nil { throw error }
                    StandardError.print("\(error)")
                    continue
                }
                if StandardOutput.isTerminal {
                    StandardOutput.write(escaped: "\u{1B}[H\u{1B}[2J" + text(of: findings, scope))
                } else if findings.groups != shown {
                    StandardOutput.write(escaped: (shown == nil ? "" : "\n") + text(of: findings, scope))
                }
                shown = findings.groups
                try StandardOutput.check()
            }
        }
        return true
    }
}
