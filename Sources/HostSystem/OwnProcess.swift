import CLinux

/// What this process gives back to the kernel.
package enum OwnProcess {
    /// Gives memory that was freed, and that the allocator keeps for later, back to the system; takes some milliseconds, and is
    /// worth them after something large.
    ///
    /// https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    package static func giveBackFreeMemory() { linux_trim_heap() }
}
