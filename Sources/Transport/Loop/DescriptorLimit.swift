import Glibc

/// How many descriptors this process may have open: sockets of probes, watches, files.
package struct DescriptorLimit: Sendable, Hashable {
    /// Descriptors that everything but probes needs: the API server's connections, files, pipes of commands, watches.
    package static let reserve = 256

    /// The limit in force.
    package var current: Int

    package init(current: Int) {
        self.current = current
    }

    /// Raises the soft limit to the hard one, which needs no right.
    ///
    /// https://man7.org/linux/man-pages/man2/getrlimit.2.html
    /// - Returns: the limit after that.
    package static func raise() -> DescriptorLimit {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return DescriptorLimit(current: 1024)
        }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return DescriptorLimit(current: Int(clamping: limit.rlim_cur))
    }
}
