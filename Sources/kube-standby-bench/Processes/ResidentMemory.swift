import Foundation

/// What a process holds in memory.
enum ResidentMemory {
    /// Megabytes (MiB); 0 if the process is gone.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    static func megabytes(of process: Int32? = nil) -> Double {
        let path = "/proc/\(process.map { "\($0)" } ?? "self")/status"
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }
}
