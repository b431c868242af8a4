/// What one probe says of a member.
package enum ProbeVerdict: Sendable, Hashable {
    /// The application answered as configured.
    case success
    /// The application did not answer as configured, or not in time.
    case failure
    /// An error of our own (no descriptor, the API server during exec): says nothing of the application.
    case noResult
}
