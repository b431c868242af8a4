import ArgumentParser
import FailoverCore
import KubernetesClient
import Logging
import StandbyConfiguration
import Supervision
import Transport

/// `kube-standby pdb`.
struct PDBCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pdb",
        abstract: "Print a PodDisruptionBudget for each group's active pod, as manifests.",
        discussion: """
            With it "kubectl drain" waits until the role has left the pod: nobody may evict the active pod, and once it is demoted the
            budget is the next one's. There is one for each group whose role leaves cordoned nodes (failover.onNodeDrain: Cordon); for
            another it would hold up a drain for ever, so that it is refused: alone with an error, beside others with a warning.

            Which pods are meant says the group's selector and the role label; with --cluster its Service is asked, also where the
            group has no selector.

            EXAMPLES
              kube-standby pdb --config config.yaml | kubectl apply -f -
              kube-standby pdb --cluster --config config.yaml | kubectl apply -f -

            EXIT CODES
              0 printed, 1 no group leaves cordoned nodes, one of those that do lacks what a budget needs, or the configuration has
              mistakes, 2 something could not be read, written or reached, 64 wrong usage
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Flag(help: "Ask each group's Service which pods are meant.")
    var cluster = false

    @OptionGroup(title: "With --cluster")
    /// Used with `--cluster` only.
    var options: ClusterOptions

    func validate() throws {
        if !cluster, options.isGiven {
            throw ValidationError("--kubeconfig, --context and --namespace go with --cluster only")
        }
    }

    func run() async throws {
        let groups = try LoadedConfiguration.load(config).configuration.groups
        let (leaving, staying) = (
            groups.filter { $0.failover.onNodeDrain == .cordon }, groups.filter { $0.failover.onNodeDrain != .cordon }
        )
        for group in staying {
            let refusal = BudgetManifest.Refusal.doesNotLeave(group: group.name, group.failover.onNodeDrain)
            StandardError.print(leaving.isEmpty ? "\(config): \(refusal)" : "\(config): warning: \(refusal)")
        }
        if groups.isEmpty { StandardError.print("\(config): there is no group") }
        if leaving.isEmpty { throw ExitStatus.mistakes.exitCode }
        let results = try await cluster ? asked(leaving) : leaving.map { group in Result { try BudgetManifest(group) } }
        let manifests = results.compactMap { try? $0.get() }
        for case .failure(let refusal) in results { StandardError.print("\(config): \(refusal)") }
        if manifests.count < results.count { throw ExitStatus.mistakes.exitCode }
        StandardOutput.write(manifests.map { YAMLText.write($0.document) }.joined(separator: "---\n"))
    }

    /// The budgets by what the groups' Services say.
    private func asked(_ groups: [GroupConfiguration]) async throws -> [Result<BudgetManifest, any Error>] {
        let connection = try options.connection()
        let client = options.client(connection, logger: Logger(label: "pdb") { _ in SwiftLogNoOpLogHandler() })
        defer { client.loop.stop() }
        var results: [Result<BudgetManifest, any Error>] = []
        for group in groups {
            let namespace = group.namespace ?? options.namespace ?? connection.namespace
            let service = try await service(group.service, in: namespace, client)
            results.append(Result { try BudgetManifest(group, service, namespace: namespace) })
        }
        return results
    }

    /// - Throws: the exit code, after the reason was printed.
    private func service(_ name: String, in namespace: String, _ client: APIClient) async throws -> Service? {
        do throws(KubernetesError) {
            return try await client.get(Service.self, namespace: namespace, name: name)
        } catch {
            if error.isAbsence { return nil }
            StandardError.print("\(error)")
            throw ExitStatus.unreachable.exitCode
        }
    }
}
