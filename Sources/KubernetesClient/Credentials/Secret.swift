package import Foundation

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
}

/// Reads small files.
package enum FileReading {
    /// The whole content of a file.
    ///
    /// `limit`: no more than this many bytes are read, and one more if there is one.
    package static func bytes(of path: String, limit: Int = 64 * 1024 * 1024) throws(CredentialError) -> [UInt8] {
        do {
            let url = URL(filePath: path)
            let facts = try url.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
            // A pipe, or a file that is too large, is read piece by piece up to the limit.
            if facts.isRegularFile == true, let size = facts.fileSize, size <= limit {
                return Array(try Data(contentsOf: url))
            }
            let file = try FileHandle(forReadingFrom: url)
            defer { try? file.close() }
            return try bytes(of: file, limit: limit)
        } catch {
            let reason =
                (error as? CocoaError)?.code == .fileReadNoSuchFile ? "no such file" : "\(error.localizedDescription)"
            throw .unreadable(file: path, reason: reason)
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
