import CLinux
import Foundation

/// When memory that is free is worth giving back to the system: after thousands of groups were started or moved at once, and
/// when what comes and goes has touched pages here and there.
///
/// The allocator counts as free what it has given back already; so what is resident is held against what is in use.
package struct FreeMemory {
    /// Less is kept for whoever needs memory next.
    static let step = 8 * 1024 * 1024

    /// What could not be given back last time, in bytes: pages of which something is in use.
    private var rest = 0

    /// Nothing is free.
    package init() {}

    /// Gives memory back that is free and not needed again; takes some milliseconds if there is any.
    package mutating func giveBack() {
        guard let free = Self.residentFree, isWorthGivingBack(free) else { return }
        Self.giveBackAll()
        gaveBack(leaving: Self.residentFree ?? 0)
    }

    /// Gives all memory back that was freed and that the allocator keeps for later; takes some milliseconds, and is worth them
    /// after something large.
    ///
    /// https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    package static func giveBackAll() { linux_trim_heap() }

    /// So many bytes are resident and free; whether they are to be given back.
    mutating func isWorthGivingBack(_ free: Int) -> Bool {
        rest = min(rest, free)
        return free - rest >= Self.step
    }

    /// So many are left after that.
    mutating func gaveBack(leaving free: Int) {
        rest = free
    }

    /// Bytes that are resident and not in use, stacks included; nil where the system does not say.
    ///
    /// https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
    private static var residentFree: Int? {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        guard fields.count > 2, let resident = Int(fields[1]), let shared = Int(fields[2]) else { return nil }
        let used = linux_used_heap()
        return used > 0 ? (resident - shared) * Int(getpagesize()) - used : nil
    }
}
