import KubernetesClient
import Logging
import StandbyConfiguration
import Supervision
import Transport

/// Holds configurations against the live API server.
struct ClusterExamination {
    private let client: APIClient
    private let namespace: String
    private let user: String?

    /// - Throws: the exit code, if no cluster can be found.
    init(_ options: ClusterOptions, user: String?) throws {
        let connection = try options.connection()
        client = options.client(connection, logger: Logger(label: "validate") { _ in SwiftLogNoOpLogHandler() })
        namespace = options.namespace ?? connection.namespace
        self.user = user
    }

    /// Examines one configuration; groups of a ConfigMap that names a namespace are in that one unless they say otherwise.
    func findings(of entry: ManifestReading.Entry) async -> ClusterExaminer.Findings {
        let examiner = ClusterExaminer(client: client, namespace: entry.namespace ?? namespace, user: user)
        return await examiner.findings(of: entry.reading)
    }

    /// Ends the client's loop.
    func stop() {
        client.loop.stop()
    }
}
