import ArgumentParser
import Leadership
import Supervision

/// How replicas of the supervisor agree who supervises what.
struct ElectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Whether only the holder of a Lease supervises; default: true in a pod of the cluster and with several shards, false elsewhere.",
            valueName: "true|false"
        )
    )
    var leaderElect: Bool?

    @Option(
        help: ArgumentHelp("How the names of the Leases begin; replicas of one supervisor share it.", valueName: "name")
    )
    var leaseName = "kube-standby"

    @Option(help: ArgumentHelp("How long a Lease is good that nobody renews, seconds.", valueName: "seconds"))
    var leaseDuration = 15.0

    @Option(
        help: ArgumentHelp(
            "How long after its last renewal a holder may still write, seconds; it renews twice as often.",
            valueName: "seconds"
        )
    )
    var renewDeadline = 10.0

    @Option(help: ArgumentHelp("How soon a renewal that failed is tried again, seconds.", valueName: "seconds"))
    var retryPeriod = 2.0

    @Option(
        help: ArgumentHelp(
            "Parts into which the groups are split, each with a Lease of its own, to be shared out among the replicas.",
            valueName: "number"
        )
    )
    var shards = 1

    @Option(
        help: ArgumentHelp(
            "Which groups a replica probes that another leads: auto (those that ask for its opinion, or have a promotionGate), all or none.",
            valueName: "auto|all|none"
        )
    )
    var standbyProbes = StandbyProbes.auto

    /// The times of the election.
    private func timing() throws(ElectionTiming.Invalid) -> ElectionTiming {
        try ElectionTiming(
            leaseDuration: .seconds(leaseDuration),
            renewDeadline: .seconds(renewDeadline),
            retryPeriod: .seconds(retryPeriod)
        )
    }

    /// What seconds are taken at all; which of them go together, `ElectionTiming` says.
    private static let seconds = 0.1...600.0

    private func validateSeconds() throws {
        for (flag, value) in [
            ("--lease-duration", leaseDuration), ("--renew-deadline", renewDeadline), ("--retry-period", retryPeriod),
        ] where !Self.seconds.contains(value) {
            // Also what is no number, or too large for any duration.
            throw ValidationError("\(flag) \(value): give seconds, from 0.1 to 600")
        }
        do { _ = try timing() } catch { throw ValidationError("\(error)") }
    }

    func validate() throws {
        guard (1...ShardMap.largestCount).contains(shards) else {
            throw ValidationError("--shards \(shards): give 1 to \(ShardMap.largestCount)")
        }
        if leaderElect == false, shards > 1 {
            throw ValidationError("--shards \(shards) needs --leader-elect=true: shards are shared out by Leases")
        }
        guard ShardLeaseNames.isValid(leaseName) else {
            throw ValidationError(
                "--lease-name \"\(leaseName)\": give at most 63 of a-z, 0-9 and -, like kube-standby; a letter or digit begins and ends it"
            )
        }
        try validateSeconds()
    }

    /// The election; nil: the supervisor is alone.
    ///
    /// `isInPod`: whether the supervisor runs in a pod of the cluster.
    func election(isInPod: Bool) throws -> Supervisor.Election? {
        guard leaderElect ?? (isInPod || shards > 1) else { return nil }
        return .init(leaseName: leaseName, shards: shards, timing: try timing(), standbyProbes: standbyProbes)
    }
}

extension StandbyProbes: ExpressibleByArgument {}
