import Glibc

/// How many descriptors this process may have open, and who may have how many of them.
package struct DescriptorLimit: Sendable, Hashable {
    /// Descriptors that everything but probes needs: the API server's connections, the operations port, files, pipes of
    /// commands, watches.
    package static let reserve = 256

    /// The limit in force.
    package var current: Int

    package init(current: Int) {
        self.current = current
    }

    /// Sockets that probes may have at once: all but the reserve, or half where that is more.
    package var probes: Int { max(current / 2, current - Self.reserve) }

    /// Descriptors that are held for probes, for when others have taken all.
    ///
    /// A probe on a healthy peer needs its own for milliseconds, so that a few serve thousands.
    package var heldForProbes: Int { min(64, current / 16) }

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
