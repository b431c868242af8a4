import Glibc

/// Writes bytes to a descriptor, whatever it is: a file, a terminal, a pipe that somebody else may have made non-blocking.
enum DescriptorWriter {
    /// How much was written, and what stopped it.
    struct Outcome {
        /// Bytes.
        var count = 0
        /// The system's error number; nil if everything was written, or the caller gave up.
        var failure: Int32?
    }

    /// How often a descriptor that takes nothing is asked again whether the caller gives up, in milliseconds.
    private static let pause: Int32 = 100

    /// Bytes that a pipe takes whole as soon as it takes any, so that nobody waits within a write.
    ///
    /// https://man7.org/linux/man-pages/man7/pipe.7.html, PIPE_BUF
    private static let piece = 4096

    /// Writes everything, or what can be written until an error.
    ///
    /// https://man7.org/linux/man-pages/man2/write.2.html
    /// `givesUp`: asked from time to time while a descriptor takes nothing.
    static func write(_ bytes: [UInt8], to descriptor: Int32, givesUp: () -> Bool = { false }) -> Outcome {
        var outcome = Outcome()
        while outcome.count < bytes.count {
            guard isReady(descriptor) else {
                if givesUp() { return outcome }
                continue
            }
            let written = unsafe bytes[outcome.count...].prefix(piece).withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            if written >= 0 {
                outcome.count += written
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: if givesUp() { return outcome }
            default:
                outcome.failure = errno
                return outcome
            }
        }
        return outcome
    }

    /// Whether a write will not wait, or will fail; looked at for a moment.
    private static func isReady(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, pause) != 0
    }
}
