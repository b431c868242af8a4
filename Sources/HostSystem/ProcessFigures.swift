import Foundation
import Glibc

/// What the kernel counts for this process, as Prometheus' client libraries tell it.
///
/// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
package struct ProcessFigures: Sendable, Hashable {
    /// Processor time of this process, in seconds.
    package var ownSeconds = 0.0
    /// Processor time of children that have ended, in seconds, counted in hundredths.
    package var childSeconds = 0.0
    /// Memory that is in use, in bytes.
    package var residentBytes = 0
    /// Memory that is reserved, in bytes.
    package var virtualBytes = 0
    /// When the process began, in seconds since 1970.
    package var startTime = 0.0
    /// Descriptors that are open.
    package var openDescriptors = 0
    /// Descriptors that may be.
    package var mostDescriptors = 0

    /// Nothing is known.
    package init() {}

    /// Ticks of the kernel's clock in a second, the same on every Linux that we run on.
    private static let ticks = 100.0

    /// Reads them; what the kernel does not say is 0.
    package static var current: ProcessFigures {
        var figures = ProcessFigures()
        figures.read(stat: text("/proc/self/stat"), bootTime: bootTime(in: text("/proc/stat")))
        figures.openDescriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            figures.mostDescriptors = Int(clamping: limit.rlim_cur)
        }
        return figures
    }

    /// Takes in a line of `/proc/PID/stat`; `bootTime`: when the machine began, in seconds since 1970.
    mutating func read(stat: String, bootTime: Double) {
        // The program's name may contain spaces; the state, field 3, follows its bracket.
        let fields = (stat.split(separator: ")").last?.split(separator: " ") ?? []).map { Double($0) }
        guard fields.count > 21 else { return }
        func field(_ number: Int) -> Double { fields[number - 3] ?? 0 }
        ownSeconds = (field(14) + field(15)) / Self.ticks
        childSeconds = (field(16) + field(17)) / Self.ticks
        startTime = bootTime + field(22) / Self.ticks
        virtualBytes = Int(field(23))
        residentBytes = Int(field(24)) * sysconf(Int32(_SC_PAGESIZE))
    }

    /// When the machine began, in `/proc/stat`.
    static func bootTime(in text: String) -> Double {
        text.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) } ?? 0
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
