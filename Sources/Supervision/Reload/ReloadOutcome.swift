package import Coordination
import PlainText
import StandbyConfiguration

/// What an attempt to reload the configuration gave.
package enum ReloadOutcome: Sendable {
    /// Where a mistake is; what it is stands in the log, and `validate` prints it.
    package struct Mistake: Sendable, Hashable {
        /// `LINE:COLUMN`, from 1.
        package var position: String
        /// Like `groups[2].probe.httpGet.port`; empty for the file as a whole.
        package var path: String

        /// The place of a diagnostic, without its words.
        init(_ diagnostic: Diagnostic) {
            position = "\(diagnostic.mark)"
            path = PrintableText.line(diagnostic.path, limit: 200)
        }
    }

    /// The file's content is running; how many groups that concerned, without their names.
    case applied(counts: String)
    /// The file has mistakes; the running configuration stays.
    case refused([Mistake])
    /// The file cannot be read; the running configuration stays.
    case unreadable
    /// Nobody asked for it, and the file's content is what it was.
    case unchanged
}

/// Why the configuration is looked at again.
package enum ReloadTrigger: Sendable {
    /// Something happened in the file's folder, or it is time for the safety net: the content is compared first.
    case look
    /// Somebody asked for a reload by a signal or a request, and may wait for the outcome.
    case demand(by: String, answer: Promise<ReloadOutcome>?)
}
