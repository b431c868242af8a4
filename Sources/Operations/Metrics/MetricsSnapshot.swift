import Foundation
import Supervision

/// What the process knows of itself at one moment, for `/metrics`.
struct MetricsSnapshot: Sendable {
    /// The running configuration and its reloads.
    var configuration: ConfigurationStatus.State
    /// Probes since the start, by their result.
    var probes: ProbeCounts
    /// Failures that others did not find, since the start.
    var disputes: Int
    /// The longest turn of each event loop in the last minute or two.
    var longestTurns: [(loop: String, turn: Duration)]
    /// Lines that the log has dropped since the start.
    var droppedLogLines: Int
    /// The writes of all groups.
    var writes: WriteCounts
    /// How the endpoints of all groups follow.
    var endpoints: EndpointCounts
    /// Who supervises what; nil: this supervisor is alone.
    var leadership: LeadershipStatus?
    /// Where the groups stand that run here, those that this replica only observes included.
    var groups: [GroupStatus] = []
}

extension MetricsSnapshot {
    /// Asks everybody who counts something.
    init(of parts: OperationsServer.Parts) async {
        self.init(
            configuration: parts.reloader.status.current,
            probes: await parts.supervisor.probeCounts,
            disputes: parts.supervisor.disputes,
            longestTurns: parts.supervisor.longestTurns,
            droppedLogLines: parts.droppedLogLines(),
            writes: await parts.supervisor.writeCounts,
            endpoints: parts.supervisor.endpointCounts,
            leadership: parts.supervisor.leadership,
            groups: await parts.supervisor.statuses
        )
    }
}
