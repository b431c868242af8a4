import FailoverCore
import Metrics

/// Counts and times what groups report, all of them together.
struct NoticeMetrics: Sendable {
    private let moves: Timer
    private let disputes: Counter
    private let endpoints: Timer
    private let lagging: Meter

    /// Everything begins at 0.
    init(_ factory: any MetricsFactory) {
        moves = Timer(label: "kube_standby_move_duration_seconds", factory: factory)
        disputes = Counter(label: "kube_standby_disputes_total", factory: factory)
        endpoints = Timer(label: "kube_standby_endpoint_followed_seconds", factory: factory)
        lagging = Meter(label: "kube_standby_endpoints_lagging", factory: factory)
    }

    /// Takes in what is told of a group.
    func heard(_ notice: GroupNotice) {
        switch notice.content {
        case .report(.moved(let move)): moves.record(duration: move.duration)
        case .report(.found(.disputed, _)): disputes.increment()
        case .endpointFollowed(_, let time, let wasLate):
            if let time { endpoints.record(duration: time) }
            if wasLate { lagging.decrement() }
        case .endpointLags: lagging.increment()
        case .endpointDropped: lagging.decrement()
        case .report, .withheld, .probe, .waiting, .ignored, .resumed, .leavesBehind, .paused, .unpaused: break
        }
    }
}
