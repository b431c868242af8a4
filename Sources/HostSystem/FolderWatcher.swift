import Coordination
import Dispatch
import Glibc

/// Tells what happens in folders, by inotify.
///
/// A folder that disappears is forgotten; whoever names it again watches its successor.
/// https://man7.org/linux/man-pages/man7/inotify.7.html
package final class FolderWatcher: Sendable {
    /// Events that wait to be read; more are dropped, because one is as good as many.
    private static let bufferedEvents = 64
    private static let interest = UInt32(
        IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
    )

    private let descriptor: Int32
    // Dispatch's sources may be cancelled from any thread.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let folders = Locked<[String: Int32]>([:])
    /// What happens from the first `watch` on.
    package let events: AsyncStream<FolderEvent>
    private let input: AsyncStream<FolderEvent>.Continuation

    /// The system has no more to give: each user has a number of inotify instances and of watches, 128 instances by default.
    package struct Failure: Error, CustomStringConvertible {
        /// The call that failed, with what it was to watch.
        let call: String
        /// The system's error number.
        let number: Int32

        /// `CALL: what the system says of it`.
        package var description: String { unsafe "\(call): \(String(cString: strerror(number)))" }
    }

    /// - Throws: if there is no inotify instance left.
    package init() throws(Failure) {
        let descriptor = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard descriptor >= 0 else { throw Failure(call: "inotify_init1", number: errno) }
        self.descriptor = descriptor
        (events, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.bufferedEvents))
        unsafe source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        unsafe source.setEventHandler { [weak self] in self?.read() }
        unsafe source.setCancelHandler { [descriptor] in _ = Glibc.close(descriptor) }
        unsafe source.resume()
    }

    /// Watches these folders and no others; those that do not exist are left out.
    ///
    /// - Returns: why a folder that exists is not watched; nil: all that exist are.
    @discardableResult
    package func watch(_ wanted: Set<String>) -> Failure? {
        folders.withLock { folders in
            var failure: Failure?
            for (path, watch) in folders where !wanted.contains(path) {
                inotify_rm_watch(descriptor, watch)
                folders[path] = nil
            }
            for path in wanted {
                // The same folder gets the same watch again; a successor under its name gets another.
                let watch = unsafe inotify_add_watch(descriptor, path, Self.interest)
                if watch < 0, errno != ENOENT, errno != ENOTDIR {
                    failure = Failure(call: "inotify_add_watch \(path)", number: errno)
                }
                folders[path] = watch >= 0 ? watch : nil
            }
            return failure
        }
    }

    /// Ends the events.
    package func close() {
        unsafe source.cancel()
        input.finish()
    }

    // MARK: Reading

    private func read() {
        let capacity = 16 * 1024
        unsafe withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 8) { buffer in
            while true {
                let count = unsafe Glibc.read(descriptor, buffer.baseAddress, capacity)
                guard count > 0 else { return }
                unsafe take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    /// Each record is a header of 16 bytes, whose last word is the length of the name that follows, padded with zeros.
    private func take(_ records: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + 16 <= records.count {
            let mask = unsafe records.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
            let length = Int(unsafe records.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            let name = unsafe records[offset + 16..<min(offset + 16 + length, records.count)].prefix { $0 != 0 }
            if let kind = Self.kind(of: mask) {
                input.yield(FolderEvent(name: unsafe String(decoding: name, as: UTF8.self), kind: kind))
            }
            offset += 16 + length
        }
    }

    private static func kind(of mask: UInt32) -> FolderEvent.Kind? {
        if mask & UInt32(IN_IGNORED) != 0 { return nil }
        if mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0 { return .complete }
        if mask & UInt32(IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF | IN_MOVE_SELF) != 0 { return .gone }
        if mask & UInt32(IN_CREATE) != 0 { return .created }
        // A modification, or so many events that the kernel dropped some.
        return .modified
    }
}

/// What happened to an entry of a watched folder.
package struct FolderEvent: Sendable, Hashable {
    /// How far a change is.
    package enum Kind: Sendable, Hashable {
        /// An entry came into being: a link, which is complete, or a file, which is not.
        case created
        /// A file was written to and is not closed yet.
        case modified
        /// A file was closed after writing or moved into its place.
        case complete
        /// An entry, or the folder itself, is gone.
        case gone
    }

    /// The entry's name; empty for the folder itself.
    package var name: String
    /// How far the change is.
    package var kind: Kind
}
