import Glibc

/// Reads files that are what they are taken for: regular, and no larger than expected.
///
/// A pipe can wait for ever, a device need not end, and either would hold up whoever reads it.
package enum RegularFile {
    /// Why a file was not read.
    package enum Failure: Error, Sendable, Hashable {
        case missing
        /// What it is instead: `a pipe`, `a folder`.
        case notRegular(String)
        /// The system's words.
        case unreadable(String)
    }

    /// The content, up to one byte more than `limit`, so that a file that is too large can be told from one that is not.
    package static func bytes(of path: String, limit: Int) throws(Failure) -> [UInt8] {
        // Whoever waits for a reader of a pipe is not to be let go by an attempt that gives up at once.
        try check { unsafe stat(path, &$0) }
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        if descriptor < 0 { throw failure() }
        defer { close(descriptor) }
        try check { unsafe fstat(descriptor, &$0) }
        return try bytes(of: descriptor, limit: limit)
    }

    /// Refuses what is no regular file without opening it.
    package static func check(_ path: String) throws(Failure) {
        try check { unsafe stat(path, &$0) }
    }

    private static func check(_ look: (inout stat) -> Int32) throws(Failure) {
        var facts = stat()
        if look(&facts) != 0 { throw failure() }
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFIFO: throw .notRegular("a pipe")
        case S_IFDIR: throw .notRegular("a folder")
        case S_IFSOCK: throw .notRegular("a socket")
        default: throw .notRegular("a device")
        }
    }

    private static func bytes(of descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= limit {
            let room = min(chunk.count, limit + 1 - bytes.count)
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, room) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw failure() }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func failure() -> Failure {
        let number = errno
        return number == ENOENT ? .missing : .unreadable(unsafe String(cString: strerror(number)))
    }
}

extension RegularFile.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "no such file"
        case .notRegular(let kind): "it is \(kind) and no regular file"
        case .unreadable(let words): words
        }
    }
}
