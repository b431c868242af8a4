import CLinux
import Foundation

/// What the kernel counts for this process, and what it gives back.
package enum OwnProcess {
    /// Seconds of processor time that children which have ended used, counted in hundredths; 0 if the kernel does not say.
    package static var childSeconds: Double {
        childSeconds(in: (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? "")
    }

    /// The same, in a line of `/proc/PID/stat`.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    static func childSeconds(in stat: String) -> Double {
        // The program's name may contain spaces; the state, field 3, follows its bracket.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 14, let user = Double(fields[13]), let system = Double(fields[14]) else { return 0 }
        return (user + system) / 100
    }

    /// Gives memory that was freed, and that the allocator keeps for later, back to the system; takes some milliseconds, and is
    /// worth them after something large.
    ///
    /// https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    package static func giveBackFreeMemory() { linux_trim_heap() }
}
