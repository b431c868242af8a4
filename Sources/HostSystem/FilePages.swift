import CLinux

/// The pages of the program's own file, and of its libraries, that count as memory of this process.
///
/// A start runs code and reads tables that nobody needs afterwards, for every group of a large file. The kernel maps sixteen
/// pages wherever one is touched, and takes none of them back while memory is plenty.
package enum FilePages {
    /// Has the kernel map anew what is used again; takes a millisecond or two.
    ///
    /// Only pages that are as they are in their files, so that nothing is lost. They stay in the kernel's cache of files, as
    /// likely to be kept there as before (so `MADV_DONTNEED`, not `MADV_COLD` or `MADV_PAGEOUT`): whoever runs the code of a
    /// failover next must not wait for a disk.
    ///
    /// https://man7.org/linux/man-pages/man2/madvise.2.html
    package static func giveBack() {
        guard let smaps = try? RegularFile.bytes(of: "/proc/self/smaps") else { return }
        let clean = clean(in: String(decoding: smaps, as: UTF8.self))
            .map { linux_range(start: $0.lowerBound, end: $0.upperBound) }
        // What was found may be unmapped by now, and other memory there: objects that are loaded are asked once more.
        unsafe clean.withUnsafeBufferPointer { unsafe linux_drop_code($0.baseAddress, $0.count) }
    }

    /// Where files are mapped that cannot be written to and of which no page was ever changed, not even by a debugger's
    /// breakpoint or by the loader.
    ///
    /// `text`: of `/proc/PID/smaps`: https://man7.org/linux/man-pages/man5/proc_pid_smaps.5.html
    static func clean(in text: String) -> [Range<UInt>] {
        var found: [Range<UInt>] = []
        var candidate: Range<UInt>?
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            if let key = words.first, key.hasSuffix(":") {
                guard key == "Anonymous:", let pages = candidate else { continue }
                if words[1] == "0" { found.append(pages) }
                candidate = nil
            } else {
                candidate = filePages(words)
            }
        }
        return found
    }

    /// Where a file is mapped privately that can be read and not be written to, as the first line of a mapping says; nil: that
    /// says something else.
    private static func filePages(_ words: [Substring]) -> Range<UInt>? {
        guard words.count > 5, words[5].hasPrefix("/"), ["r--p", "r-xp"].contains(words[1]) else { return nil }
        let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
        return bounds.count == 2 && bounds[0] < bounds[1] ? bounds[0]..<bounds[1] : nil
    }
}
