import ArgumentParser
import Foundation
import KubernetesClient
import Supervision

/// `kube-standby report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report how available groups were, and why their roles moved.",
        discussion: """
            Counts what the groups' Leases remember, at least 20 moves: DETECTING from the first failed probe to the decision, SWITCHING from
            there to the last write (of a planned move only while nobody was active), WAITING while nobody could be active. FROM says since
            when; an asterisk, that the history reaches no further. No supervisor needs to run.

            AVAILABLE is an upper bound, for only recorded moves tell of outages. It does not see an outage with no move to nobody before it
            (a workload scaled to 0, an active pod that fails and stays); a failure that passed by itself, or that a move of another cause
            than a failover ended (a switchover away from a failing pod); nor, of an outage in which the supervisor was restarted, the time
            before that.

            EXAMPLES
              kube-standby report
              kube-standby report web --since 7d
              kube-standby report -A -l team=payments --since 30d -o json

            EXIT CODES
              0 reported, 1 there is no such group, 2 not reached, 64 wrong usage
            """
    )

    /// How it is printed.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        /// For people.
        case table
        /// For programs.
        case json
    }

    @Argument(help: ArgumentHelp("The group; default: all of the namespace.", valueName: "group"))
    var group: String?

    @OptionGroup
    /// Which groups are looked at.
    var selection: SelectionOptions

    @Option(
        help: ArgumentHelp("How far back, like 12h or 7d, at most 30d.", valueName: "duration"),
        transform: TimeSpan.seconds
    )
    var since: Double = 30 * 86_400

    @Option(name: .shortAndLong, help: "table or json.")
    var output: Output = .table

    func validate() throws {
        try selection.validate(group: group)
    }

    func run() async throws {
        let records = try await selection.withClient { client, connection in
            let scope = selection.scope(connection, group: group)
            let records = try await ClusterSurvey(client: client).records(scope)
            if records.isEmpty, let group {
                StandardError.print(RecordedGroup.absence(of: group, in: scope.namespace ?? ""))
                throw ExitStatus.mistakes.exitCode
            }
            return records
        }
        let now = Date()
        let reports = records.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }.map {
            GroupReport($0, seconds: since, now: MicroTime(now))
        }
        switch output {
        case .json: StandardOutput.write(escaped: ValueText.json(["groups": reports]))
        case .table: StandardOutput.write(escaped: Self.text(of: reports))
        }
    }

    private static func text(of reports: [GroupReport]) -> String {
        if reports.isEmpty { return "no groups found\n" }
        var table = TextTable([
            "NAMESPACE", "GROUP", "FROM", "AVAILABLE", "DOWN", "DETECTING", "SWITCHING", "WAITING", "MOVES", "CAUSES",
        ])
        for report in reports {
            let causes = report.causes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
                "\($0.value) \($0.key)"
            }
            let times = [report.downSeconds, report.detectingSeconds, report.switchingSeconds, report.waitingSeconds]
            table.add(
                [
                    .init(report.namespace), .init(report.name),
                    .init("\(report.from.description.prefix(16))Z\(report.isCutShort ? "*" : "")"),
                    .init(String(format: "%.4f %%", report.availability * 100)),
                ] + times.map { .init(span($0)) } + [
                    .init("\(report.moves)"), .init(causes.joined(separator: ", ")),
                ]
            )
        }
        return table.text(isColoured: StandardOutput.takesColour)
    }

    /// Milliseconds where they count.
    private static func span(_ seconds: Double) -> String {
        seconds < 10 ? String(format: "%.2fs", seconds) : Age.text(seconds: seconds)
    }
}
