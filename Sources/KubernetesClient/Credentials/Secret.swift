import Foundation

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
    package static func bytes(of path: String) throws(CredentialError) -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            let reason =
                (error as? CocoaError)?.code == .fileReadNoSuchFile ? "no such file" : "\(error.localizedDescription)"
            throw .unreadable(file: path, reason: reason)
        }
    }
}
