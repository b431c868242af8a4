package import KubernetesClient
package import Leadership
package import Logging
package import Metrics
package import StandbyConfiguration
package import Transport

extension Supervisor {
    /// What a supervisor is made of.
    package struct Parts: Sendable {
        /// What is supervised first.
        package var configuration: SupervisorConfiguration
        /// Asks the API server, on a loop of its own.
        package var client: APIClient
        /// The loop for probes; the client has one of its own, so that neither delays the other.
        package var probeLoop: EventLoop
        /// Groups that name no namespace are in this one.
        package var namespace: String
        /// Unique for each process.
        package var identity: String
        /// The pod that it runs in, for Events that concern no group; nil: none is known.
        package var pod: Event.ObjectReference?
        /// How it agrees with other replicas who supervises what; nil: it is alone.
        package var election: Election?
        /// Whether decisions are reported and not carried out.
        package var isDryRun: Bool
        /// For lines of the log; Events do not go through it.
        package var logger: Logger
        /// Where is counted and timed what groups do.
        package var metrics: any MetricsFactory

        /// Everything must be given but the pod and who reads metrics: nothing else has a default that would fit everybody.
        package init(
            configuration: SupervisorConfiguration,
            client: APIClient,
            probeLoop: EventLoop,
            namespace: String,
            identity: String,
            pod: Event.ObjectReference? = nil,
            election: Election?,
            isDryRun: Bool,
            logger: Logger,
            metrics: any MetricsFactory = NOOPMetricsHandler.instance
        ) {
            self.configuration = configuration
            self.client = client
            self.probeLoop = probeLoop
            self.namespace = namespace
            self.identity = identity
            self.pod = pod
            self.election = election
            self.isDryRun = isDryRun
            self.logger = logger
            self.metrics = metrics
        }
    }

    /// How replicas of a supervisor share out the groups.
    package struct Election: Sendable {
        /// How the names of the Leases begin.
        package var leaseName: String
        /// Parts into which the groups are split, 1...`ShardMap.largestCount`.
        package var shards: Int
        /// When Leases are renewed, and when they are over.
        package var timing: ElectionTiming
        /// Which groups are probed that another replica leads.
        package var standbyProbes: StandbyProbes

        /// An election; the parameters are the properties.
        package init(leaseName: String, shards: Int, timing: ElectionTiming, standbyProbes: StandbyProbes) {
            self.leaseName = leaseName
            self.shards = shards
            self.timing = timing
            self.standbyProbes = standbyProbes
        }
    }
}
