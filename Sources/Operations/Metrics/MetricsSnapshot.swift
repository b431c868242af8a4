import Foundation
import HostSystem
import Supervision

/// What the process knows of itself at one moment, for `/metrics`.
struct MetricsSnapshot: Sendable {
    /// The running configuration and its reloads.
    var configuration: ConfigurationStatus.State
    /// The version that runs.
    var version: String
    /// What the kernel counts for the process.
    var process = ProcessFigures()
    /// What the rooms count and time, by the metric's whole name.
    var measured: @Sendable (String) -> [(labels: [String], value: MetricsRegistry.Value)] = { _ in [] }
    /// The longest turn of each event loop in the last minute or two.
    var longestTurns: [(loop: String, turn: Duration)]
    /// Lines that the log has dropped since the start.
    var droppedLogLines: Int
    /// The writes of all groups.
    var writes: WriteCounts
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
            version: parts.version,
            process: .current,
            measured: { [registry = parts.registry] in registry.readings(of: $0) },
            longestTurns: parts.supervisor.longestTurns,
            droppedLogLines: parts.droppedLogLines(),
            writes: await parts.supervisor.writeCounts,
            leadership: parts.supervisor.leadership,
            groups: await parts.supervisor.statuses
        )
    }
}
