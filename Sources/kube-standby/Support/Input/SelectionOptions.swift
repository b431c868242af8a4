import ArgumentParser
import KubernetesClient
import Logging
import Supervision
import Transport

/// Which groups are looked at, and whose rights are used.
struct SelectionOptions: ParsableArguments {
    @OptionGroup
    /// Where they are.
    var cluster: ClusterOptions

    @Flag(name: [.customShort("A"), .long], help: "The groups of all namespaces.")
    var allNamespaces = false

    @Option(
        name: [.customShort("l"), .long],
        help: ArgumentHelp(
            "Only groups whose Leases have these labels, like team=web,tier!=test.",
            valueName: "selector"
        )
    )
    var selector: String?

    /// As on a command line without any.
    init() {}

    /// Of one's own, for a command that has other options.
    init(cluster: ClusterOptions) {
        self.init()
        self.cluster = cluster
        allNamespaces = false
        selector = nil
    }

    func validate() throws {
        if allNamespaces, cluster.namespace != nil {
            throw ValidationError("--all-namespaces and --namespace exclude each other")
        }
        // An empty variable in a script does not mean every group.
        if let selector, selector.allSatisfy({ $0 == "," || $0.isWhitespace }) {
            throw ValidationError("--selector \"\(selector)\" names no label; give one like team=web, or leave it out")
        }
    }

    /// Refuses what does not go with one group that is named.
    func validate(group: String?) throws {
        guard group != nil else { return }
        if allNamespaces || selector != nil {
            throw ValidationError("one group is named: --all-namespaces and --selector are for many")
        }
    }

    /// What to look for.
    ///
    /// `group`: nil: all of the selection.
    func scope(_ connection: ClusterConnection, group: String?) -> ClusterSurvey.Scope {
        var scope = ClusterSurvey.Scope(namespace: allNamespaces ? nil : cluster.namespace ?? connection.namespace)
        scope.selector = selector
        scope.group = group
        return scope
    }

    /// Works with a client of the cluster.
    ///
    /// - Throws: exit code 2, after the reason was printed.
    func withClient<Result: Sendable>(
        _ body: (APIClient, ClusterConnection) async throws -> Result
    ) async throws -> Result {
        let connection = try cluster.connection()
        let client = cluster.client(connection, logger: Logger(label: "survey") { _ in SwiftLogNoOpLogHandler() })
        defer { client.loop.stop() }
        do {
            return try await body(client, connection)
        } catch let error as KubernetesError {
            StandardError.print("\(error)")
            throw ExitStatus.unreachable.exitCode
        }
    }
}

/// Where supervisors are looked for that know more than the Leases.
struct SupervisorOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where supervisors run; default: everywhere or, without the right to list Leases there, the groups' namespace.",
            valueName: "name"
        )
    )
    var supervisorNamespace: String?
}
