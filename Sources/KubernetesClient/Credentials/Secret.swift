import HostSystem

/// Bytes that are given in place or kept in a file.
package enum Secret: Sendable, Hashable {
    /// In place.
    case inline([UInt8])
    /// In the file of this path.
    case file(String)

    /// The bytes, read now.
    package func bytes() throws(CredentialError) -> [UInt8] {
        switch self {
        case .inline(let bytes): return bytes
        case .file(let path):
            do throws(RegularFile.Failure) {
                return try RegularFile.bytes(of: path)
            } catch {
                throw .unreadable(error)
            }
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
