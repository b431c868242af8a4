import ArgumentParser
import Foundation
import KubernetesClient
import Logging
import Operations
import ServiceLifecycle
import StandbyConfiguration
import Supervision
import Transport
import UnixSignals

/// `kube-standby run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Supervise the groups of a configuration file.",
        discussion: """
            The cluster is found as kubectl finds it: --kubeconfig, $KUBECONFIG, ~/.kube/config, or the pod's service
            account. SIGTERM and SIGINT end it; that moves nothing.

            EXAMPLES
              kube-standby run --config config.yaml
              kube-standby run --config config.yaml --context staging --dry-run

            EXIT CODES
              0 ended as asked, 1 the configuration has mistakes, 2 something could not be read, reached or listened at,
              64 wrong usage
            """
    )

    @Option(help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String

    @Option(help: ArgumentHelp("The kubeconfig file.", valueName: "file"))
    var kubeconfig: String?

    @Option(help: ArgumentHelp("The context of the kubeconfig; default: its current one.", valueName: "name"))
    var context: String?

    @Option(help: ArgumentHelp("The namespace of groups that name none; default: the context's.", valueName: "name"))
    var namespace: String?

    @Flag(help: "Observe and tell what would be done; write nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Where /livez and /readyz are served; \"off\" for nowhere.", valueName: "host:port"))
    var listen = ":8080"

    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: LogFormat.level)
    var logLevel: Logger.Level = .info

    @Option(help: "text or json.")
    var logFormat: LogFormat = .text

    func validate() throws {
        if listen != "off", ListenAddress(listen) == nil {
            throw ValidationError("--listen \"\(listen)\": give HOST:PORT, :PORT or off")
        }
    }

    func run() async throws {
        let logger = logFormat.logger(level: logLevel)
        let configuration = try loadConfiguration()
        let supervisor = try supervisor(for: configuration, logger: logger)
        var services: [any ServiceLifecycle.Service] = []
        if let address = ListenAddress(listen) {
            services.append(
                HealthServer(address: address, supervisor: supervisor, logger: logger) { port in
                    logger.notice("health endpoints are served", metadata: ["port": "\(port)"])
                }
            )
        }
        services.append(supervisor)
        let group = ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        do {
            try await group.run()
        } catch {
            StandardError.print("kube-standby: cannot go on: \(error)")
            throw ExitStatus.unreachable.exitCode
        }
        logger.notice("ended as asked; every label stays as it is")
    }

    /// The lifecycle's own words are of no interest below warnings.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private func loadConfiguration() throws -> SupervisorConfiguration {
        let loaded: LoadedConfiguration
        do throws(LoadingError) {
            loaded = try LoadedConfiguration(file: config)
        } catch {
            StandardError.print(error.description)
            throw ExitStatus.unreachable.exitCode
        }
        for line in loaded.renderedDiagnostics { StandardError.print(line) }
        guard let configuration = loaded.reading.configuration else { throw ExitStatus.mistakes.exitCode }
        return configuration
    }

    private func supervisor(for configuration: SupervisorConfiguration, logger: Logger) throws -> Supervisor {
        let connection: ClusterConnection
        do throws(CredentialError) {
            connection = try ClusterConnection.load(kubeconfig: kubeconfig, context: context)
        } catch {
            StandardError.print("\(error)")
            throw ExitStatus.unreachable.exitCode
        }
        let namespace = namespace ?? connection.namespace
        logger.notice(
            "supervising",
            metadata: [
                "version": "\(KubeStandby.version)", "server": "\(connection.cluster.server)",
                "namespace": "\(namespace)",
                "groups": "\(configuration.groups.count)", "dry-run": "\(dryRun)",
            ]
        )
        return Supervisor(
            .init(
                configuration: configuration,
                client: APIClient(
                    connection: connection,
                    loop: EventLoop(name: "api"),
                    version: KubeStandby.version,
                    logger: logger
                ),
                probeLoop: EventLoop(name: "probes"),
                namespace: namespace,
                identity: ProcessIdentity.make(),
                isDryRun: dryRun,
                logger: logger
            )
        )
    }
}
