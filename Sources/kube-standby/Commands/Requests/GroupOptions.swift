import ArgumentParser
import KubernetesClient
import Logging
import Supervision
import Transport

/// Which group is meant, and how results are printed.
struct GroupOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String

    @OptionGroup
    /// Where the group's Lease is.
    var cluster: ClusterOptions

    @Option(name: .shortAndLong, help: "text or json.")
    var output: RequestOutput = .text

    /// Works with a client of the cluster, and the group's namespace.
    ///
    /// - Throws: exit code 2, after the reason was printed.
    func withClient<Result: Sendable>(_ body: (APIClient, String) async throws -> Result) async throws -> Result {
        let connection = try cluster.connection()
        let client = cluster.client(connection, logger: Logger(label: "requests") { _ in SwiftLogNoOpLogHandler() })
        defer { client.loop.stop() }
        return try await body(client, cluster.namespace ?? connection.namespace)
    }

    /// Works with the group's Lease.
    ///
    /// - Throws: exit code 2, after the reason was printed.
    func withLease<Result: Sendable>(
        _ body: (GroupLease) async throws(GroupLease.Failure) -> Result
    ) async throws -> Result {
        try await withClient { client, namespace in
            do throws(GroupLease.Failure) {
                return try await body(GroupLease(client: client, group: group, namespace: namespace))
            } catch {
                StandardError.print("\(error)")
                throw ExitStatus.unreachable.exitCode
            }
        }
    }
}
