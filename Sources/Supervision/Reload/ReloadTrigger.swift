package import Coordination

/// Why the configuration is looked at again.
package enum ReloadTrigger: Sendable {
    /// Something happened in the file's folder, or it is time for the safety net: the content is compared first.
    case look
    /// Somebody asked for a reload by a signal or a request, and may wait for the outcome.
    case demand(by: String, answer: Promise<ReloadOutcome>?)
}
