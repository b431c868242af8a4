import CLinux

/// When memory that was freed is worth giving back to the system: after thousands of groups were started or moved at once, and
/// not while what one frees the next one takes.
///
/// The allocator counts as free what it has given back already, so that only the growth since then says something.
package struct FreeMemory: Sendable {
    /// Less is kept for whoever needs memory next.
    static let step = 4 * 1024 * 1024

    /// The least that was free since memory was given back, in bytes.
    private var least = 0

    /// Nothing is free.
    package init() {}

    /// Gives memory back that was freed and is not needed again; takes some milliseconds if there is any.
    package mutating func giveBack() {
        guard isWorthGivingBack(linux_free_heap()) else { return }
        OwnProcess.giveBackFreeMemory()
    }

    /// So many bytes are free; whether they are to be given back.
    mutating func isWorthGivingBack(_ free: Int) -> Bool {
        least = min(least, free)
        guard free - least >= Self.step else { return false }
        least = free
        return true
    }
}
