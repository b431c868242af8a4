import ArgumentParser
import FailoverCore
import KubernetesClient
import Logging
import Probing
import StandbyConfiguration
import Supervision
import Transport

/// `kube-standby probe`.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Run a group's probes once, from here, and print what happens.",
        discussion: """
            Thresholds are not applied and nothing is written. With --verbose the whole exchange is printed: addresses, name
            resolution, TLS, headers and times.

            EXAMPLES
              kube-standby probe web --config config.yaml
              kube-standby probe web web-1 --verbose --config config.yaml
              kube-standby probe web -o json --config config.yaml

            EXIT CODES
              0 every probe succeeded, 1 one did not, or the configuration has mistakes or no such group or pod, 2 something
              could not be read, written or reached, 64 wrong usage
            """
    )

    /// How results are printed.
    enum Output: String, ExpressibleByArgument, CaseIterable {
        /// For people.
        case text
        /// For programs.
        case json
    }

    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String

    @Argument(help: ArgumentHelp("One of its pods; default: all.", valueName: "pod"))
    var pod: String?

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @OptionGroup
    /// Where the group's pods are.
    var cluster: ClusterOptions

    @Flag(name: .shortAndLong, help: "Print the whole exchange.")
    var verbose = false

    @Option(name: .shortAndLong, help: "text or json.")
    var output: Output = .text

    func run() async throws {
        let groups = try LoadedConfiguration.load(config).configuration.groups
        guard let found = groups.first(where: { $0.name == group }) else {
            let names = groups.map(\.name).joined(separator: ", ")
            StandardError.print("\(config): no group \"\(group)\"; the groups are \(names.isEmpty ? "none" : names)")
            throw ExitStatus.mistakes.exitCode
        }
        let connection = try cluster.connection()
        let client = cluster.client(connection, logger: Logger(label: "probe") { _ in SwiftLogNoOpLogHandler() })
        let loop = EventLoop(name: "probes")
        defer {
            client.loop.stop()
            loop.stop()
        }
        let probing = GroupProbing(
            found,
            namespace: cluster.namespace ?? connection.namespace,
            client: client,
            loop: loop
        )
        let results: [GroupProbing.Result]
        do throws(GroupProbing.Failure) {
            results = try await probing.run(pod: pod)
        } catch {
            StandardError.print("\(error)")
            throw Self.status(of: error).exitCode
        }
        print(results)
        let isHealthy = results.allSatisfy { $0.transcript?.verdict == .success }
        if results.isEmpty || !isHealthy { throw ExitStatus.mistakes.exitCode }
    }

    /// A pod that is not there is a mistake, as a group is; so is a Service that the configuration names and does not fit.
    private static func status(of failure: GroupProbing.Failure) -> ExitStatus {
        switch failure {
        case .noSuchPod, .unusable: .mistakes
        case .api: .unreachable
        }
    }

    private func print(_ results: [GroupProbing.Result]) {
        switch output {
        case .text:
            if results.isEmpty { StandardOutput.print("the group has no members") }
            for result in results { StandardOutput.write(ProbeReportText(isVerbose: verbose).text(of: result)) }
        case .json: StandardOutput.write(JSONText.write(.list(results.map(ProbeReportText.value))))
        }
    }
}
