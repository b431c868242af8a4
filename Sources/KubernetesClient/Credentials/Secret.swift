package import Foundation
import Transport

/// Bytes that are given in place or kept in a file.
package enum Secret: Sendable, Hashable {
    case inline([UInt8])
    case file(String)

    /// The bytes, read now.
    package func bytes() throws(CredentialError) -> [UInt8] {
        switch self {
        case .inline(let bytes): return bytes
        case .file(let path): return try FileReading.bytes(of: path)
        }
    }

    /// Where it is, for messages.
    var place: String {
        switch self {
        case .inline: "in the kubeconfig"
        case .file(let path): path
        }
    }
}

/// Reads small files.
package enum FileReading {
    /// The most that a file of credentials or a kubeconfig may hold, in bytes.
    package static let limit = 16 * 1024 * 1024

    /// The whole content of a regular file of at most `limit` bytes.
    package static func bytes(of path: String) throws(CredentialError) -> [UInt8] {
        let bytes = try beginning(of: path, limit: limit)
        guard bytes.count <= limit else {
            throw .unreadable(file: path, reason: "it has more than \(limit >> 20) MiB")
        }
        return bytes
    }

    /// The beginning of a regular file: no more than `limit` bytes, and one more if there is one.
    package static func beginning(of path: String, limit: Int) throws(CredentialError) -> [UInt8] {
        do throws(RegularFile.Failure) {
            return try RegularFile.bytes(of: path, limit: limit)
        } catch {
            throw .unreadable(file: path, reason: "\(error)")
        }
    }

    /// What can be read from an open file, up to one byte more than `limit`.
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
}
