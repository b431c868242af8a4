@testable import FailoverCore

/// What goes wrong, or is done by people and other controllers; the number is the scenario in SCENARIOS.md.
enum SimulatedFault: CaseIterable {
    /// 2, 9, 15: an application fails or hangs for a while.
    case application
    /// 2, 13, 17: a node takes all its pods down.
    case node
    /// 4: the probes of a supervisor reach nobody.
    case blindness
    /// 4, 6: a supervisor stands still.
    case stall
    /// 5: the API server is away, or refuses.
    case outage
    /// 5: it is slow.
    case slowness
    /// 6, 19: a supervisor dies and is started again.
    case restart
    /// 6: a second supervisor takes part, or leaves.
    case takeover
    /// 8, 12: a pod is deleted.
    case deletion
    /// 10: a container restarts.
    case containerRestart
    /// 11: the configuration is reloaded.
    case reload
    /// 13: a pod ends.
    case finish
    /// 1, 16: somebody labels another pod active.
    case secondActive
    /// 16: somebody takes the active label away.
    case lostLabel
    /// 16: somebody takes a passive label away.
    case lostPassiveLabel
    /// An operator's order.
    case order
    /// An operator changes a priority, or excludes a pod.
    case annotation
    /// 20: the wall clock jumps.
    case clockJump
    /// 7: the watch is silent for a while.
    case silentWatch
    /// The Lease is deleted.
    case lostRecord
}
