import CLinux
import Glibc

/// How many descriptors this process may have open, and who may have how many of them.
package struct DescriptorLimit: Sendable, Hashable {
    /// Descriptors that everything but probes needs: the API server's connections, the operations port, files, pipes of
    /// commands, watches.
    package static let reserve = 256

    /// The limit in force.
    package var current: Int

    /// `current`: the limit in force.
    package init(current: Int) {
        self.current = current
    }

    /// Sockets that probes may have at once: all but the reserve, or half where that is more.
    package var probes: Int { max(current / 2, current - Self.reserve) }

    /// Descriptors that are held for probes, for when others have taken all.
    ///
    /// A probe on a healthy peer needs its own for milliseconds, so that a few serve thousands.
    package var heldForProbes: Int { min(64, current / 16) }

    /// Whether a descriptor is one of the last that there are, which are left to the runtime.
    ///
    /// libdispatch counts once a second which of its threads run, by opening a file of each while work waits, and ends the process if it
    /// cannot. Numbers are given lowest first, so that a high one tells that there are few left. Whoever opens many gives such a one
    /// back. https://github.com/swiftlang/swift-corelibs-libdispatch/blob/main/src/event/workqueue.c
    package static func isAmongTheLast(_ descriptor: Int32) -> Bool {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return false }
        let current = Int(clamping: limit.rlim_cur)
        return Int(descriptor) >= current - min(32, current / 8)
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

/// Descriptors that are held back for one use: opened early, and given up one by one when the process may open no more.
///
/// Not for several threads at once. Between giving one up and opening another in its place, a thread that opens something may
/// take it; whoever finds that tries again, as often as the reserve lasts.
package final class DescriptorReserve {
    /// Descriptors that are wanted.
    private let size: Int
    private let isAmongTheLast: (Int32) -> Bool
    private var held: [Int32] = []
    /// Up to this number so many more are believed not to be among the last, for one was looked at: to look asks the system.
    private var believed: (upTo: Int32, left: Int) = (-1, 0)
    /// Descriptors that are believed after one was looked at; half of the last ones, for the limit may be lowered.
    private static let belief = 16

    /// Holds `size` descriptors, or as many as there are; `isAmongTheLast`: which are given back at once.
    package init(size: Int, isAmongTheLast: @escaping (Int32) -> Bool = DescriptorLimit.isAmongTheLast) {
        self.size = size
        self.isAmongTheLast = isAmongTheLast
        refill()
    }

    deinit {
        for descriptor in held { close(descriptor) }
    }

    /// How many are held.
    package var count: Int { held.count }

    /// Opens something, on one of the descriptors that are held if there is no other.
    ///
    /// `open`: a descriptor, or -1 with `errno` set.
    /// - Returns: the descriptor, or the error's number below zero.
    package func open(_ open: () -> Int32) -> Int32 {
        while true {
            let descriptor = open()
            if descriptor >= 0, isFree(descriptor) { return descriptor }
            let error = descriptor >= 0 ? EMFILE : errno
            if descriptor >= 0 { close(descriptor) }
            guard error == EMFILE || error == ENFILE, let spare = held.popLast() else { return -error }
            close(spare)
        }
    }

    private func isFree(_ descriptor: Int32) -> Bool {
        if descriptor <= believed.upTo, believed.left > 0 {
            believed.left -= 1
            return true
        }
        let isFree = !isAmongTheLast(descriptor)
        believed = isFree ? (descriptor, Self.belief) : (-1, 0)
        return isFree
    }

    /// Gives one up; false if there is none.
    package func giveUpOne() -> Bool {
        guard let spare = held.popLast() else { return false }
        return close(spare) == 0
    }

    /// Takes back what was given up, as far as it can be had; for after something was closed.
    package func refill() {
        while held.count < size {
            // An event counter costs the kernel the least and needs no path; its copies cost nothing besides.
            let descriptor =
                if let first = held.first { fcntl(first, F_DUPFD_CLOEXEC, 0) } else { eventfd(0, Int32(EFD_CLOEXEC)) }
            guard descriptor >= 0 else { return }
            if isAmongTheLast(descriptor) {
                close(descriptor)
                return
            }
            held.append(descriptor)
        }
    }
}
