import Foundation

/// What a process holds in memory.
enum ResidentMemory {
    /// Megabytes (MiB); 0 if the process is gone.
    static func megabytes(of process: Int32? = nil) -> Double { field("VmRSS:", of: process) }

    /// The most that it has held so far, megabytes (MiB); 0 if the process is gone.
    static func peakMegabytes(of process: Int32? = nil) -> Double { field("VmHWM:", of: process) }

    /// A line of the process's status.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    private static func field(_ name: String, of process: Int32?) -> Double {
        let path = "/proc/\(process.map { "\($0)" } ?? "self")/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }
}
