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
        commandSeconds = Self.childrenSeconds
    }

    /// What the kernel has counted for children that have ended, in hundredths; 0 if it does not tell.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    private static var childrenSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
        // The program's name may contain spaces; the state, field 3, follows its bracket.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 14, let user = Double(fields[13]), let system = Double(fields[14]) else { return 0 }
        return (user + system) / 100
    }
}
