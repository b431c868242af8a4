import CLinux
import Foundation
import Glibc

/// The kernel's readiness queue and the descriptor that wakes it from other threads.
///
/// All but `wake` belongs to the loop's thread.
@safe final class Epoll: @unchecked Sendable {
    /// What a registered descriptor stands for.
    struct Token {
        /// Who is meant.
        enum Kind: UInt64 {
            /// A socket that libcurl waits for.
            case exchange
            /// A kept connection that nobody uses.
            case idle
            /// A connection that is being made without libcurl.
            case connect
            /// The descriptor that wakes the loop.
            case wake
        }

        /// As the kernel keeps it.
        let bits: UInt64

        /// `multi`: the index of a libcurl multi; 0 for what belongs to none.
        init(_ kind: Kind, multi: Int = 0, _ descriptor: Int32) {
            bits = kind.rawValue << 62 | UInt64(multi) << 32 | UInt64(UInt32(bitPattern: descriptor))
        }

        /// As the kernel gave it back.
        init(bits: UInt64) {
            self.bits = bits
        }

        /// Who is meant.
        var kind: Kind { Kind(rawValue: bits >> 62) ?? .wake }
        /// The index of the multi; 0 for what belongs to none.
        var multi: Int { Int(bits >> 32 & 0x3FFF_FFFF) }
        /// Which descriptor.
        var descriptor: Int32 { Int32(truncatingIfNeeded: bits) }
    }

    /// Descriptors that one call reports at most.
    private static let capacity = 512

    private let descriptor: Int32
    private let wakeDescriptor: Int32
    /// What the kernel was told of each descriptor, as far as we know; it forgets a closed one by itself.
    @safe @exclusivity(unchecked) private var tokens: [UInt64] = []
    /// The kernel was told nothing.
    private static let nothing = UInt64.max
    private let ready: UnsafeMutablePointer<epoll_event>

    /// Without its descriptors no loop can begin: the process ends with exit code 2, and says why.
    init() {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        if descriptor < 0 { Self.giveUp(errno) }
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        if wakeDescriptor < 0 { Self.giveUp(errno) }
        unsafe ready = .allocate(capacity: Self.capacity)
        let error = set(wakeDescriptor, events: EPOLLIN.rawValue, token: Token(.wake, wakeDescriptor))
        if error != 0 { Self.giveUp(error) }
    }

    private static func giveUp(_ number: Int32) -> Never {
        let reason = unsafe String(cString: strerror(number))
        FileHandle.standardError.write(Data("kube-standby: no descriptors for an event loop: \(reason)\n".utf8))
        exit(2)
    }

    deinit {
        close(descriptor)
        close(wakeDescriptor)
        unsafe ready.deallocate()
    }

    /// From anywhere: ends a wait in progress, or the next one at once.
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
    ///
    /// - Returns: 0, or the kernel's error: of watches (ENOSPC) or memory there may be no more.
    func set(_ socket: Int32, events: UInt32, token: Token) -> Int32 {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = token.bits
        let index = Int(socket)
        if index >= tokens.count { tokens += repeatElement(Self.nothing, count: index + 1 - tokens.count) }
        let first = tokens[index] == Self.nothing ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
        tokens[index] = token.bits
        if unsafe epoll_ctl(descriptor, first, socket, &event) == 0 { return 0 }
        var error = errno
        if error == EEXIST || error == ENOENT {
            // It was closed behind our back, or is another by now.
            let other = first == EPOLL_CTL_ADD ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
            if unsafe epoll_ctl(descriptor, other, socket, &event) == 0 { return 0 }
            error = errno
        }
        tokens[index] = Self.nothing
        return error
    }

    /// Whether the kernel tells of a socket.
    func isWatched(_ socket: Int32) -> Bool {
        let index = Int(socket)
        return index < tokens.count && tokens[index] != Self.nothing
    }

    /// Whether a socket is registered as a kept connection that nobody uses.
    func isIdle(_ socket: Int32) -> Bool {
        let index = Int(socket)
        return index < tokens.count && tokens[index] != Self.nothing && Token(bits: tokens[index]).kind == .idle
    }

    /// Takes a socket out.
    func remove(_ socket: Int32) {
        forget(socket)
        _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, nil)
    }

    /// A socket is being closed, which takes it out.
    func forget(_ socket: Int32) {
        if Int(socket) < tokens.count { tokens[Int(socket)] = Self.nothing }
    }

    /// Waits until something is ready, for at most `milliseconds` (-1: for ever).
    ///
    /// - Returns: how many are; `event` tells which. None if a signal came in between; no other error can come about.
    func wait(milliseconds: Int32) -> Int {
        max(0, Int(unsafe epoll_wait(descriptor, ready, Int32(Self.capacity), milliseconds)))
    }

    /// What the last wait found, by number.
    ///
    /// Nil if it is old news: since that wait its socket was closed, and its number may be another's by now.
    func event(_ number: Int) -> (token: Token, events: UInt32)? {
        let token = Token(bits: unsafe ready[number].data.u64)
        switch tokens[Int(token.descriptor)] {
        case token.bits: return (token, unsafe ready[number].events)
        case Self.nothing:
            // It was to be closed, and is still open: nobody waits for it.
            _ = epoll_ctl(descriptor, EPOLL_CTL_DEL, token.descriptor, nil)
            return nil
        default: return nil
        }
    }
}
