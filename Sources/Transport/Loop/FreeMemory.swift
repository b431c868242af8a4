import CLibcurl

/// Memory that is free and still ours: the allocator keeps what was freed for later.
package enum FreeMemory {
    /// Gives it back to the system; takes some milliseconds, and is worth them after something large.
    ///
    /// https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    package static func giveBack() { cl_trim_heap() }
}
