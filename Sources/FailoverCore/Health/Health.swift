/// What is known of a member's application.
///
/// Unknown is a value of its own: nothing is ever moved because a member is unknown.
package enum Health: String, Sendable, Hashable, CaseIterable {
    /// No verdict yet: the member is new, its container restarted, or its probes have produced no result.
    case unknown
    /// `successThreshold` probes in a row succeeded.
    case healthy
    /// `failureThreshold` probes in a row failed.
    case unhealthy
}
