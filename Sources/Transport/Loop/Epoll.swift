import CLibcurl
import Glibc

/// The kernel's readiness queue and the descriptor that wakes it from other threads.
@safe final class Epoll: Sendable {
    /// One ready descriptor; `token` is what it was registered with.
    struct Ready {
        var token: UInt64
        var events: UInt32
    }

    /// The token of the wake descriptor.
    static let wakeToken = UInt64.max

    private let descriptor: Int32
    private let wakeDescriptor: Int32

    init() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(descriptor >= 0 && wakeDescriptor >= 0, "no descriptors left for an event loop")
        set(wakeDescriptor, events: EPOLLIN.rawValue, token: Self.wakeToken, isKnown: false)
    }

    deinit {
        close(descriptor)
        close(wakeDescriptor)
    }

    /// Ends a wait in progress, or the next one at once.
    func wake() {
        var one: UInt64 = 1
        _ = unsafe write(wakeDescriptor, &one, 8)
    }

    /// Forgets that it was woken.
    func clearWake() {
        var count: UInt64 = 0
        _ = unsafe read(wakeDescriptor, &count, 8)
    }

    /// Registers a socket for events, or changes for which.
    func set(_ socket: Int32, events: UInt32, token: UInt64, isKnown: Bool) {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = token
        let operation = isKnown ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        if unsafe epoll_ctl(descriptor, operation, socket, &event) == 0 { return }
        let other = isKnown ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        _ = unsafe epoll_ctl(descriptor, other, socket, &event)
    }

    /// Forgets a socket; a closed one is forgotten already.
    func remove(_ socket: Int32) {
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, nil)
    }

    /// Waits until something is ready, for at most `milliseconds` (-1: for ever).
    func wait(milliseconds: Int32) -> [Ready] {
        let capacity = 256
        return unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: capacity) { buffer in
            let count = unsafe epoll_wait(descriptor, buffer.baseAddress, Int32(capacity), milliseconds)
            return (0..<max(0, Int(count))).map { index in
                Ready(token: unsafe buffer[index].data.u64, events: unsafe buffer[index].events)
            }
        }
    }
}
