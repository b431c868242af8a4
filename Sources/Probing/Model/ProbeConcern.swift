package import FailoverCore

/// What the engine has to say of itself rather than of a member.
package enum ProbeConcern: Sendable, Hashable {
    /// It doubts what its probes tell, and automatic moves are to be suspended.
    case doubt(Suspension)
    /// If enough peers hang, descriptors run out, and probes then have no result.
    ///
    /// `needed`: what the targets need then; `limit`: what this process may have.
    case descriptors(needed: Int, limit: Int)
    /// Probes have no result for want of something of this machine: what it is.
    case ownFault(String)
}
