import HostSystem
import StandbyConfiguration
import Transport

/// How many descriptors the targets need when all that can be under way at once is.
struct DescriptorNeed {
    /// A target's part of the two descriptors that a multi of libcurl has of its own.
    private static func shardShare(keepsConnections: Bool) -> Double {
        2 / Double(Check.shardSize(keepsConnections: keepsConnections))
    }

    private var sum = 0.0

    /// Of all targets together with what the rest of the process needs.
    var total: Int { Int(sum.rounded(.up)) + DescriptorLimit.reserve }

    /// A target came, went, or is probed in another way.
    mutating func change(by difference: Double) {
        sum += difference
    }

    /// What one target adds: a kept connection, or one for the part of its time that a hanging peer can hold one.
    static func share(of probe: ProbeConfiguration) -> Double {
        let busy = probe.timing.timeout / probe.timing.period
        return switch probe.handler {
        case .httpGet(let http) where http.keepAlive: 1 + shardShare(keepsConnections: true)
        case .httpGet, .grpc: min(1, busy) + shardShare(keepsConnections: false)
        case .tcpSocket: min(1, busy)
        // The pipes of the few that run at once are in the reserve.
        case .exec: 0
        }
    }
}
