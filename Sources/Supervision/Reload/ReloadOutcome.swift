package import StandbyConfiguration

/// What an attempt to reload the configuration gave.
package enum ReloadOutcome: Sendable {
    /// The file's content is running; what that changed.
    case applied(ConfigurationDiff)
    /// The file cannot be read or has mistakes; the running configuration stays. Lines for people.
    case refused([String])
    /// Nobody asked for it, and the file's content is what it was.
    case unchanged
}
