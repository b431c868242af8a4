@testable import FailoverCore

/// What was asked of a group and done for it, whatever its record says.
struct SimulatedPromises {
    /// The request that a move was announced for, by the move's epoch.
    var requests: [Epoch: String] = [:]
    /// The times that requests name.
    var dues: [String: Int64] = [:]
    /// Who was promoted for a request.
    var promoted: [String: String] = [:]
    /// The same, as a pod of which there may be another by now.
    var promotedPods: [String: Member.ID] = [:]
    /// At which epochs.
    var promotedAt: Set<Epoch> = []
    /// How a request was answered.
    var answers: [String: RequestAnswer.Outcome] = [:]
    /// Of the first promotion; nil: there was none.
    var firstEpoch: Epoch?
    /// Whether epochs begin anew.
    var isRenamed = false
    /// From when to when nobody was active before a promotion, by its epoch.
    var gaps: [Epoch: (UInt64, UInt64)] = [:]
    /// The epochs of which that was noted.
    var ended: Set<Epoch> = []
    /// Whether the time without an active pod goes on although the role was given to one, which had ended before.
    var isGapOfTwo = false
}
