/// What probing has come to since the start.
package struct ProbeCounts: Sendable, Hashable {
    /// Probes that ended by an answer as configured.
    package var successes: Int
    /// Probes that ended by another answer, or none.
    package var failures: Int
    /// Probes that said nothing of the member, for an error of our own.
    package var withoutResult: Int
    /// Seconds of processor time that ended commands have used.
    package var commandSeconds: Double
}
