import ArgumentParser
import KubernetesClient
import Logging
import Metrics
import Transport

/// How the cluster is found: as kubectl finds it.
struct ClusterOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The kubeconfig file.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The context of the kubeconfig; default: its current one.", valueName: "name"))
    var context: String?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("The namespace of groups that name none; default: the context's.", valueName: "name")
    )
    var namespace: String?

    /// Whether any of them was given.
    var isGiven: Bool { kubeconfig != nil || context != nil || namespace != nil }

    /// Where the cluster is, and who asks.
    ///
    /// - Throws: the exit code, after the reason was printed.
    func connection() throws -> ClusterConnection {
        do throws(CredentialError) {
            return try ClusterConnection.load(kubeconfig: kubeconfig, context: context)
        } catch {
            StandardError.print("\(error)")
            throw ExitStatus.unreachable.exitCode
        }
    }

    /// A client on a loop of its own; `metrics`: where its requests are counted.
    func client(
        _ connection: ClusterConnection,
        logger: Logger,
        metrics: any MetricsFactory = NOOPMetricsHandler.instance
    ) -> APIClient {
        APIClient(
            connection: connection,
            loop: EventLoop(name: "api"),
            version: KubeStandby.version,
            logger: logger,
            metrics: metrics
        )
    }
}
