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

            The configuration is reloaded when its file changes, at SIGHUP, and at POST /-/reload. A file with mistakes changes
            nothing; groups that a file leaves as they are go on undisturbed.

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

    @OptionGroup
    /// Which cluster it supervises.
    var cluster: ClusterOptions

    @OptionGroup
    /// Whether it shares the groups with other replicas.
    var election: ElectionOptions

    @Flag(help: "Observe and report what would be done; write nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Where /livez, /readyz, /metrics, /api/v1/groups, /active and POST /-/reload are served; without a host on every address, IPv4 and IPv6; \"off\": nowhere.",
            valueName: "host:port"
        )
    )
    var listen = ":8080"

    @Option(
        help: ArgumentHelp(
            "Addresses that may ask for POST /-/reload besides loopback, like 10.0.0.0/8; may be given several times.",
            valueName: "cidr"
        )
    )
    var reloadFrom: [String] = []

    @Option(help: "trace, debug, info, notice, warning, error or critical.", transform: LogFormat.level)
    var logLevel: Logger.Level = .info

    @Option(help: "text or json.")
    var logFormat: LogFormat = .text

    func validate() throws {
        if listen != "off", ListenAddress(listen) == nil {
            throw ValidationError("--listen \"\(listen)\": give HOST:PORT, :PORT or off")
        }
        for block in reloadFrom where AddressBlock(block) == nil {
            throw ValidationError("--reload-from \"\(block)\": give an address or a block of them, like 10.0.0.0/8")
        }
    }

    func run() async throws {
        let sink = logFormat.sink()
        defer { sink.close() }
        let logger = logFormat.logger(level: logLevel, sink: sink)
        let hangups = await UnixSignalsSequence(trapping: .sighup)
        let loaded = try LoadedConfiguration.load(config, quotesSource: false)
        let registry = MetricsRegistry()
        let supervisor = try supervisor(for: loaded.configuration, logger: logger, registry)
        let reloader = ConfigurationReloader(
            path: config,
            initial: loaded.bytes,
            groups: loaded.configuration.groups.count,
            supervisor: supervisor,
            logger: logger
        )
        let services =
            server(supervisor, reloader, logger, sink, registry) + [
                supervisor, reloader, HangupService(reloader: reloader, signals: hangups), OrphanService(),
            ]
        let configuration = ServiceGroupConfiguration(
            // Without a name, a service's whole content is its name: seconds for thousands of groups.
            services: services.map { .init(service: $0, serviceName: "\(type(of: $0))") },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet(logger)
        )
        let group = ServiceGroup(configuration: configuration)
        defer { supervisor.stopLoops() }
        do {
            try await group.run()
        } catch {
            logger.critical("cannot go on", metadata: ["error": "\(error)"])
            throw ExitStatus.unreachable.exitCode
        }
        logger.notice("ended as asked; every label stays as it is")
    }

    private func server(
        _ supervisor: Supervisor,
        _ reloader: ConfigurationReloader,
        _ logger: Logger,
        _ sink: LogSink,
        _ registry: MetricsRegistry
    ) -> [any ServiceLifecycle.Service] {
        guard let address = ListenAddress(listen) else { return [] }
        let parts = OperationsServer.Parts(
            address: address,
            supervisor: supervisor,
            reloader: reloader,
            reloadFrom: reloadFrom.compactMap(AddressBlock.init),
            version: KubeStandby.version,
            registry: registry,
            droppedLogLines: { sink.dropped }
        )
        let server = OperationsServer(parts) { port in
            logger.notice("operations endpoints are served", metadata: ["port": "\(port)"])
        }
        return [server]
    }

    /// The lifecycle's own words are of no interest below warnings.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    private func supervisor(
        for configuration: SupervisorConfiguration,
        logger: Logger,
        _ registry: MetricsRegistry
    ) throws -> Supervisor {
        let connection = try cluster.connection()
        let namespace = cluster.namespace ?? connection.namespace
        let wanted = try election.election(isInPod: connection.isOfPod)
        // What writes nothing needs no lead, and must not take it from those who do.
        let election = dryRun ? nil : wanted
        logger.notice(
            "supervising",
            metadata: [
                "version": "\(KubeStandby.version)", "server": "\(connection.cluster.server)",
                "namespace": "\(namespace)",
                "groups": "\(configuration.groups.count)", "dry-run": "\(dryRun)",
                "leader-election": "\(election != nil)", "shards": "\(election?.shards ?? 1)",
            ]
        )
        if dryRun, let wanted {
            logger.notice(
                "a dry run takes no Lease: it observes the groups of all shards, beside the replicas that hold them",
                metadata: ["shards": "\(wanted.shards)"]
            )
        }
        return Supervisor(
            .init(
                configuration: configuration,
                client: cluster.client(connection, logger: logger, metrics: registry),
                probeLoop: EventLoop(name: "probes"),
                namespace: namespace,
                identity: ProcessIdentity.make(),
                pod: OwnPod.reference(),
                election: election,
                isDryRun: dryRun,
                logger: logger,
                metrics: registry
            )
        )
    }
}
