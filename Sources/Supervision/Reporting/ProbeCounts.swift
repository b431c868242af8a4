import Foundation

/// What probing has come to since the start.
package struct ProbeCounts: Sendable, Hashable {
    package var successes: Int
    package var failures: Int
    /// Probes that said nothing of the member, for an error of our own.
    package var withoutResult: Int
    /// Seconds of processor time that ended commands have used.
    package var commandSeconds: Double

    init(successes: Int, failures: Int, withoutResult: Int) {
        self.successes = successes
        self.failures = failures
        self.withoutResult = withoutResult
        var usage = rusage()
        _ = unsafe getrusage(Int32(RUSAGE_CHILDREN.rawValue), &usage)
        let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        commandSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
