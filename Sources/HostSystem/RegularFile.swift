package import Foundation
import Glibc

/// Reads files that are what they are taken for: regular, and no larger than expected.
///
/// A pipe can wait for ever, a device need not end, and either would hold up whoever reads it.
package enum RegularFile {
    /// The most that a small file may hold, like a credential, a kubeconfig or a manifest; bytes.
    package static let smallLimit = 16 * 1024 * 1024

    /// Why a file was not read.
    package struct Failure: Error, Sendable, Hashable {
        /// What is wrong with it.
        package enum Cause: Sendable, Hashable {
            /// There is no file of that name.
            case missing
            /// What it is instead: `a pipe`, `a folder`.
            case notRegular(String)
            /// It has more bytes than this.
            case tooLarge(limit: Int)
            /// The system's words.
            case unreadable(String)
        }

        /// The file's path, as it was given.
        package var path: String
        /// What is wrong with it.
        package var cause: Cause
    }

    /// The whole content of a regular file of at most `limit` bytes.
    package static func bytes(of path: String, limit: Int = smallLimit) throws(Failure) -> [UInt8] {
        let bytes = try beginning(of: path, limit: limit)
        if bytes.count > limit { throw Failure(path: path, cause: .tooLarge(limit: limit)) }
        return bytes
    }

    /// The content, up to one byte more than `limit`, so that a file that is too large can be told from one that is not.
    package static func beginning(of path: String, limit: Int) throws(Failure) -> [UInt8] {
        // Whoever waits for a reader of a pipe is not to be let go by an attempt that gives up at once.
        try check(path)
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
        if descriptor < 0 { throw failure(path) }
        defer { close(descriptor) }
        try check(path) { unsafe fstat(descriptor, &$0) }
        return try bytes(of: descriptor, limit: limit, path)
    }

    /// Refuses what is no regular file without opening it.
    package static func check(_ path: String) throws(Failure) {
        try check(path) { unsafe stat(path, &$0) }
    }

    /// What can be read from an open file, like a pipe, up to one byte more than `limit`.
    package static func bytes(of file: FileHandle, limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count <= limit {
            guard let chunk = try file.read(upToCount: min(limit + 1 - bytes.count, 1 << 20)), !chunk.isEmpty else {
                break
            }
            bytes += chunk
        }
        return bytes
    }

    private static func check(_ path: String, _ look: (inout stat) -> Int32) throws(Failure) {
        var facts = stat()
        if look(&facts) != 0 { throw failure(path) }
        let kind: String
        switch facts.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFIFO: kind = "a pipe"
        case S_IFDIR: kind = "a folder"
        case S_IFSOCK: kind = "a socket"
        default: kind = "a device"
        }
        throw Failure(path: path, cause: .notRegular(kind))
    }

    private static func bytes(of descriptor: Int32, limit: Int, _ path: String) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while bytes.count <= limit {
            let room = min(chunk.count, limit + 1 - bytes.count)
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, room) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { throw failure(path) }
            if count == 0 { break }
            bytes += chunk[..<count]
        }
        return bytes
    }

    private static func failure(_ path: String) -> Failure {
        let number = errno
        return Failure(
            path: path,
            cause: number == ENOENT ? .missing : .unreadable(unsafe String(cString: strerror(number)))
        )
    }
}

extension RegularFile.Failure: CustomStringConvertible {
    /// `PATH: cannot be read: CAUSE`.
    package var description: String { "\(path): cannot be read: \(cause)" }
}

extension RegularFile.Failure.Cause: CustomStringConvertible {
    package var description: String {
        switch self {
        case .missing: "no such file"
        case .notRegular(let kind): "it is \(kind) and no regular file"
        case .tooLarge(let limit): "it has more than \(limit >> 20) MiB"
        case .unreadable(let words): words
        }
    }
}
