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
    /// An operator's request.
    case request
    /// An operator changes a priority, or excludes a pod.
    case annotation
    /// 20: the wall clock jumps.
    case clockJump
    /// 7: the watch is silent for a while.
    case silentWatch
    /// The Lease is deleted.
    case lostRecord
    /// 26: nobody may write a pod's role, for a while or for ever.
    case denial
    /// 5, 29: the API server answers 429, and asks for patience.
    case throttling
    /// 38: a pod is not Ready for a while.
    case notReady
    /// 32, 33: the probes of a supervisor give no result.
    case noResults
    /// 37: the probes of one pod give no result, whoever asks.
    case muteApplication
    /// 16, 27: somebody takes labels away again and again.
    case stripper
    /// 23: the group's own selector does not match a pod for a while.
    case deselection
    /// 23: a pod leaves the Service's selector, and comes back.
    case absence
    /// 11, 21, 25: the group is renamed, or renamed back.
    case rename
    /// 28: a pause, a failover and a crash together.
    case pauseAndCrash
    /// 12, 31: the group's workload gets another revision.
    case rollout
    /// 4: a supervisor is cut off from one node alone, and nobody else is.
    case severance
    /// A standby's opinions are wrong, late or missing for a while.
    case standby
    /// A node is cordoned for a while, or all of them.
    case drain
    /// A group of the same set moves, or one that is better apart.
    case companion

    /// What befalls groups that ask nobody for an opinion, and leave no node.
    static let usual = allCases.filter { ![.severance, .standby, .drain, .companion].contains($0) }
}
